// Package openid lets an OpenID provider say who a person is, by the code flow
// with PKCE: Begin answers the address that the person's browser goes to, and
// Finish the identity, when the browser comes back. people.SignIns.SignInAs
// signs that in. It serves no HTTP; it asks the provider by HTTP.
package openid

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/people"
)

// Config names a provider. All of it is needed but HTTP and Nodes.
type Config struct {
	Issuer       string // https, or http on loopback
	ClientID     string
	ClientSecret string
	RedirectURL  func() string // where the browser comes back to
	Rows         eventstore.People
	Now          func() time.Time // machine time
	HTTP         *http.Client     // a client with a bound on time by default
	Nodes        ledger.Nodes     // that count what is begun; nil: this one
}

// Life is how long a person may take at the provider.
const Life = 10 * time.Minute

// longestAsk bounds a request to the provider.
const longestAsk = 10 * time.Second

const stateRow = "openid"

// So many sign-ins are begun at once from one address, then one each pause:
// each leaves a row until it expires.
const beginsAtOnce, beginPause = 30, 2 * time.Second

// ErrRefused: what came back is not what was begun here, or the provider does
// not vouch for it. The person begins again.
var ErrRefused = errors.New("the sign-in at the provider was not begun here, took too long, or was refused")

// Provider is an OpenID provider. It is asked for its settings when it is used
// first, so that a ledger starts while it is away.
type Provider struct {
	config Config
	begins *ledger.Throttle
	mu     sync.Mutex
	known  *oidc.Provider
}

// New makes a provider. It asks nobody.
func New(c Config) (*Provider, error) {
	issuer, err := url.Parse(c.Issuer)
	if err != nil || issuer.Scheme != "https" && !(issuer.Scheme == "http" && loopback(issuer.Hostname())) {
		return nil, fmt.Errorf("an OpenID issuer is an address with https, or http on loopback; %q is none", c.Issuer)
	}
	if c.ClientID == "" || c.RedirectURL == nil {
		return nil, errors.New("an OpenID provider needs a client id and an address to come back to")
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: longestAsk}
	}
	return &Provider{config: c, begins: ledger.NewThrottle(beginPause, beginsAtOnce, c.Now).Among(c.Nodes)}, nil
}

// Name is what a person knows the provider by: its host.
func (p *Provider) Name() string {
	issuer, _ := url.Parse(p.config.Issuer) // New did
	return issuer.Host
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// begun is the row of a sign-in under way.
type begun struct {
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
}

// Begin answers the address at the provider, and a state that the caller keeps
// in the person's browser alone. A *people.Error refuses whoever begins too
// often, by the address it comes from.
func (p *Provider) Begin(ctx context.Context, from string) (address, state string, err error) {
	if wait := p.begins.Failed(ledger.Network(from)); wait > 0 {
		return "", "", &people.Error{Wait: wait}
	}
	known, err := p.provider(ctx)
	if err != nil {
		return "", "", err
	}
	state = ledger.NewSecret()
	b := begun{Nonce: ledger.NewSecret(), Verifier: oauth2.GenerateVerifier()}
	value, err := json.Marshal(b)
	if err != nil {
		return "", "", err
	}
	row := eventstore.PersonRow{Kind: stateRow, ID: idOf(state), Value: value, ExpiresAt: p.config.Now().Add(Life)}
	if err := p.config.Rows.PutPersonRow(ctx, row); err != nil {
		return "", "", fmt.Errorf("begin a sign-in at the provider: %w", err)
	}
	return p.oauth(known).AuthCodeURL(state, oidc.Nonce(b.Nonce), oauth2.S256ChallengeOption(b.Verifier)), state, nil
}

// Finish answers who the provider says the person is. Kept is the state that
// the browser kept; state and code are what it brought back. Errors:
// ErrRefused; else the provider could not be asked.
func (p *Provider) Finish(ctx context.Context, kept, state, code string) (people.Identity, error) {
	var none people.Identity
	if !ledger.WellFormedSecret(state) || subtle.ConstantTimeCompare([]byte(kept), []byte(state)) != 1 {
		return none, ErrRefused
	}
	row, ok, err := p.config.Rows.TakePersonRow(ctx, stateRow, idOf(state))
	if err != nil {
		return none, fmt.Errorf("finish a sign-in at the provider: %w", err)
	}
	var b begun
	if !ok || !p.config.Now().Before(row.ExpiresAt) || json.Unmarshal(row.Value, &b) != nil {
		return none, ErrRefused
	}
	known, err := p.provider(ctx)
	if err != nil {
		return none, err
	}
	ctx = oidc.ClientContext(ctx, p.config.HTTP)
	token, err := p.oauth(known).Exchange(ctx, code, oauth2.VerifierOption(b.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		return none, ErrRefused
	case err != nil:
		return none, fmt.Errorf("exchange the provider's code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := known.Verifier(&oidc.Config{ClientID: p.config.ClientID, Now: p.config.Now}).Verify(ctx, raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(b.Nonce)) != 1 {
		return none, ErrRefused
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return none, ErrRefused
	}
	return people.Identity{Issuer: id.Issuer, Subject: id.Subject, Email: claims.Email, Verified: claims.Verified}, nil
}

// provider asks the provider for its settings, once it answers.
func (p *Provider) provider(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	// Its keys are asked for later with this context, so it must not end.
	known, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.config.HTTP), p.config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("ask the OpenID provider %s: %w", p.config.Issuer, err)
	}
	p.known = known
	return known, nil
}

func (p *Provider) oauth(known *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, RedirectURL: p.config.RedirectURL(),
		Endpoint: known.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email"},
	}
}

func idOf(state string) string { return hex.EncodeToString(ledger.HashSecret(state)) }
