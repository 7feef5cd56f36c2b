package console

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/http/api"
)

// signInRoutes binds the paths that need no session.
func (s *surface) signInRoutes() {
	s.Echo.GET(Path+"/sign-in", s.signInPage)
	s.post("/sign-in", s.signIn)
	s.post("/sign-in/link", s.useLink)
	s.post("/sign-in/set-up", s.setUp)
	s.post("/sign-out", s.signOut)
	s.openIDRoutes()
}

// post binds the path of a form. A request from another site is refused, by
// the browser's Sec-Fetch-Site or Origin header.
func (s *surface) post(path string, h echo.HandlerFunc) {
	protection := http.NewCrossOriginProtection()
	s.Echo.POST(Path+path, func(c echo.Context) error {
		secure(c.Response().Header())
		if err := protection.Check(c.Request()); err != nil {
			return api.NewProblem(api.CodeScope, "this request did not come from a page of the console")
		}
		return h(c)
	})
}

// entrance is the data of the sign-in pages.
type entrance struct {
	Wrong string
	Email string
	Setup *people.Setup
	Code  *qrCode
	// Provider is the host of the OpenID provider; empty if none is
	// configured.
	Provider string
	Least    int    // characters of a password
	Ended    bool   // the session ended before a form was sent
	Kept     string // that form; see keptForm
	Returns  bool   // a page was asked for, and is opened next
}

func (s *surface) signInPage(c echo.Context) error {
	secure(c.Response().Header())
	if _, ok, err := s.signedIn(c); err != nil {
		return err
	} else if ok {
		return c.Redirect(http.StatusSeeOther, Path)
	}
	return s.entrance(c, http.StatusOK, entrance{})
}

func (s *surface) entrance(c echo.Context, status int, e entrance) error {
	name, title := "sign-in", "Sign in"
	if s.OpenID != nil {
		e.Provider = s.OpenID.Name()
	}
	e.Returns = s.remembered(c) != ""
	if e.Setup != nil {
		name, title = "set-up", "Set a password"
		e.Code, e.Least = newQRCode(e.Setup.URL), people.ShortestPassword
	}
	p := s.newPage(c, api.Caller{}, title, "")
	p.Data = e
	return s.show(c, status, name, p)
}

// refused shows the sign-in page again with the refusal. An error that is not
// a refusal is returned as it is.
func (s *surface) refused(c echo.Context, err error, e entrance) error {
	var refusal *domain.Refusal
	switch {
	case people.IsRefused(err):
		e.Wrong = err.Error()
		if wait := (*people.Error)(nil); errors.As(err, &wait) && wait.Wait > 0 {
			e.Wrong += ": try again in " + span(wait.Wait)
		}
	case errors.As(err, &refusal):
		e.Wrong = refusal.Error()
	default:
		return err
	}
	e.Kept = submitted(c.Request()).Get(keptField)
	return s.entrance(c, http.StatusUnauthorized, e)
}

// signIn signs in with e-mail address, password and the code of an
// authenticator app.
func (s *surface) signIn(c echo.Context) error {
	email := strings.TrimSpace(c.FormValue("email"))
	session, err := s.SignIns.SignIn(c.Request().Context(), email, c.FormValue("password"), onlyDigits(c.FormValue("code")), c.Request().RemoteAddr)
	if err != nil {
		return s.refused(c, err, entrance{Email: email})
	}
	return s.enter(c, session)
}

// useLink redeems a one-time link. In a sandbox it signs in directly;
// otherwise it leads to the page on which a new operator sets a password and
// an authenticator app.
func (s *surface) useLink(c echo.Context) error {
	ctx, address := c.Request().Context(), c.Request().RemoteAddr
	secret := c.FormValue("link")
	if _, after, ok := strings.Cut(secret, "#"); ok { // the user pasted the whole link
		secret = after
	}
	secret = strings.TrimSpace(secret)
	if s.Sandbox != nil {
		if session, err := s.SignIns.SignInByLink(ctx, secret, address); err == nil {
			return s.enter(c, session)
		} else if !errors.Is(err, people.ErrLink) {
			return s.refused(c, err, entrance{})
		}
	}
	setup, err := s.SignIns.Begin(ctx, secret, address)
	if err != nil {
		return s.refused(c, err, entrance{})
	}
	return s.entrance(c, http.StatusOK, entrance{Setup: &setup})
}

