package openid_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/eventstore/people/openid"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// bank is an OpenID provider that signs in whoever it is told to.
type bank struct {
	*testing.T
	server    *httptest.Server
	key       *rsa.PrivateKey // that it publishes
	signs     *rsa.PrivateKey // that it signs with
	claims    map[string]any  // over those of a good token
	challenge string          // of the sign-in under way
	nonce     string
	now       time.Time
}

func newBank(t *testing.T) *bank {
	t.Helper()
	b := &bank{T: t, now: time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)}
	var err error
	b.key, err = rsa.GenerateKey(rand.Reader, 2048)
	b.must(err)
	b.signs = b.key
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": b.server.URL, "authorization_endpoint": b.server.URL + "/authorize", "token_endpoint": b.server.URL + "/token",
			"jwks_uri": b.server.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: b.key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if r.FormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != b.challenge {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]string{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": b.token()})
	})
	return b
}

func (b *bank) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bank) token() string {
	claims := map[string]any{
		"iss": b.server.URL, "sub": "42", "aud": "achledger", "exp": b.now.Add(time.Minute).Unix(), "iat": b.now.Unix(),
		"nonce": b.nonce, "email": "alice@lantern.example", "email_verified": true,
	}
	for name, value := range b.claims {
		claims[name] = value
	}
	text, err := json.Marshal(claims)
	b.must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: b.signs, KeyID: "k"}}, nil)
	b.must(err)
	signed, err := signer.Sign(text)
	b.must(err)
	compact, err := signed.CompactSerialize()
	b.must(err)
	return compact
}

func (b *bank) provider() *openid.Provider {
	b.Helper()
	store, err := sqlite.Open(b.TempDir(), sqlite.Options{})
	b.must(err)
	b.Cleanup(func() { b.must(store.Close()) })
	p, err := openid.New(openid.Config{
		Issuer: b.server.URL, ClientID: "achledger", ClientSecret: "s", RedirectURL: "https://ledger.example/console/openid",
		Rows: store, Now: func() time.Time { return b.now },
	})
	b.must(err)
	return p
}

// begins has a person go to the provider.
func (b *bank) begins(p *openid.Provider) (state string) {
	b.Helper()
	address, state, err := p.Begin(b.Context())
	b.must(err)
	u, err := url.Parse(address)
	b.must(err)
	q := u.Query()
	if q.Get("state") != state || q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != "https://ledger.example/console/openid" {
		b.Errorf("the browser goes to %s", address)
	}
	b.challenge, b.nonce = q.Get("code_challenge"), q.Get("nonce")
	return state
}

func TestAProviderSaysWhoAPersonIs(t *testing.T) {
	b := newBank(t)
	p := b.provider()
	state := b.begins(p)
	who, err := p.Finish(t.Context(), state, state, "good")
	b.must(err)
	if want := (people.Identity{Issuer: b.server.URL, Subject: "42", Email: "alice@lantern.example", Verified: true}); who != want {
		t.Errorf("got %+v", who)
	}
	if _, err := p.Finish(t.Context(), state, state, "good"); !errors.Is(err, openid.ErrRefused) {
		t.Errorf("a second time: %v", err)
	}
}

func TestWhatWasNotBegunHereIsRefused(t *testing.T) {
	for name, change := range map[string]func(b *bank, kept, state, code *string){
		"in another browser":               func(_ *bank, kept, _, _ *string) { *kept = "" },
		"a state that nobody began":        func(_ *bank, kept, state, _ *string) { *kept, *state = *state+"x", *state+"x" },
		"a code of somebody else":          func(_ *bank, _, _, code *string) { *code = "other" },
		"too late":                         func(b *bank, _, _, _ *string) { b.now = b.now.Add(openid.Life) },
		"a token for another sign-in":      func(b *bank, _, _, _ *string) { b.nonce = "another" },
		"a token for another client":       func(b *bank, _, _, _ *string) { b.claims = map[string]any{"aud": "other"} },
		"a token of another issuer":        func(b *bank, _, _, _ *string) { b.claims = map[string]any{"iss": "https://other.example"} },
		"a token that expired":             func(b *bank, _, _, _ *string) { b.claims = map[string]any{"exp": b.now.Add(-time.Hour).Unix()} },
		"a code that another began to use": func(b *bank, _, _, _ *string) { b.challenge = "another" },
		"a token that another key signed":  func(b *bank, _, _, _ *string) { b.signs, _ = rsa.GenerateKey(rand.Reader, 2048) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBank(t)
			p := b.provider()
			kept := b.begins(p)
			state, code := kept, "good"
			change(b, &kept, &state, &code)
			who, err := p.Finish(t.Context(), kept, state, code)
			if !errors.Is(err, openid.ErrRefused) {
				t.Errorf("got %+v, %v", who, err)
			}
		})
	}
}

func TestAProviderIsReachedSafelyOrNotAtAll(t *testing.T) {
	for issuer, ok := range map[string]bool{"https://id.example": true, "http://127.0.0.1:1": true, "http://id.example": false, "id.example": false} {
		_, err := openid.New(openid.Config{Issuer: issuer, ClientID: "a", RedirectURL: "https://ledger.example"})
		if (err == nil) != ok {
			t.Errorf("%s: %v", issuer, err)
		}
	}
	away, err := openid.New(openid.Config{Issuer: "http://127.0.0.1:1", ClientID: "a", RedirectURL: "https://ledger.example", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := away.Begin(t.Context()); err == nil || errors.Is(err, openid.ErrRefused) {
		t.Errorf("a provider that is away: %v", err)
	}
}
