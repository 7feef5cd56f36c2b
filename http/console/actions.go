package console

import (
	"cmp"
	"encoding/json"
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
	body, err := a.body(c)
	if err != nil {
		return err
	}
	path := strings.NewReplacer(
		":subject", url.PathEscape(c.Param("subject")), ":client", url.PathEscape(c.FormValue("client")), ":key", url.PathEscape(c.FormValue("key")),
	).Replace(a.path)
	answer, err := s.ask(c, who, cmp.Or(a.method, http.MethodPost), path, body)
	if err != nil {
		return err
	}
	_ = s.Views.WaitFor(c.Request().Context(), api.Everyone) // if the views lag, the next page shows what they know so far
	if one := answer.issued(); one.Secret != "" {
		return s.showSecret(c, who, one, answer.approval())
	}
	if answer.status == http.StatusAccepted && answer.approval() != "" {
		return c.Redirect(http.StatusSeeOther, withQuery(withQuery(back(c), "done", "asked"), "asked", answer.approval()))
	}
	return c.Redirect(http.StatusSeeOther, withQuery(back(c), "done", c.Param("action")))
}

// body converts the submitted form into the JSON body that the API expects.
func (a action) body(c echo.Context) ([]byte, error) {
	values := map[string]any{}
	if client := c.FormValue("client"); client != "" && strings.HasPrefix(a.path, "/v1/simulations/") {
		values["client"] = client
	}
	for _, f := range a.fields {
		typed := strings.TrimSpace(c.FormValue(f.Name))
		if f.Kind == "hidden" && f.Value != "" {
			typed = f.Value // a hidden field has a fixed value: ignore what the browser sent
		}
		switch {
		case f.Kind == "check" || f.Kind == "hidden" && (typed == "true" || typed == "false"):
			if typed != "" {
				values[f.Name] = typed == "true"
			}
		case f.Kind == "checks":
			if chosen := c.Request().Form[f.Name]; len(chosen) > 0 {
				values[f.Name] = chosen
			}
		case typed == "":
		case f.Kind == "json":
			var set map[string]json.RawMessage
			if err := json.Unmarshal([]byte(typed), &set); err != nil {
				return nil, api.Invalid("/"+f.Name, "json", "%v", err)
			}
			if err := api.Strictly([]byte(typed), &set); err != nil { // as the API reads it: a limit that is there twice is not chosen from
				return nil, err
			}
			for name, value := range set {
				values[name] = value
			}
		case f.Name == "key": // part of the path
		case f.Kind == "yesno":
			values[f.Name] = typed == "true"
		case f.Kind == "dollars":
			cents, err := text.ParseDollars(typed)
			if err != nil {
				return nil, api.Invalid("/"+f.Name, "amount", "%v", err)
			}
			values[f.Name] = cents
		case f.Kind == "number":
			n, err := strconv.Atoi(typed)
			if err != nil {
				return nil, api.Invalid("/"+f.Name, "number", "must be a whole number")
			}
			values[f.Name] = n
		default:
			values[f.Name] = typed
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	return json.Marshal(values)
}

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
