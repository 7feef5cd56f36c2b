package pro

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// refreshLife is the lifetime of a refresh token, which is not renewed by use.
const refreshLife = 12 * time.Hour

// proTokens is the response of both token endpoints; times are in Unix
// milliseconds.
type proTokens struct {
	AccessToken    string `json:"access_token"`
	RefreshToken   string `json:"refresh_token"`
	AccessExpires  int64  `json:"access_expires"`
	RefreshExpires int64  `json:"refresh_expires"`
}

// proToken issues an access and a refresh token for a key and its secret.
func (s *surface) proToken(c echo.Context) error {
	var in struct {
		Key    string `json:"key"`
		Secret string `json:"secret"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	who, err := s.Login(c.Request(), in.Key, in.Secret)
	if err != nil {
		return err
	}
	refresh, until, err := s.IssueToken(c.Request().Context(), eventstore.RefreshToken, who, refreshLife)
	if err != nil {
		return err
	}
	return s.respondTokens(c, who, refresh, until)
}

// proRefresh issues a new access token for a refresh token, which stays valid.
func (s *surface) proRefresh(c echo.Context) error {
	var in struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if !ledger.WellFormedSecret(in.RefreshToken) {
		return s.UnknownToken(c.Request())
	}
	t, ok, err := s.Tokens.Token(ctx, ledger.HashSecret(in.RefreshToken))
	if err != nil {
		return err
	}
	if !ok || t.Kind != eventstore.RefreshToken || !s.Now().Before(t.ExpiresAt) {
		return s.UnknownToken(c.Request())
	}
	credential, err := s.Directory.Credential(ctx, t.Credential)
	if err != nil {
		return err
	}
	if !credential.Good(s.Now()) {
		return s.UnknownToken(c.Request())
	}
	return s.respondTokens(c, api.CallerOf(credential), in.RefreshToken, t.ExpiresAt)
}

func (s *surface) respondTokens(c echo.Context, who api.Caller, refresh string, until time.Time) error {
	access, expires, err := s.IssueToken(c.Request().Context(), eventstore.AccessToken, who, api.AccessLife)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, proTokens{access, refresh, expires.UnixMilli(), until.UnixMilli()})
}

// profile responds with the client that the credential belongs to.
func (s *surface) profile(c echo.Context, who api.Caller) error {
	client, err := s.Directory.Client(c.Request().Context(), who.Client)
	if err != nil {
		return err
	}
	answer := struct {
		ProfileID string   `json:"profileId"`
		Name      string   `json:"name"`
		Company   string   `json:"companyName,omitempty"`
		Key       string   `json:"key"`
		Scopes    []string `json:"scopes"`
		Today     string   `json:"today"` // the ledger's business day
	}{who.Client, client.Settings.Name, client.Settings.CompanyName, who.Key, who.Scopes, calendar.DateOf(s.Ledger.Now()).String()}
	return c.JSON(http.StatusOK, answer)
}
