package http

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// issueCredential issues another credential to a client; two are valid at
// once while one is rotated.
func (s *Server) issueCredential(c echo.Context, who Caller) error {
	client, err := s.existing(c)
	if err != nil {
		return err
	}
	input, err := body(c, echo.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	var b struct {
		Scopes []string `json:"scopes"`
	}
	if err := json.Unmarshal(input, &b); err != nil {
		return problem(codeBadRequest, `the body is {"scopes": [...]}`)
	}
	return s.once(c, who, input, func(key ledger.Option) error {
		issued, err := IssueCredential(c.Request().Context(), s.Ledger, client.ID, b.Scopes, key)
		if err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "no-store")
		return c.JSON(http.StatusCreated, issued)
	}, secretIsGone)
}

// credential is what may be known about a credential.
type credential struct {
	Key      string     `json:"key"`
	Scopes   []string   `json:"scopes"`
	IssuedAt time.Time  `json:"issued_at"`
	Revoked  bool       `json:"revoked"`
	LastUsed *time.Time `json:"last_used"`
}

// listCredentials answers a client's credentials, without their secrets.
func (s *Server) listCredentials(c echo.Context, who Caller) error {
	client, err := s.existing(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, client.ID); err != nil {
		return err
	}
	rows, err := s.Views.Credentials(ctx, client.ID)
	if err != nil {
		return fmt.Errorf("list credentials of client %s: %w", client.ID, err)
	}
	shown := make([]credential, len(rows))
	for i, r := range rows {
		shown[i] = credential{Key: r.Key, Scopes: r.Scopes, IssuedAt: r.IssuedAt, Revoked: r.Revoked, LastUsed: s.uses.last(r.Key)}
	}
	return answerPage(c, shown, "")
}

// revokeCredential ends a credential and its tokens at once.
func (s *Server) revokeCredential(c echo.Context, _ Caller) error {
	ctx := c.Request().Context()
	known, err := s.Ledger.Credential(ctx, c.Param("key"))
	if err != nil {
		return err
	}
	if known.Version == 0 {
		return domain.Refuse(domain.NotFound, "there is no credential %q", c.Param("key"))
	}
	events, err := domain.RevokeCredential{}.Decide(known)
	if err != nil {
		return err
	}
	change := ledger.Change{Stream: domain.CredentialStream(known.Key), Client: known.Client, Expect: known.Version, Events: events}
	if _, err := s.Ledger.Write(ctx, change); err != nil {
		return err
	}
	if err := s.Views.WaitFor(ctx, known.Client); err != nil {
		return err
	}
	if err := s.Tokens.DeleteTokensOf(ctx, known.Key); err != nil {
		return fmt.Errorf("delete the tokens of credential %s: %w", known.Key, err)
	}
	if s.Revoked != nil {
		s.Revoked(known.Key)
	}
	return c.NoContent(http.StatusNoContent)
}
