package api

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Caller is who makes a request: a credential of a client or of operations, or
// a person.
type Caller struct {
	Key    string // of the credential
	Client string // domain.LedgerClient for operations
	Scopes []string
	Until  time.Time // the token's end; zero without a token
	Person string    // e-mail address of who signed in; empty with a credential
}

// May reports whether the caller has a scope.
func (w Caller) May(scope string) bool { return domain.GrantsScope(w.Scopes, scope) }

// Handler answers a request of a known caller.
type Handler func(c echo.Context, who Caller) error

// ForClient protects a route of a client. Credentials of operations do not
// speak for clients, whatever their scopes.
func (s *Kit) ForClient(scope string, h Handler) echo.HandlerFunc { return s.ForClientWith(h, scope) }

// ForClientWith is ForClient for a route that accepts any of several scopes.
func (s *Kit) ForClientWith(h Handler, scopes ...string) echo.HandlerFunc {
	return s.protect(h, func(who Caller) error {
		if who.Client == domain.LedgerClient {
			return NewProblem(CodeScope, "this credential belongs to operations and speaks for no client")
		}
		if !slices.ContainsFunc(scopes, who.May) {
			return NewProblem(CodeScope, "this needs scope %s", strings.Join(scopes, " or "))
		}
		return nil
	})
}

// ForOperations protects a route of the people who run the ledger. The scope is
// one of operations' four.
func (s *Kit) ForOperations(scope string, h Handler) echo.HandlerFunc {
	recorded := func(c echo.Context, who Caller) error {
		if !who.May(scope) {
			return s.noted(c, who, NewProblem(CodeScope, "this needs scope %s", scope))
		}
		return s.noted(c, who, h(c, who))
	}
	return s.protect(recorded, func(Caller) error { return nil })
}

func (s *Kit) protect(h Handler, allowed func(Caller) error) echo.HandlerFunc {
	h = s.again(h)
	return func(c echo.Context) error {
		defer ended(c)
		if err := s.Fresh(c.Request().Context()); err != nil {
			return err
		}
		who, signedIn := actingAs(c.Request().Context())
		if !signedIn {
			var err error
			if who, err = s.authenticate(c.Request()); err != nil {
				return err
			}
		}
		stateOf(c).who = who
		if !signedIn {
			s.LastUsed.note(who.Key, s.Now())
			if err := s.Connections.use(c, who.Client); err != nil {
				return err
			}
		}
		if err := allowed(who); err != nil {
			return err
		}
		if err := s.rates.allow(who.Client); err != nil {
			return err
		}
		if err := s.checkQuery(c); err != nil {
			return err
		}
		r := c.Request()
		c.SetRequest(r.WithContext(ledger.WithRequest(r.Context(), RequestID(c), who.Key)))
		return h(c, who)
	}
}

// authenticate identifies the caller. Every credential that a request carries
// must be valid, and all must name the same client; the caller has the scopes
// they have in common.
func (s *Kit) authenticate(r *http.Request) (Caller, error) {
	var who Caller
	for _, value := range r.Header["Authorization"] {
		one, err := s.authorization(r, value)
		if who, err = join(who, one, err); err != nil {
			return Caller{}, err
		}
	}
	for _, value := range r.Header["Api-Key"] {
		key, secret, ok := strings.Cut(value, ".")
		if !ok {
			return Caller{}, NewProblem(codeUnauthorized, "api-key is the key, a full stop and the secret")
		}
		one, err := s.Login(r, key, secret)
		if who, err = join(who, one, err); err != nil {
			return Caller{}, err
		}
	}
	if who.Client == "" {
		return Caller{}, NewProblem(codeUnauthorized, "send a bearer token, Basic key:secret, or the header api-key: key.secret")
	}
	return who, nil
}

func join(a, b Caller, err error) (Caller, error) {
	switch {
	case err != nil:
		return Caller{}, err
	case a.Client == "":
		return b, nil
	case a.Client != b.Client:
		return Caller{}, NewProblem(codeUnauthorized, "the credentials of this request name two different clients")
	}
	if a.Until.IsZero() || !b.Until.IsZero() && b.Until.Before(a.Until) {
		a.Until = b.Until
	}
	a.Scopes = slices.DeleteFunc(slices.Clone(a.Scopes), func(scope string) bool { return !b.May(scope) })
	return a, nil
}

