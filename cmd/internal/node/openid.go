package node

import (
	"strings"
	"time"

	"github.com/achledger/achledger/eventstore/people/openid"
	"github.com/achledger/achledger/http/console"
)

// OpenID configures the OpenID provider at which operators sign in; an empty
// Issuer means none.
type OpenID struct {
	Issuer   string
	ClientID string
	Secret   string
	// Base is the URL at which browsers reach this server, to which the
	// provider redirects them and links for people lead, also without a provider;
	// empty: the address it listens on.
	Base string
}

// config is the provider's configuration apart from what the server adds.
func (o OpenID) config() openid.Config {
	return openid.Config{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.Secret, Now: time.Now,
		RedirectURL: func() string { return strings.TrimSuffix(o.Base, "/") + console.OpenIDCallback },
	}
}

// check validates the configuration.
func (o OpenID) check() error {
	if o.Issuer == "" {
		return nil
	}
	_, err := openid.New(o.config())
	return err
}

// openIDProvider makes the provider, if one is configured. It is not contacted
// before somebody signs in.
func (s *Server) openIDProvider() (*openid.Provider, error) {
	o := s.options.OpenID
	if o.Issuer == "" {
		return nil, nil
	}
	o.Base = s.browsed()
	c := o.config()
	c.Rows, c.Nodes = s.Store, s.nodes
	return openid.New(c)
}
