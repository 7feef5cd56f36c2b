// Package openid identifies a person at an OpenID provider, by the code flow
// with PKCE. Begin returns the address to which the person's browser goes.
// Finish returns the identity when the browser comes back, and
// people.SignIns.SignInAs signs it in. The package serves no HTTP; it is an
// HTTP client of the provider.
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

// Config is the settings of a provider. HTTP and Nodes are optional.
type Config struct {
	Issuer       string // https, or http on loopback
	ClientID     string
	ClientSecret string
	RedirectURL  func() string // the address to which the browser returns
	Rows         eventstore.People
	Now          func() time.Time // machine time
	HTTP         *http.Client     // by default a client with a timeout of longestAsk
	Nodes        ledger.Nodes     // nodes that share the count of begun sign-ins; nil: only this one
}

// Life is how long a sign-in at the provider may take.
const Life = 10 * time.Minute

// longestAsk is the default timeout of a request to the provider.
const longestAsk = 10 * time.Second

const stateRow = "openid"

// A network may begin beginsAtOnce sign-ins at once, then one each beginPause:
// each leaves a row until it expires.
const beginsAtOnce, beginPause = 30, 2 * time.Second

// ErrRefused: the sign-in was not begun here or took too long, or the provider
// does not confirm it. The person has to begin again.
var ErrRefused = errors.New("the sign-in at the provider was not begun here, took too long, or was refused")

// Provider is an OpenID provider. Its metadata is read on first use, so that a
// ledger starts while the provider cannot be reached.
type Provider struct {
	config Config
	begins *ledger.Throttle
	mu     sync.Mutex
	known  *oidc.Provider
}

// New makes a provider and checks the settings. It sends no request.
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

// Name returns the provider's host, as its name for people.
func (p *Provider) Name() string {
	issuer, _ := url.Parse(p.config.Issuer) // New has parsed it without an error
	return issuer.Host
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// begun is the row of a sign-in that has begun.
type begun struct {
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
}

// Begin returns the address at the provider, and a state that the caller keeps
// in the person's browser only. A *people.Error refuses a network that begins
// too many sign-ins; from is the person's address.
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

// Finish returns the identity that the provider confirms. kept is the state
// that the browser kept; state and code are what it brought back from the
// provider. Errors: ErrRefused, or that the provider could not be reached.
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

// provider returns the provider's metadata, which it reads once.
func (p *Provider) provider(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	// Its keys are requested later with this context, so it must not end.
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
