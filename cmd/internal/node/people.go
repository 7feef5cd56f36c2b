package node

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/people"
)

// NewOperator is an operator to add.
type NewOperator struct {
	Email, Name string
	Roles       []string
}

// SignInLink is a link with which a person sets a password.
type SignInLink struct {
	Email  string
	Base   string // of the running server; "" without one
	Secret string
	Until  time.Time
}

// signIns handles people's sign-ins.
func (c *Core) signIns() *people.SignIns {
	return people.New(people.Config{Ledger: c.Ledger, Rows: c.Store, Now: time.Now, Nodes: c.nodes, Sandbox: c.Kind == folder.Sandbox})
}

// AddOperator adds an operator and makes a link for the first sign-in.
func (c *Core) AddOperator(ctx context.Context, n NewOperator) (SignInLink, error) {
	return c.addOperator(ctx, "", n)
}

// AddOperator is the same in a running server.
func (s *Server) AddOperator(ctx context.Context, n NewOperator) (SignInLink, error) {
	return s.addOperator(ctx, s.browsed(), n)
}

func (c *Core) addOperator(ctx context.Context, base string, n NewOperator) (SignInLink, error) {
	command := domain.AddOperator{Email: n.Email, Name: n.Name, Roles: n.Roles}
	if err := c.changePeople(ctx, n.Email, command.Decide); err != nil {
		return SignInLink{}, err
	}
	return c.linkOperator(ctx, base, n.Email)
}

// LinkOperator makes another link for an operator.
func (c *Core) LinkOperator(ctx context.Context, email string) (SignInLink, error) {
	if err := c.recordActedAlone(ctx, domain.ActOperator, email); err != nil {
		return SignInLink{}, err
	}
	return c.linkOperator(ctx, "", email)
}

// LinkOperator is the same in a running server.
func (s *Server) LinkOperator(ctx context.Context, email string) (SignInLink, error) {
	link, err := s.Core.LinkOperator(ctx, email)
	link.Base = s.browsed()
	return link, err
}

func (c *Core) linkOperator(ctx context.Context, base, email string) (SignInLink, error) {
	secret, until, err := c.signIns().Link(ctx, email)
	return SignInLink{Email: domain.NormalEmail(email), Base: base, Secret: secret, Until: until}, err
}

// signInLink makes a link that signs in directly, without a password.
func (c *Core) signInLink(ctx context.Context, email string) (string, error) {
	secret, _, err := c.signIns().DirectLink(ctx, email)
	return secret, err
}

// DisableOperator ends an operator's access, and open sessions.
func (c *Core) DisableOperator(ctx context.Context, email string) (Nothing, error) {
	enabled := false
	return Nothing{}, c.changePeople(ctx, email, c.Ledger.ChangeOperator(ctx, domain.ChangeOperator{Email: email, Enabled: &enabled}))
}

// Operators lists the operators.
func (c *Core) Operators(ctx context.Context, _ Nothing) ([]domain.Operator, error) {
	all, err := c.Ledger.Operators(ctx)
	return all.People, err
}

// changePeople decides first, so that a refused change is not recorded as an
// act of the folder's owner.
func (c *Core) changePeople(ctx context.Context, email string, decide func(domain.Operators) ([]domain.Event, error)) error {
	now, err := c.Ledger.Operators(ctx)
	if err != nil {
		return err
	}
	if events, err := decide(now); err != nil || len(events) == 0 {
		return err
	}
	if err := c.recordActedAlone(ctx, domain.ActOperator, domain.NormalEmail(email)); err != nil {
		return err
	}
	_, err = ledger.Execute(ctx, c.Ledger, ledger.OperatorsStream(), decide)
	return err
}

// browsed is the address at which people's browsers reach the server.
func (s *Server) browsed() string {
	return cmp.Or(strings.TrimSuffix(s.options.OpenID.Base, "/"), s.base())
}

// base is the API's address.
func (s *Server) base() string { return base(s.listening.api, s.secure != nil) }
