package node

import (
	"cmp"
	"strings"
	"time"

	"github.com/achledger/achledger/eventstore/people/openid"
	"github.com/achledger/achledger/http/console"
)

// OpenID says who vouches for the people who run the ledger; without an issuer
// nobody does.
type OpenID struct {
	Issuer   string
	ClientID string
	Secret   string
	// Base is the address at which browsers reach this server, which the
	// provider sends them back to; empty: the one it listens at.
	Base string
}

// config is what a provider is made of but for what a server has.
func (o OpenID) config() openid.Config {
	return openid.Config{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.Secret, Now: time.Now,
		RedirectURL: func() string { return strings.TrimSuffix(o.Base, "/") + console.OpenIDCallback },
	}
}

// check refuses what could be no provider.
func (o OpenID) check() error {
	if o.Issuer == "" {
		return nil
	}
	_, err := openid.New(o.config())
	return err
}

// openIDProvider makes the provider, if there is one. It is asked for nothing
// before somebody signs in.
func (s *Server) openIDProvider() (*openid.Provider, error) {
	o := s.options.OpenID
	if o.Issuer == "" {
		return nil, nil
	}
	o.Base = cmp.Or(o.Base, s.base())
	c := o.config()
	c.Rows, c.Nodes = s.Store, s.nodes
	return openid.New(c)
}
