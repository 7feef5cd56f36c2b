package node

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// subscribers checks the credentials with which clients log in to the broker.
type subscribers struct {
	directory *projections.Directory

	mu     sync.Mutex
	failed map[string]*rate.Limiter // by key and address
}

// Failed logins of a key from one address: a handful at once, then one every
// few seconds.
const (
	failuresAtOnce = 5
	failureEvery   = 5 * time.Second
	maxFailures    = 10_000 // remembered; then it starts anew
)

func newSubscribers(d *projections.Directory) *subscribers {
	return &subscribers{directory: d, failed: map[string]*rate.Limiter{}}
}

// authenticate implements broker.Options.Authenticate.
func (s *subscribers) authenticate(key, secret, remote string) (client string, ok bool) {
	if s.slowed(key, remote, 0) {
		return "", false
	}
	c, ok := s.credential(key)
	sum := sha256.Sum256([]byte(secret))
	if !ok || subtle.ConstantTimeCompare(sum[:], c.SecretHash) != 1 {
		s.slowed(key, remote, 1)
		return "", false
	}
	return c.Client, true
}

// clientOf names the client of a key that may read.
func (s *subscribers) clientOf(key string) (client string, ok bool) {
	c, ok := s.credential(key)
	return c.Client, ok
}

func (s *subscribers) credential(key string) (domain.Credential, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := s.directory.Credential(ctx, key)
	return c, err == nil && c.Version > 0 && !c.Revoked && c.May(domain.ScopeRead)
}

// slowed counts failures and reports whether there were too many.
func (s *subscribers) slowed(key, remote string, failures int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := key + "\x00" + remote
	l, ok := s.failed[name]
	if !ok {
		if failures == 0 {
			return false
		}
		if len(s.failed) >= maxFailures {
			clear(s.failed)
		}
		l = rate.NewLimiter(rate.Every(failureEvery), failuresAtOnce)
		s.failed[name] = l
	}
	l.AllowN(time.Now(), failures)
	return l.Tokens() < 1
}
