package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
)

// action is a change that operations staff can make: the API request that
// makes it, and the form that collects its input.
type action struct {
	scope  string
	method string // POST if empty
	path   string // path in the API; :subject is the id it applies to
	fields []input
	button string
	grave  bool // cannot be undone
	note   string
	done   string
	queue  string // from which its subjects are taken
	// version is that of what the action replaces as a whole.
	version func(s *surface, ctx context.Context, subject string) (int64, error)
}

// seenField holds the version of the settings that a form was filled with.
const seenField = "seen"

// unchanged refuses to replace settings that somebody else has changed since the
// form was filled with them.
func (s *surface) unchanged(c echo.Context, a action) error {
	typed := submitted(c.Request())
	seen := typed.Get(seenField)
	if a.version == nil || seen == "" {
		return nil
	}
	now, err := a.version(s, c.Request().Context(), c.Param("subject"))
	if err != nil || strconv.FormatInt(now, 10) == seen {
		return err
	}
	typed.Set(seenField, strconv.FormatInt(now, 10)) // the form is shown again, and may then be sent
	return domain.Refuse(domain.Stale, "somebody changed these settings after you opened them: compare what you typed with what they are now, so as not to undo that change")
}

// actionRoutes binds the paths that forms post to.
func (s *surface) actionRoutes() {
	s.post("/do/:action/:subject", s.forPerson(domain.ScopeOpsRead, s.do))
	s.post("/hand-in", s.forPerson(domain.ScopeOpsWork, s.handIn))
	s.BodyLimits[Path+"/hand-in"] = mostHandedIn
	s.post("/reveal/:client/:id", s.forPerson(domain.ScopeReveal, s.reveal))
}

// do sends a submitted form to the API as the signed-in person, then redirects
// back to the page that the form was on.
func (s *surface) do(c echo.Context, who api.Caller) error {
	a, ok := actions[c.Param("action")]
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no such action")
	}
	body, err := s.body(c, a)
	if err != nil {
		return err
	}
	path := strings.NewReplacer(
		":subject", url.PathEscape(c.Param("subject")), ":client", url.PathEscape(c.FormValue("client")), ":key", url.PathEscape(c.FormValue("key")),
	).Replace(a.path)
	if err := s.unchanged(c, a); err != nil {
		return err
	}
	answer, err := s.ask(c, who, cmp.Or(a.method, http.MethodPost), path, body)
	if refused := (*api.Problem)(nil); errors.As(err, &refused) && refused.Code == api.CodeScope && !who.May(a.scope) {
		return notIncluded(a.scope)
	}
	if err != nil {
		return err
	}
	_ = s.Views.WaitFor(c.Request().Context(), api.Everyone) // if the views lag, the next page shows what they know so far
	if one := answer.issued(); one.Secret != "" {
		return s.showSecret(c, who, one, answer.approval())
	}
	if answer.status == http.StatusAccepted && answer.approval() != "" {
		return c.Redirect(http.StatusSeeOther, withQuery(withQuery(withQuery(back(c), "done", "asked"), "asked", answer.approval()), "of", c.Param("action")))
	}
	return c.Redirect(http.StatusSeeOther, withQuery(back(c), "done", c.Param("action")))
}

// body converts the submitted form into the JSON body that the API expects.
func (s *surface) body(c echo.Context, a action) ([]byte, error) {
	values := map[string]any{}
	if client := c.FormValue("client"); client != "" && strings.HasPrefix(a.path, "/v1/simulations/") {
		values["client"] = client
	}
	for _, f := range a.fields {
		if err := s.convert(c, f, values); err != nil {
			return nil, err
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	return json.Marshal(values)
}

// convert adds what was typed into a field of the form to the values of the body.
func (s *surface) convert(c echo.Context, f input, values map[string]any) (err error) {
	typed := strings.TrimSpace(c.FormValue(f.Name))
	if f.Kind == "hidden" && f.Value != "" {
		typed = f.Value // a hidden field has a fixed value: ignore what the browser sent
	}
	switch {
	case f.Kind == "checks":
		values[f.Name] = append([]string{}, c.Request().Form[f.Name]...) // none chosen is not none asked for
	case typed == "" && !f.Clears:
	case f.Kind == "check" || f.Kind == "hidden" && (typed == "true" || typed == "false"):
		values[f.Name] = typed == "true"
	case f.Kind == "client":
		values[f.Name], err = s.clientID(c.Request().Context(), typed)
	case f.Kind == "json":
		return convertJSON(f.Name, typed, values)
	case f.Name == "key": // part of the path
	case f.Kind == "yesno":
		values[f.Name] = typed == "true"
	case f.Kind == "dollars":
		if values[f.Name], err = text.ParseDollars(typed); err != nil {
			return api.Invalid("/"+f.Name, "amount", "%v", err)
		}
	case f.Kind == "number":
		if values[f.Name], err = strconv.Atoi(typed); err != nil {
			return api.Invalid("/"+f.Name, "number", "must be a whole number")
		}
	default:
		values[f.Name] = typed
	}
	return err
}

// convertJSON adds the members of an object that was typed as JSON.
func convertJSON(name, typed string, values map[string]any) error {
	var set map[string]json.RawMessage
	if err := json.Unmarshal([]byte(typed), &set); err != nil {
		return api.Invalid("/"+name, "json", "%s%v", lineOf(typed, err), err)
	}
	if err := api.Strictly([]byte(typed), &set); err != nil { // as the API reads it: a limit that is there twice is not chosen from
		return err
	}
	for member, value := range set {
		values[member] = value
	}
	return nil
}

// lineOf names the line at which text stops being JSON.
func lineOf(text string, err error) string {
	var at *json.SyntaxError
	if !errors.As(err, &at) {
		return ""
	}
	return fmt.Sprintf("line %d: ", 1+strings.Count(text[:min(int(at.Offset), len(text))], "\n"))
}

// afterAction are the query parameters that the redirect after an action adds to
// its page: what was done, or was asked for.
var afterAction = []string{"done", "asked", "of"}

// withQuery returns the path with one query parameter set.
func withQuery(to, name, value string) string {
	path, query, _ := strings.Cut(to, "?")
	values, _ := url.ParseQuery(query)
	values.Set(name, value)
	return path + "?" + values.Encode()
}

// doneText describes the action that was just taken. The name comes from the
// URL, which anybody can craft, so a name that is not a known action yields no
// text.
func doneText(name string) string {
	switch name {
	case "hand-in":
		return "The file is taken in."
	case "asked":
		return "Nothing is done yet: another person must approve it."
	}
	return actions[name].done
}
