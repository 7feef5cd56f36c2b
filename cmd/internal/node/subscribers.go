package node

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// subscribers decides which credentials may read the stream from the broker.
type subscribers struct {
	logins    *ledger.Logins
	directory *projections.Directory
	fresh     func(context.Context) error
}

// lookUp bounds how long the broker waits for the log.
const lookUp = 5 * time.Second

// authenticate implements broker.Options.Authenticate.
func (s *subscribers) authenticate(key, secret, remote string) (client string, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), lookUp)
	defer cancel()
	if s.fresh(ctx) != nil {
		return "", false
	}
	c, err := s.logins.Authenticate(ctx, "nats", key, secret, remote)
	return c.Client, err == nil && c.May(domain.ScopeRead)
}

// clientOf implements broker.Options.ClientOf: it returns the client of a key
// that may read at this moment.
func (s *subscribers) clientOf(key string) (client string, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), lookUp)
	defer cancel()
	if s.fresh(ctx) != nil {
		return "", false
	}
	c, err := s.directory.Credential(ctx, key)
	return c.Client, err == nil && c.Good(time.Now()) && c.May(domain.ScopeRead)
}
