package ops

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// credentialBody describes a new credential.
type credentialBody struct {
	Scopes    []string   `json:"scopes"`
	Name      string     `json:"name"`
	Owner     string     `json:"owner"`
	ExpiresAt *time.Time `json:"expires_at"`
}

// issueCredential issues another credential to a client; two are valid at
// once while one is rotated.
func (s *surface) issueCredential(c echo.Context, who api.Caller) error {
	client, err := s.existing(c)
	if err != nil {
		return err
	}
	return s.issueCredentialFor(c, who, client.ID)
}

// issueOpsCredential issues another credential to operations.
func (s *surface) issueOpsCredential(c echo.Context, who api.Caller) error {
	return s.issueCredentialFor(c, who, domain.LedgerClient)
}

func (s *surface) issueCredentialFor(c echo.Context, who api.Caller, client string) error {
	var b credentialBody
	input, err := api.ReadBody(c, &b)
	if err != nil {
		return err
	}
	request := ledger.CredentialRequest{Client: client, Scopes: b.Scopes, Name: b.Name, Owner: b.Owner, Now: s.Now()}
	if b.ExpiresAt != nil {
		request.ExpiresAt = *b.ExpiresAt
	}
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if once.Repeated() {
		return api.SecretIsGone("issue another credential")
	}
	ctx := c.Request().Context()
	if powerful(b.Scopes) {
		if ctx, err = s.ForTwo(c, who, domain.ActCredential, client, input); err != nil {
			return err
		}
	}
	issued, err := s.Ledger.IssueCredential(ctx, request, once.Key)
	var waits *ledger.Awaiting
	if errors.As(err, &waits) { // the requester has the secret, the approver never sees it
		return api.AnswerAwaiting(c, waits, issued)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, issued)
}

// powerful reports whether a credential with these scopes needs two people to
// issue.
func powerful(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool {
		return scope == domain.ScopeReveal || scope == domain.ScopeOps || strings.HasPrefix(scope, domain.ScopeOps+":")
	})
}

// credential is what may be shown of a credential.
type credential struct {
	Key       string     `json:"key"`
	Scopes    []string   `json:"scopes"`
	Name      string     `json:"name,omitempty"`
	Owner     string     `json:"owner,omitempty"`
	IssuedAt  time.Time  `json:"issued_at"`
	ExpiresAt *time.Time `json:"expires_at"`
	Revoked   bool       `json:"revoked"`
	LastUsed  *time.Time `json:"last_used"` // since the server started
}

// listCredentials answers a client's credentials, without their secrets.
func (s *surface) listCredentials(c echo.Context, _ api.Caller) error {
	client, err := s.existing(c)
	if err != nil {
		return err
	}
	return s.respondCredentials(c, client.ID)
}

// listOpsCredentials answers the credentials of operations.
func (s *surface) listOpsCredentials(c echo.Context, _ api.Caller) error {
	return s.respondCredentials(c, domain.LedgerClient)
}

func (s *surface) respondCredentials(c echo.Context, client string) error {
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, client); err != nil {
		return err
	}
	rows, err := s.Views.Credentials(ctx, client)
	if err != nil {
		return fmt.Errorf("list credentials of client %s: %w", client, err)
	}
	shown := make([]credential, len(rows))
	for i, r := range rows {
		known, err := s.Directory.Credential(ctx, r.Key)
		if err != nil {
			return err
		}
		shown[i] = credential{
			Key: r.Key, Scopes: known.Scopes, Name: known.Name, Owner: known.Owner,
			IssuedAt: known.IssuedAt, Revoked: known.Revoked, LastUsed: s.LastUsed.Last(r.Key),
		}
		if !known.ExpiresAt.IsZero() {
			shown[i].ExpiresAt = &known.ExpiresAt
		}
	}
	return api.AnswerWhole(c, shown)
}

// revokeCredential ends a credential, its tokens and its feeds at once. Once
// the event is written the request has done its work; the steps after it are
// all attempted, even if one of them fails.
func (s *surface) revokeCredential(c echo.Context, _ api.Caller) error {
	ctx := c.Request().Context()
	known, err := s.Directory.Credential(ctx, c.Param("key"))
	if err != nil {
		return err
	}
	if known.Version == 0 {
		return domain.Refuse(domain.NotFound, "there is no credential %.40q", c.Param("key"))
	}
	events, err := domain.RevokeCredential{}.Decide(known)
	if err != nil {
		return err
	}
	change := ledger.Change{Stream: domain.CredentialStream(known.Key), Client: known.Client, Expect: known.Version, Events: events}
	if _, err := s.Ledger.Write(ctx, change); err != nil {
		return err
	}
	if s.Revoked != nil {
		s.Revoked(known.Key)
	}
	if err := s.Tokens.DeleteTokensOf(ctx, known.Key); err != nil {
		return fmt.Errorf("delete the tokens of credential %s: %w", known.Key, err)
	}
	if err := s.Views.WaitFor(ctx, known.Client); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