// authorization reads one Authorization header.
func (s *Kit) authorization(r *http.Request, value string) (Caller, error) {
	scheme, rest, _ := strings.Cut(value, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return s.bearer(r, rest)
	case strings.EqualFold(scheme, "Basic"):
		pair, err := base64.StdEncoding.DecodeString(rest)
		key, secret, ok := strings.Cut(string(pair), ":")
		if err != nil || !ok {
			return Caller{}, NewProblem(codeUnauthorized, "Basic is the base64 of the key, a colon and the secret")
		}
		return s.Login(r, key, secret)
	default:
		return Caller{}, NewProblem(codeUnauthorized, "the Authorization header takes Bearer or Basic")
	}
}

// Login checks a key and its secret.
func (s *Kit) Login(r *http.Request, key, secret string) (Caller, error) {
	credential, err := s.Logins.Authenticate(r.Context(), httpProtocol, key, secret, r.RemoteAddr)
	if err != nil {
		return Caller{}, loginProblem(err)
	}
	return CallerOf(credential), nil
}

// httpProtocol names HTTP where logins are counted.
const httpProtocol = "http"

// StillValid reports whether a caller's credential, and token, may still be
// used. A long request asks again before it commits or shows anything.
func (s *Kit) StillValid(ctx context.Context, who Caller) error {
	if _, ok := actingAs(ctx); ok {
		return nil // the session was looked up when the request came
	}
	credential, err := s.Directory.Credential(ctx, who.Key)
	now := s.Now()
	switch {
	case err != nil:
		return err
	case credential.Unconfirmed:
		return NewProblem(codeUnauthorized, "%s", ledger.Restored)
	case !credential.Good(now):
		return NewProblem(codeUnauthorized, "the credential was revoked or has expired")
	case !who.Until.IsZero() && !now.Before(who.Until):
		return NewProblem(codeUnauthorized, "the token has expired")
	default:
		return nil
	}
}

// CallerOf is the caller that a verified credential stands for.
func CallerOf(c domain.Credential) Caller {
	return Caller{Key: c.Key, Client: c.Client, Scopes: c.Scopes}
}

// UnknownToken refuses a token that was never issued.
func (s *Kit) UnknownToken(r *http.Request) error {
	return loginProblem(s.Logins.Fail(httpProtocol, "", r.RemoteAddr))
}

// loginProblem turns a failed login into a problem; a fault stays a fault.
func loginProblem(err error) error {
	var failed *ledger.LoginError
	switch {
	case !errors.As(err, &failed):
		return err
	case failed.Wait > 0:
		return tooMany(failed.Wait, failed.Error())
	default:
		return NewProblem(codeUnauthorized, "%s", failed)
	}
}

// bearer checks an access token of either token endpoint. Its credential
// must still be good, so that revoking one ends its tokens at once.
func (s *Kit) bearer(r *http.Request, token string) (Caller, error) {
	t, ok, err := s.accessToken(r.Context(), token)
	if err != nil {
		return Caller{}, err
	}
	if !ok {
		return Caller{}, s.UnknownToken(r)
	}
	credential, err := s.Directory.Credential(r.Context(), t.Credential)
	if err != nil {
		return Caller{}, err
	}
	now := s.Now()
	if credential.Unconfirmed {
		return Caller{}, NewProblem(codeUnauthorized, "%s", ledger.Restored)
	}
	if !credential.Good(now) || !now.Before(t.ExpiresAt) {
		return Caller{}, NewProblem(codeUnauthorized, "the token has expired, or its credential was revoked or has expired")
	}
	scopes := slices.DeleteFunc(slices.Clone(t.Scopes), func(scope string) bool { return !credential.May(scope) })
	return Caller{Key: credential.Key, Client: credential.Client, Scopes: scopes, Until: t.ExpiresAt}, nil
}

// ForAnyone protects a route that answers every credential alike.
func (s *Kit) ForAnyone(h Handler) echo.HandlerFunc {
	return s.protect(h, func(Caller) error { return nil })
}
