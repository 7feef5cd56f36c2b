package openid_test

import (
	"errors"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/eventstore/people/openid"
	"github.com/achledger/achledger/eventstore/people/openid/openidtest"
	"github.com/achledger/achledger/eventstore/sqlite"
)

const back = "https://ledger.example/console/openid"

// bank is a provider with a clock.
type bank struct {
	*testing.T
	*openidtest.Provider
	now time.Time
}

func newBank(t *testing.T) *bank {
	t.Helper()
	b := &bank{T: t, now: time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)}
	b.Provider = openidtest.New(t, func() time.Time { return b.now })
	return b
}

func (b *bank) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bank) provider() *openid.Provider {
	b.Helper()
	store, err := sqlite.Open(b.TempDir(), sqlite.Options{})
	b.must(err)
	b.Cleanup(func() { b.must(store.Close()) })
	p, err := openid.New(openid.Config{
		Issuer: b.URL, ClientID: openidtest.ClientID, ClientSecret: "s", RedirectURL: func() string { return back },
		Rows: store, Now: func() time.Time { return b.now },
	})
	b.must(err)
	return p
}

// begins starts a sign-in and goes to the provider.
func (b *bank) begins(p *openid.Provider) (state string) {
	b.Helper()
	address, state, err := p.Begin(b.Context(), "192.0.2.1:1234")
	b.must(err)
	q := b.Goes(address)
	if q.Get("state") != state || q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != back {
		b.Errorf("the browser goes to %s", address)
	}
	return state
}

func TestAProviderSaysWhoAPersonIs(t *testing.T) {
	b := newBank(t)
	p := b.provider()
	state := b.begins(p)
	who, err := p.Finish(t.Context(), state, state, "good")
	b.must(err)
	if want := (people.Identity{Issuer: b.URL, Subject: "42", Email: "alice@lantern.example", Verified: true}); who != want {
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
		"a token for another sign-in":      func(b *bank, _, _, _ *string) { b.Nonce = "another" },
		"a token for another client":       func(b *bank, _, _, _ *string) { b.Claims = map[string]any{"aud": "other"} },
		"a token of another issuer":        func(b *bank, _, _, _ *string) { b.Claims = map[string]any{"iss": "https://other.example"} },
		"a token that expired":             func(b *bank, _, _, _ *string) { b.Claims = map[string]any{"exp": b.now.Add(-time.Hour).Unix()} },
		"a code that another began to use": func(b *bank, _, _, _ *string) { b.Challenge = "another" },
		"a token that another key signed":  func(b *bank, _, _, _ *string) { b.Signs = b.NewKey() },
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
		_, err := openid.New(openid.Config{Issuer: issuer, ClientID: "a", RedirectURL: func() string { return back }})
		if (err == nil) != ok {
			t.Errorf("%s: %v", issuer, err)
		}
	}
	away, err := openid.New(openid.Config{Issuer: "http://127.0.0.1:1", ClientID: "a", RedirectURL: func() string { return back }, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := away.Begin(t.Context(), "192.0.2.1:1"); err == nil || errors.Is(err, openid.ErrRefused) {
		t.Errorf("a provider that is away: %v", err)
	}
}

// A sign-in that was begun leaves a row, so beginning many has to wait.
func TestWhoBeginsTooOftenWaits(t *testing.T) {
	b := newBank(t)
	p := b.provider()
	var waits *people.Error
	for n := 0; n < 100 && waits == nil; n++ {
		_, _, err := p.Begin(t.Context(), "192.0.2.1:1234")
		if err != nil && !errors.As(err, &waits) {
			t.Fatal(err)
		}
	}
	if waits == nil || waits.Wait <= 0 {
		t.Fatal("a hundred sign-ins were begun at once")
	}
	if _, _, err := p.Begin(t.Context(), "198.51.100.1:1234"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}
