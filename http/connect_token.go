package http

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-oauth2/oauth2/v4"
	oautherrors "github.com/go-oauth2/oauth2/v4/errors"
	"github.com/go-oauth2/oauth2/v4/models"
	"github.com/go-oauth2/oauth2/v4/server"
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore"
)

// accessLife is how long an access token lives.
const accessLife = time.Hour

const tokenPath = "/connect/token"

func (s *Server) oauthRoutes() {
	s.echo.POST(tokenPath, s.connectToken)
	s.renderers[tokenPath] = renderOAuth
}

// oauth is the part of RFC 6749 that ACH Connect uses: client credentials.
// The library parses and answers; credentials and tokens are the ledger's.
type oauth struct {
	oauth2.Manager // of the library's many duties only the one below is ever called
	s              *Server
	server         *server.Server
}

func newOAuth(s *Server) *oauth {
	o := &oauth{s: s}
	o.server = server.NewServer(&server.Config{
		TokenType:         "Bearer",
		AllowedGrantTypes: []oauth2.GrantType{oauth2.ClientCredentials},
	}, o)
	o.server.ClientInfoHandler = presented
	o.server.ResponseErrorHandler = polish
	o.server.InternalErrorHandler = inner
	return o
}

// connectToken answers an access token for client credentials, by Basic or in
// the form. A missing grant type is taken for client_credentials, the only
// one: the published documentation lost its line.
func (s *Server) connectToken(c echo.Context) error {
	r := c.Request()
	if err := media(c, echo.MIMEApplicationForm); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return large
		}
		return problem(codeBadRequest, "the form cannot be read")
	}
	r.Form = r.PostForm // a secret in the query would stand in somebody's log
	if r.Form.Get("grant_type") == "" {
		r.Form.Set("grant_type", oauth2.ClientCredentials.String())
	}
	grant, ask, err := s.oauth.server.ValidationTokenRequest(r)
	var info oauth2.TokenInfo
	if err == nil {
		info, err = s.oauth.server.GetAccessToken(r.Context(), grant, ask)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	if err == nil {
		return c.JSON(http.StatusOK, s.oauth.server.GetTokenData(info))
	}
	answer, status, header := s.oauth.server.GetErrorData(err)
	if status >= http.StatusInternalServerError {
		s.explain(r.Context(), requestID(c), err) // logs the fault
	}
	for name := range header {
		h.Set(name, header.Get(name))
	}
	return c.JSON(status, answer)
}

// presented finds the credentials of a token request. Two sets of them are
// one too many (RFC 6749, 2.3).
func presented(r *http.Request) (key, secret string, err error) {
	if r.Form.Get("grant_type") != oauth2.ClientCredentials.String() {
		return "", "", oautherrors.ErrUnsupportedGrantType
	}
	for name, values := range r.Form {
		if len(values) > 1 {
			return "", "", &oauthRefusal{oautherrors.ErrInvalidRequest, name + " is there more than once"}
		}
	}
	basicKey, basicSecret, basic := r.BasicAuth()
	key, secret = r.Form.Get("client_id"), r.Form.Get("client_secret")
	switch {
	case basic && secret != "":
		return "", "", &oauthRefusal{oautherrors.ErrInvalidRequest, "credentials by Basic or in the body, not both"}
	case basic && key != "" && key != basicKey:
		return "", "", &oauthRefusal{oautherrors.ErrInvalidRequest, "client_id and the Authorization header differ"}
	case basic:
		return basicKey, basicSecret, nil
	case key == "":
		return "", "", oautherrors.ErrInvalidClient
	default:
		return key, secret, nil
	}
}

// GenerateAccessToken checks the credentials and issues a token with the
// scopes asked for, or with all that the credential has.
func (o *oauth) GenerateAccessToken(ctx context.Context, _ oauth2.GrantType, ask *oauth2.TokenGenerateRequest) (oauth2.TokenInfo, error) {
	who, err := o.s.login(ask.Request, ask.ClientID, ask.ClientSecret)
	if err != nil {
		return nil, err
	}
	if wanted := strings.Fields(ask.Scope); len(wanted) > 0 {
		for _, scope := range wanted {
			if !who.May(scope) {
				return nil, oautherrors.ErrInvalidScope
			}
		}
		slices.Sort(wanted)
		who.Scopes = slices.Compact(wanted)
	}
	token, _, err := o.s.issue(ctx, eventstore.AccessToken, who, accessLife)
	if err != nil {
		return nil, err
	}
	info := models.NewToken()
	info.SetAccess(token)
	info.SetAccessExpiresIn(accessLife)
	if ask.Scope != "" {
		info.SetScope(strings.Join(who.Scopes, " "))
	}
	return info, nil
}

// oauthRefusal is one of RFC 6749's errors with our words.
type oauthRefusal struct {
	kind error
	why  string
}

func (e *oauthRefusal) Error() string { return e.why }

// inner turns our errors into the library's, which asks for those it does not
// know.
func inner(err error) *oautherrors.Response {
	var refusal *oauthRefusal
	if errors.As(err, &refusal) {
		return &oautherrors.Response{Error: refusal.kind, Description: refusal.why, StatusCode: http.StatusBadRequest}
	}
	p := explain(err)
	if p.Status == http.StatusUnauthorized {
		return &oautherrors.Response{Error: oautherrors.ErrInvalidClient, Description: p.Message}
	}
	response := &oautherrors.Response{Error: oauthError(p), Description: p.Message, StatusCode: p.Status}
	if p.retryAfter > 0 {
		response.SetHeader("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return response
}

// polish sets what RFC 6749, 5.2 asks for and the library leaves out.
func polish(r *oautherrors.Response) {
	switch {
	case errors.Is(r.Error, oautherrors.ErrInvalidClient):
		r.StatusCode = http.StatusUnauthorized
		r.SetHeader("WWW-Authenticate", `Basic realm="achledger", charset="UTF-8"`)
	case errors.Is(r.Error, oautherrors.ErrUnsupportedGrantType), errors.Is(r.Error, oautherrors.ErrInvalidScope):
		r.StatusCode = http.StatusBadRequest
	}
}

// oauthError names a problem in the words of RFC 6749.
func oauthError(p *Problem) error {
	switch {
	case p.Status == http.StatusUnauthorized:
		return oautherrors.ErrInvalidClient
	case p.Status == http.StatusTooManyRequests, p.Status == http.StatusServiceUnavailable:
		return oautherrors.ErrTemporarilyUnavailable
	case p.Status < http.StatusInternalServerError:
		return oautherrors.ErrInvalidRequest
	default:
		return oautherrors.ErrServerError
	}
}

// renderOAuth writes a problem met before or behind the library.
func renderOAuth(c echo.Context, p *Problem) error {
	c.Response().Header().Set("Pragma", "no-cache")
	return c.JSON(p.Status, map[string]string{"error": oauthError(p).Error(), "error_description": p.Message})
}
