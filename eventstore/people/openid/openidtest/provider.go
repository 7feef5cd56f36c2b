// Package openidtest is an OpenID provider for tests, which signs in the person
// that a test chooses.
package openidtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ClientID is the audience of its tokens.
const ClientID = "achledger"

// Code is the only code that it accepts.
const Code = "good"

// Provider is a provider at URL.
type Provider struct {
	URL       string
	Signs     *rsa.PrivateKey // signs tokens; at first the published key
	Claims    map[string]any  // replace claims of a good token
	Challenge string          // PKCE challenge of the current sign-in
	Nonce     string          // nonce of the current sign-in
	Now       func() time.Time

	t   testing.TB
	key *rsa.PrivateKey // the published key
}

// New starts a provider.
func New(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := &Provider{Now: now, t: t}
	p.Signs = p.NewKey()
	p.key = p.Signs
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.URL = server.URL
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", p.exchange)
	return p
}

// NewKey returns a new key.
func (p *Provider) NewKey() *rsa.PrivateKey {
	p.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	p.must(err)
	return key
}

// Goes follows the address of a sign-in as a browser does, and returns the
// address's query.
func (p *Provider) Goes(address string) url.Values {
	p.t.Helper()
	u, err := url.Parse(address)
	p.must(err)
	q := u.Query()
	p.Challenge, p.Nonce = q.Get("code_challenge"), q.Get("nonce")
	return q
}

func (p *Provider) exchange(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if r.FormValue("code") != Code || base64.RawURLEncoding.EncodeToString(sum[:]) != p.Challenge {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.token()})
}

// token returns a token for Alice, with the changes in Claims.
func (p *Provider) token() string {
	p.t.Helper()
	claims := map[string]any{
		"iss": p.URL, "sub": "42", "aud": ClientID, "exp": p.Now().Add(time.Minute).Unix(), "iat": p.Now().Unix(),
		"nonce": p.Nonce, "email": "alice@lantern.example", "email_verified": true,
	}
	for name, value := range p.Claims {
		claims[name] = value
	}
	text, err := json.Marshal(claims)
	p.must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.Signs, KeyID: "k"}}, nil)
	p.must(err)
	signed, err := signer.Sign(text)
	p.must(err)
	compact, err := signed.CompactSerialize()
	p.must(err)
	return compact
}

func (p *Provider) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Error(err)
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
