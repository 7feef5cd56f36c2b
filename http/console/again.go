package console

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/http/api"
)

// A form that was refused, or that was sent after its session had ended, is
// shown again with what the person typed. Nobody but the person sends it.

// submitted is what a form had in it. It does not parse an upload, of which that
// would leave a file in the system's temporary folder.
func submitted(r *http.Request) url.Values {
	kind, _, _ := strings.Cut(r.Header.Get(echo.HeaderContentType), ";")
	if r.Method != http.MethodPost || kind != echo.MIMEApplicationForm || r.ParseForm() != nil {
		return nil
	}
	return r.PostForm
}

// typedInto returns the form of an action that posts to a path, filled with what
// was typed into it. ok is false if there is none, or if the person's role does
// not include it.
func typedInto(p *page, path string, typed url.Values) (f form, ok bool) {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(path, Path+"/"), "/")
	name, subject, _ := strings.Cut(rest, "/")
	switch a, known := actions[name]; {
	case kind == "reveal":
		f = newRevealForm(p, name, subject)
	case kind == "do" && known:
		f = formOf(p, name, subject, a.button)
	default:
		return f, false
	}
	f.Open, f.Fields = true, slices.Clone(f.Fields)
	for i := range f.Fields {
		f.Fields[i] = f.Fields[i].typed(typed[f.Fields[i].Name])
	}
	for _, name := range []string{"client", seenField} {
		known := slices.ContainsFunc(f.Fields, func(i input) bool { return i.Name == name })
		if value := typed.Get(name); value != "" && !known {
			f = f.with(name, value)
		}
	}
	return f, f.may
}

// typed is the field with the values that a form had in it.
func (i input) typed(values []string) input {
	if i.Kind == "hidden" && i.Value != "" {
		return i // it has a fixed value
	}
	i.Value = strings.Join(values, " ")
	if i.Kind == "choice" && !slices.ContainsFunc(i.Choices, func(c choice) bool { return c.Value == i.Value }) {
		i.Choices = append(slices.Clone(i.Choices), choice{i.Value, i.Value})
	}
	return i
}

// mendable reports whether an action that was refused may succeed with other
// input, or later. What does not exist, or conflicts, may be what was typed, in a
// form that asks for more than a reason.
func mendable(p *api.Problem, f form, typed url.Values) bool {
	asksMore := slices.ContainsFunc(f.Fields, func(i input) bool { return i.Kind != "hidden" && i.Name != reason.Name })
	switch {
	case p.Status == http.StatusForbidden || p.Code == domain.AlreadyDone || p.Code == domain.TooLate:
		return false
	case p.Code == domain.Stale:
		return typed.Has(seenField)
	case p.Status == http.StatusNotFound || p.Status == http.StatusConflict:
		return asksMore
	default:
		return true
	}
}

const (
	// byField names the person whose page a form was on.
	byField = "by"
	// keptField is the field of the sign-in page that keeps a form which was sent
	// after its session had ended.
	keptField = "kept"
)

// keptForm is such a form. The sign-in page has it sealed for the person who
// typed it: somebody else who comes to that browser can neither read it nor gets
// it by signing in.
type keptForm struct {
	Path  string
	Typed url.Values
}

// keptFor is the purpose under which a form is sealed.
func keptFor(email string) string { return "form/" + email }

func (s *surface) keep(email string, f keptForm) (string, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	sealed, err := s.Ledger.Keys.Seal(domain.LedgerClient, plain, keptFor(email))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// kept opens the form that a submitted sign-in page keeps. ok is false if it keeps
// none, or another person's.
func (s *surface) kept(email, sealed string) (f keptForm, ok bool) {
	content, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || sealed == "" {
		return f, false
	}
	plain, err := s.Ledger.Keys.Open(domain.LedgerClient, content, keptFor(email))
	return f, err == nil && json.Unmarshal(plain, &f) == nil
}

// signInAgain answers a form that came after its session had ended with the
// sign-in page, which keeps what was typed. ok is false if there is nothing to
// keep.
func (s *surface) signInAgain(c echo.Context) (ok bool, err error) {
	r := c.Request()
	typed := submitted(r)
	email := typed.Get(byField)
	if email == "" || sessionSecret(c) == "" {
		return false, nil
	}
	sealed, err := s.keep(email, keptForm{r.URL.Path, typed})
	if err != nil {
		return false, err
	}
	return true, s.entrance(c, http.StatusUnauthorized, entrance{Ended: true, Kept: sealed})
}

// sendAgain shows a person who has signed in again the form that the sign-in page
// kept. ok is false if it kept none of this person's, or none that the role
// includes.
func (s *surface) sendAgain(c echo.Context, session people.Session) (ok bool, err error) {
	was, ok := s.kept(session.Email, submitted(c.Request()).Get(keptField))
	if !ok {
		return false, nil
	}
	p := s.newPage(c, callerOf(session.Actor), "Signed in again", "")
	f, ok := typedInto(p, was.Path, was.Typed)
	if !ok {
		return false, nil
	}
	p.Here = Path
	if to := was.Typed.Get("back"); isPage(to) {
		p.Here = to
	}
	p.Forms = []form{f}
	return true, s.serve(c, p, "list", listPage{Lead: "The session had ended before this was sent, so nothing was done. Here is what you typed: send it if it is still right."})
}

// returnCookie stores the page that a person asked for without being signed in.
const returnCookie = "achledger-return"

// returnSeconds is how long the page is remembered, and returnBytes the longest
// path of one.
const returnSeconds, returnBytes = 600, 2000

// remember stores the page that was asked for, to open it after signing in.
func (s *surface) remember(c echo.Context) {
	r := c.Request()
	if to := url.QueryEscape(here(r.URL)); r.Method == http.MethodGet && isPage(here(r.URL)) && !r.URL.Query().Has("format") && len(to) < returnBytes {
		setCookie(c, returnCookie, to, returnSeconds)
	}
}

// remembered is the page that was asked for before signing in; empty if none was.
func (s *surface) remembered(c echo.Context) string {
	cookie, err := c.Cookie(cookieName(c, returnCookie))
	if err != nil {
		return ""
	}
	to, err := url.QueryUnescape(cookie.Value)
	if err != nil || !isPage(to) {
		return ""
	}
	return to
}

// isPage reports whether a path is one at which the console shows a page.
func isPage(to string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(to, Path+"/"), "/")
	first, _, _ = strings.Cut(first, "?")
	return local(to) && !slices.Contains([]string{"do", "reveal", "hand-in", "sign-in", "sign-out", "live", "times"}, first)
}

// here is the path and the query of a page, without what the redirect after an
// action added to it.
func here(u *url.URL) string {
	query := u.Query()
	if !slices.ContainsFunc(afterAction, query.Has) {
		return u.RequestURI()
	}
	for _, name := range afterAction {
		query.Del(name)
	}
	if len(query) == 0 {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + query.Encode()
}
