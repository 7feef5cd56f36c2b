package console

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/eventstore/people/openid"
)

// OpenIDCallback is the path to which an OpenID provider redirects the
// browser.
const OpenIDCallback = Path + "/sign-in/openid/callback"

// openIDRoutes binds the OpenID sign-in, if a provider is configured.
func (s *surface) openIDRoutes() {
	if s.OpenID != nil {
		s.Echo.GET(Path+"/sign-in/openid", s.toProvider)
		s.Echo.GET(OpenIDCallback, s.fromProvider)
	}
}

// toProvider redirects the browser to the provider. It is a link rather than a
// form because the Content-Security-Policy allows forms to post only to this
// origin.
func (s *surface) toProvider(c echo.Context) error {
	secure(c.Response().Header())
	address, state, err := s.OpenID.Begin(c.Request().Context(), c.Request().RemoteAddr)
	if err != nil {
		return s.unavailable(c, err)
	}
	setCookie(c, stateCookie, state, int(openid.Life.Seconds()))
	return c.Redirect(http.StatusSeeOther, address)
}

// fromProvider signs in the person whom the provider identified. The state
// must match the one in the browser's cookie, so only the browser that started
// the sign-in can finish it.
func (s *surface) fromProvider(c echo.Context) error {
	secure(c.Response().Header())
	kept := readCookie(c, stateCookie)
	setCookie(c, stateCookie, "", -1)
	ctx := c.Request().Context()
	who, err := s.OpenID.Finish(ctx, kept, c.QueryParam("state"), c.QueryParam("code"))
	if err != nil {
		return s.unavailable(c, err)
	}
	session, err := s.SignIns.SignInAs(ctx, who, c.Request().RemoteAddr)
	if err != nil {
		return s.refused(c, err, entrance{})
	}
	return s.enter(c, session)
}

// unavailable responds to an OpenID sign-in that could not be completed.
func (s *surface) unavailable(c echo.Context, err error) error {
	if errors.Is(err, openid.ErrRefused) {
		return s.entrance(c, http.StatusUnauthorized, entrance{Wrong: err.Error()})
	}
	if people.IsRefused(err) {
		return s.refused(c, err, entrance{})
	}
	s.Log.Error("the OpenID provider cannot be asked", "err", err)
	return s.entrance(c, http.StatusServiceUnavailable, entrance{Wrong: "the provider does not answer: try again, or sign in with your password"})
}
