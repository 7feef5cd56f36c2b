package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// action is something that operations do: the request of the API that does
// it, and the form that asks for it.
type action struct {
	scope  string
	method string
	path   string // of the API; :subject is what it is about
	fields []input
	button string
	grave  bool // it cannot be taken back
	note   string
	done   string
}

// input is a field of a form. Kind is text, check, number, choice or hidden.
type input struct {
	Name, Label, Kind string
	Needed            bool
	Most              int // characters
	Choices           []choice
	Value             string
}

var reason = input{Name: "reason", Label: "Reason, kept in the log", Kind: "text", Needed: true, Most: 200}

// actions are by name; /console/do/NAME/SUBJECT does one.
var actions = map[string]action{
	"hold":    {scope: domain.ScopeOpsWork, path: "/v1/ops/events/:subject/hold", fields: []input{reason}, button: "Hold", done: "It is held.", note: "It leaves in no file until somebody approves it."},
	"approve": {scope: domain.ScopeOpsApprove, path: "/v1/ops/events/:subject/approve", fields: []input{reason}, button: "Approve", done: "It is approved and leaves with the next file.", note: "It leaves with the next file of its client."},
	"reject":  {scope: domain.ScopeOpsWork, path: "/v1/ops/events/:subject/reject", fields: []input{reason}, button: "Reject", grave: true, done: "It is rejected.", note: "It never leaves. This cannot be taken back."},

	"confirm": {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/confirm", button: "The bank has it", done: "It is recorded that the bank has the file.", note: "Ask the bank first. The file is not sent again."},
	"resend":  {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/resend", button: "Send it again", grave: true, done: "The file is being sent again.", note: "Only if the bank says that it does not have it: what the bank has twice, it pays twice."},
	"release": {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/release", button: "Take it back", grave: true, done: "The file is taken back.", fields: []input{
		reason, {Name: "then", Label: "Its entries", Kind: "choice", Choices: []choice{{"wait", "wait for another file"}, {"reject", "are rejected"}}},
		{Name: "not_carried", Label: "The client did not take it to its bank (download files)", Kind: "check"},
	}, note: "Only a file whose delivery has not begun."},

	"judge": {scope: domain.ScopeOpsWork, path: "/v1/ops/inbound/:subject/judge", button: "Judge it again", done: "The file is judged again.", fields: []input{
		reason, {Name: "batch", Label: "Only this batch", Kind: "number"}, {Name: "as_is", Label: "Let it in as it is: its totals hold", Kind: "check"},
	}},
	"assign": {scope: domain.ScopeOpsWork, path: "/v1/ops/unmatched/:subject/assign", button: "Assign", done: "The entry has its place.", fields: []input{
		{Name: "client", Label: "Client", Kind: "text", Needed: true, Most: 32}, {Name: "transaction_id", Label: "Transaction, if it answers one", Kind: "text", Most: 64},
	}},
	"return":  {scope: domain.ScopeOpsWork, path: "/v1/ops/unmatched/:subject/return", button: "Return", grave: true, done: "The entry goes back to its sender with the next file.", fields: []input{{Name: "code", Label: "Return code", Kind: "text", Needed: true, Most: 3}}},
	"dismiss": {scope: domain.ScopeOpsWork, path: "/v1/ops/unmatched/:subject/dismiss", button: "Dismiss", grave: true, done: "The entry is dismissed.", fields: []input{reason}, note: "Nothing is done about the entry."},

	"approve-request":  {scope: domain.ScopeOpsApprove, path: "/v1/ops/approvals/:subject/approve", fields: []input{{Name: "digest", Kind: "hidden"}}, button: "Approve", done: "It is approved and done.", note: "It is done at once, in the name of both of you."},
	"refuse-request":   {scope: domain.ScopeOpsApprove, path: "/v1/ops/approvals/:subject/refuse", fields: []input{reason}, button: "Refuse", grave: true, done: "It is refused."},
	"withdraw-request": {scope: domain.ScopeOpsRead, path: "/v1/ops/approvals/:subject/withdraw", button: "Withdraw", done: "It is withdrawn."},

	"suspend": {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/clients/:subject", button: "Suspend", grave: true, done: "The client is suspended.", fields: []input{{Name: "suspended", Kind: "hidden", Value: "true"}}, note: "Its credentials originate nothing, and nothing of it is cut."},
	"resume":  {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/clients/:subject", button: "Resume", done: "The client may work again.", fields: []input{{Name: "suspended", Kind: "hidden", Value: "false"}}},

	"clock": {scope: domain.ScopeOpsWork, method: http.MethodPut, path: "/v1/simulations/clock", button: "Move the clock", done: "The clock was moved, and what fell due on the way was done.", fields: []input{
		{Name: "advance", Label: "By", Kind: "choice", Choices: []choice{{"15m", "15 minutes"}, {"1h", "1 hour"}, {"6h", "6 hours"}, {"24h", "1 day"}, {"72h", "3 days"}}},
	}},
	"play-acknowledge": {scope: domain.ScopeOpsWork, path: "/v1/simulations/files/:subject/acknowledge", button: "Answer", done: "The operator answered.", fields: []input{
		{Name: "result", Label: "The operator", Kind: "choice", Choices: []choice{{"accepted", "accepts it"}, {"rejected", "rejects it"}, {"pended", "holds it back"}, {"duplicate", "has it already"}}},
	}},
	"play-return":     {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/return", button: "Return", done: "The bank returned it.", fields: []input{{Name: "code", Label: "Return code", Kind: "text", Value: "R03", Needed: true, Most: 3}}},
	"play-correction": {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/correction", button: "Send", done: "The bank sent a notification of change.", fields: []input{{Name: "code", Label: "Change code", Kind: "text", Value: "C01", Needed: true, Most: 3}, {Name: "data", Label: "Corrected data", Kind: "text", Value: "30488174419", Needed: true, Most: 29}}},
	"play-dishonor":   {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/dishonor", button: "Dishonor", done: "The bank dishonored our return.", fields: []input{{Name: "code", Label: "Code", Kind: "text", Value: "R68", Needed: true, Most: 3}}},
	"play-contest":    {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/contest", button: "Contest", done: "The bank contests our dishonor.", fields: []input{{Name: "code", Label: "Code", Kind: "text", Value: "R73", Needed: true, Most: 3}}},
}

// form is an action about one thing, as a page asks for it.
type form struct {
	Title, Path, Note, Button string
	Fields                    []input
	Grave, Open               bool
	may                       bool
}

// formOf is a form for a person, who may lack the role for it; allowed leaves
// those out.
func formOf(p *page, name, subject, title string) form {
	a := actions[name]
	may := p.Who.caller.May(a.scope)
	p.Short = p.Short || !may
	return form{
		Title: title, Path: Path + "/do/" + name + "/" + url.PathEscape(subject), Note: a.note, Button: a.button, Fields: a.fields,
		Grave: a.grave, may: may,
	}
}

func (f form) opened() form { f.Open = true; return f }

// with adds a value that the person does not choose.
func (f form) with(name, value string) form {
	f.Fields = append([]input{{Name: name, Kind: "hidden", Value: value}}, f.Fields...)
	return f
}

func allowed(forms []form) (may []form) {
	for _, f := range forms {
		if f.may {
			may = append(may, f)
		}
	}
	return may
}

// actionRoutes bind what forms ask for.
func (s *surface) actionRoutes() {
	s.post("/do/:action/:subject", s.forPerson(domain.ScopeOpsRead, s.do))
}

// do has the API do what a form asks for, as the person who signed in, and
// goes back to where that came from.
func (s *surface) do(c echo.Context, who api.Caller) error {
	a, ok := actions[c.Param("action")]
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no such action")
	}
	body, err := a.body(c)
	if err != nil {
		return err
	}
	method := a.method
	if method == "" {
		method = http.MethodPost
	}
	path := strings.ReplaceAll(a.path, ":subject", url.PathEscape(c.Param("subject")))
	answer, err := s.ask(c, who, method, path, body)
	if err != nil {
		return err
	}
	_ = s.Views.WaitFor(c.Request().Context(), api.Everyone) // the next page tells what it knows in any case
	if answer.status == http.StatusAccepted && answer.approval() != "" {
		return c.Redirect(http.StatusSeeOther, withQuery(withQuery(back(c), "done", "asked"), "asked", answer.approval()))
	}
	return c.Redirect(http.StatusSeeOther, withQuery(back(c), "done", c.Param("action")))
}

// body is what a form says, as the API takes it.
func (a action) body(c echo.Context) ([]byte, error) {
	values := map[string]any{}
	if client := c.FormValue("client"); client != "" && strings.HasPrefix(a.path, "/v1/simulations/") {
		values["client"] = client
	}
	for _, f := range a.fields {
		text := strings.TrimSpace(c.FormValue(f.Name))
		switch {
		case f.Kind == "check" || f.Kind == "hidden" && (text == "true" || text == "false"):
			if text != "" {
				values[f.Name] = text == "true"
			}
		case text == "":
		case f.Kind == "number":
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, api.Invalid("/"+f.Name, "number", "a whole number")
			}
			values[f.Name] = n
		default:
			values[f.Name] = text
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	return json.Marshal(values)
}

// answered is what the API said.
type answered struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (a *answered) Header() http.Header         { return a.header }
func (a *answered) WriteHeader(status int)      { a.status = status }
func (a *answered) Write(b []byte) (int, error) { return a.body.Write(b) }

// approval is the request for a second person's approval that was made in the
// place of what was asked for.
func (a *answered) approval() string {
	var asked struct {
		ID string `json:"approval_id"`
	}
	if json.Unmarshal(a.body.Bytes(), &asked) != nil {
		return ""
	}
	return asked.ID
}

// ask makes a request of the API in this process, as the person who signed
// in. What is refused comes back as the problem that the API answers.
func (s *surface) ask(c echo.Context, who api.Caller, method, path string, body []byte) (*answered, error) {
	r, err := http.NewRequestWithContext(api.ActingAs(context.WithoutCancel(c.Request().Context()), who), method, path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the API: %w", err)
	}
	if len(body) > 0 {
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	}
	r.RemoteAddr = c.Request().RemoteAddr
	answer := &answered{status: http.StatusOK, header: http.Header{}}
	s.Echo.ServeHTTP(answer, r)
	if answer.status < http.StatusBadRequest {
		return answer, nil
	}
	var p api.Problem
	if err := json.Unmarshal(answer.body.Bytes(), &p); err != nil || p.Code == "" {
		return nil, api.FromStatus(answer.status)
	}
	return nil, &p
}

// withQuery is a path with a parameter of its query set.
func withQuery(to, name, value string) string {
	path, query, _ := strings.Cut(to, "?")
	values, _ := url.ParseQuery(query)
	values.Set(name, value)
	return path + "?" + values.Encode()
}

// doneText says what was just done. Only what is known here is said: the
// parameter may come from anywhere.
func doneText(name string) string {
	if name == "asked" {
		return "Nothing is done yet: another person has to approve it."
	}
	return actions[name].done
}

// guess fills in the one transaction that an entry could belong to.
func (f form) guess(candidate string) form {
	client, id := cutCandidate(candidate)
	fields := slices.Clone(f.Fields)
	for i := range fields {
		switch fields[i].Name {
		case "client":
			fields[i].Value = client
		case "transaction_id":
			fields[i].Value = id
		}
	}
	f.Fields = fields
	return f
}

// cutCandidate takes a candidate, client/id, apart.
func cutCandidate(text string) (client, id string) {
	client, id, _ = strings.Cut(text, "/")
	return client, id
}
