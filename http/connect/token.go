package connect

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

const (
	tokenPath  = "/connect/token"
	revokePath = "/connect/revoke"
)

// oauthProblem is an error of RFC 6749 with a description of ours.
func oauthProblem(code, why string) error {
	p := api.NewProblem(api.CodeBadRequest, "%s", why)
	p.OAuth = code
	return p
}

func badForm(why string) error { return oauthProblem("invalid_request", why) }

// accessAnswer is the body of RFC 6749, 5.1.
type accessAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope,omitempty"`
	TokenType   string `json:"token_type"`
}

// connectToken answers an access token for client credentials (RFC 6749,
// 4.4), by Basic or in the form. A missing grant type is taken for
// client_credentials, the only one: the published documentation lost its line.
func (s *surface) connectToken(c echo.Context) error {
	if err := readForm(c); err != nil {
		return err
	}
	form := c.Request().PostForm
	if grant := form.Get("grant_type"); grant != "" && grant != "client_credentials" {
		return oauthProblem("unsupported_grant_type", "the only grant type is client_credentials")
	}
	who, err := s.presented(c.Request())
	if err != nil {
		return err
	}
	wanted := strings.Fields(form.Get("scope"))
	for _, scope := range wanted {
		if !who.May(scope) {
			return oauthProblem("invalid_scope", "the credential does not have every scope asked for")
		}
	}
	if len(wanted) > 0 {
		slices.Sort(wanted)
		who.Scopes = slices.Compact(wanted)
	}
	token, _, err := s.IssueToken(c.Request().Context(), eventstore.AccessToken, who, api.AccessLife)
	if err != nil {
		return err
	}
	return respondOAuth(c, http.StatusOK, accessAnswer{token, int(api.AccessLife.Seconds()), strings.Join(wanted, " "), "Bearer"})
}

// connectRevoke ends one token, of either kind, of the credential (RFC 7009). A
// token that does not exist counts as ended: 200.
func (s *surface) connectRevoke(c echo.Context) error {
	if err := readForm(c); err != nil {
		return err
	}
	token := c.Request().PostForm.Get("token")
	if token == "" {
		return badForm("token is missing")
	}
	who, err := s.presented(c.Request())
	if err != nil {
		return err
	}
	if ledger.WellFormedSecret(token) {
		hash := [32]byte(ledger.HashSecret(token))
		if err := s.Tokens.DeleteToken(c.Request().Context(), hash[:], who.Key); err != nil {
			return fmt.Errorf("delete a token of credential %s: %w", who.Key, err)
		}
		s.TokenCache.Forget(hash, who.Key)
	}
	return respondOAuth(c, http.StatusOK, struct{}{})
}

// readForm reads a form in which no field occurs twice. The values are in
// PostForm only: a secret in the query would appear in access logs.
func readForm(c echo.Context) error {
	r := c.Request()
	if err := api.MediaType(c, echo.MIMEApplicationForm); err != nil {
		return err
	}
	if r.Header.Get(echo.HeaderContentType) == "" { // ParseForm would not look at the body, nor at the scope that it asks for
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	}
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return large
		}
		return badForm("the form cannot be read")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return badForm(fmt.Sprintf("%.40q is there more than once", name))
		}
	}
	return nil
}

// presented checks the credentials of a token request. Two sets of them are
// refused (RFC 6749, 2.3).
func (s *surface) presented(r *http.Request) (api.Caller, error) {
	basicKey, basicSecret, basic := r.BasicAuth()
	key, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	switch {
	case basic && secret != "":
		return api.Caller{}, badForm("credentials by Basic or in the body, not both")
	case basic && key != "" && key != basicKey:
		return api.Caller{}, badForm("client_id and the Authorization header differ")
	case basic:
		return s.Login(r, basicKey, basicSecret)
	default:
		return s.Login(r, key, secret)
	}
}

// respondOAuth answers with the headers that RFC 6749, 5.1 requires.
func respondOAuth(c echo.Context, status int, body any) error {
	c.Response().Header().Set("Pragma", "no-cache")
	return c.JSON(status, body)
}

// renderOAuth writes a problem in the form of RFC 6749, 5.2.
func renderOAuth(c echo.Context, p *api.Problem) error {
	if p.Status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", `Basic realm="achledger", charset="UTF-8"`)
	}
	code := p.OAuth
	switch {
	case code != "":
	case p.Status == http.StatusUnauthorized:
		code = "invalid_client"
	case p.Status == http.StatusTooManyRequests, p.Status == http.StatusServiceUnavailable:
		code = "temporarily_unavailable"
	case p.Status < http.StatusInternalServerError:
		code = "invalid_request"
	default:
		code = "server_error"
	}
	return respondOAuth(c, p.Status, map[string]string{"error": code, "error_description": p.Message})
}