// setUp sets a password and an authenticator app, and signs in.
func (s *surface) setUp(c echo.Context) error {
	setup := people.Setup{Ticket: c.FormValue("ticket"), Email: c.FormValue("email"), Secret: c.FormValue("secret"), URL: c.FormValue("url")}
	if c.FormValue("password") != c.FormValue("again") {
		return s.entrance(c, http.StatusUnprocessableEntity, entrance{Wrong: "the two passwords are not the same", Setup: &setup})
	}
	session, err := s.SignIns.Finish(c.Request().Context(), setup.Ticket, c.FormValue("password"), onlyDigits(c.FormValue("code")), c.Request().RemoteAddr)
	switch {
	case errors.Is(err, people.ErrLink), errors.Is(err, people.ErrSession):
		return s.refused(c, err, entrance{})
	case err != nil:
		return s.refused(c, err, entrance{Setup: &setup})
	}
	return s.enter(c, session)
}

// enter begins a session in the browser, and opens the page that was asked for.
func (s *surface) enter(c echo.Context, session people.Session) error {
	setCookie(c, sessionCookie, session.Secret, 0)
	if ok, err := s.sendAgain(c, session); ok || err != nil {
		return err
	}
	to := Path
	if page := s.remembered(c); page != "" {
		to = page
		setCookie(c, returnCookie, "", -1)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// signOut ends the session, on the server too.
func (s *surface) signOut(c echo.Context) error {
	if secret := sessionSecret(c); secret != "" {
		if err := s.SignIns.End(c.Request().Context(), secret); err != nil {
			return err
		}
	}
	setCookie(c, sessionCookie, "", -1)
	return c.Redirect(http.StatusSeeOther, Path+"/sign-in")
}

// signedIn returns the person whose session the browser holds. It looks the
// session up on every request, so that its end and a change of role take
// effect at once. A request of the page's script is no use of the session: an
// open page keeps itself up to date, whoever is at the desk.
func (s *surface) signedIn(c echo.Context) (who api.Caller, ok bool, err error) {
	secret := sessionSecret(c)
	if secret == "" {
		return who, false, nil
	}
	find := s.SignIns.Session
	if c.Request().Header.Get("Sec-Fetch-Dest") == "empty" {
		find = s.SignIns.Watch
	}
	actor, err := find(c.Request().Context(), secret)
	switch {
	case people.IsRefused(err):
		return who, false, nil
	case err != nil:
		return who, false, err
	}
	return callerOf(actor), true, nil
}

// callerOf is how the API knows a person who is signed in.
func callerOf(actor people.Actor) api.Caller {
	return api.Caller{Key: actor.Email, Person: actor.Email, Client: domain.LedgerClient, Scopes: actor.Scopes, Until: actor.Until}
}

const (
	sessionCookie = "achledger-session" // stores the secret of a session
	stateCookie   = "achledger-openid"  // stores the state of a sign-in at the OpenID provider
)

// readCookie returns what setCookie stored in the browser; empty if nothing.
func readCookie(c echo.Context, name string) string {
	cookie, err := c.Cookie(cookieName(c, name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// setCookie stores a secret in the browser. Over https the __Host- prefix
// binds the cookie to this host. Over plain http on loopback no browser would
// accept that prefix, so it is omitted.
func setCookie(c echo.Context, name, secret string, age int) {
	c.SetCookie(&http.Cookie{
		Name: cookieName(c, name), Value: secret, Path: "/", MaxAge: age,
		Secure: !loopback(c.Request()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func cookieName(c echo.Context, name string) string {
	if loopback(c.Request()) {
		return name
	}
	return "__Host-" + name
}

// loopback reports whether a request came over plain http from this machine.
func loopback(r *http.Request) bool {
	if r.TLS != nil {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func onlyDigits(s string) string { return strings.Map(digit, s) }

func digit(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}
