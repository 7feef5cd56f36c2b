package ledger

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/achledger/achledger/domain"
)

// Failed logins are slowed, successful ones never: a secret has 256 random
// bits, so that guessing it is hopeless, and slowing the right secret would let
// anybody lock a client out. A caller that failed too often is told to wait
// instead of being refused, whether the key exists or not. The operators' log
// has failures only as often as these limits allow.
const (
	keyFailures     = 5 // of a key from an address, before it waits
	keyPause        = 2 * time.Second
	addressFailures = 30 // of an address, whatever the key
	addressPause    = time.Second
	maxThrottled    = 16 << 10 // cached entries; the least recently used is dropped
)

// Credentials returns the present credential of a key; one that does not exist
// has version 0.
type Credentials interface {
	Credential(ctx context.Context, key string) (domain.Credential, error)
}

// Logins checks keys and secrets for every protocol, HTTP and the broker alike.
type Logins struct {
	credentials      Credentials
	now              func() time.Time // machine time
	log              *slog.Logger
	failed           func(protocol string)
	pairs, addresses *Throttle
}

// NewLogins makes the one Logins of a process. Failed, if set, is called for
// each failed login, for a metric.
func NewLogins(c Credentials, now func() time.Time, log *slog.Logger, failed func(protocol string)) *Logins {
	if failed == nil {
		failed = func(string) {}
	}
	return &Logins{
		credentials: c, now: now, log: log, failed: failed,
		pairs:     NewThrottle(keyPause, keyFailures, now),
		addresses: NewThrottle(addressPause, addressFailures, now),
	}
}

// Among divides the limits among nodes. It is called before the first login.
func (l *Logins) Among(n Nodes) {
	l.pairs.Among(n)
	l.addresses.Among(n)
}

// LoginError refuses a login. Wait is how long the caller should wait before it
// tries again; zero if it has not failed too often.
type LoginError struct {
	Wait     time.Duration
	Restored bool // the secret is right, but the credential is not confirmed since the log was restored
}

func (e *LoginError) Error() string {
	switch {
	case e.Restored:
		return Restored
	case e.Wait > 0:
		return "too many failed logins"
	}
	return "the credentials are not known, were revoked, or have expired"
}

// Restored is why a credential that was valid in a backup is not accepted.
const Restored = "this ledger was restored from a backup, and operations have not said yet which of its credentials are still good"

// Authenticate finds the credential of a key and its secret, for a protocol
// ("http", "nats") and a caller's address as net.Conn gives it. The comparison
// takes the same time if the key does not exist. Errors: *LoginError; any other
// is a fault.
func (l *Logins) Authenticate(ctx context.Context, protocol, key, secret, address string) (domain.Credential, error) {
	if !wellFormedKey(key) {
		return domain.Credential{}, l.Fail(protocol, "", address)
	}
	c, err := l.credentials.Credential(ctx, key)
	if err != nil {
		return domain.Credential{}, fmt.Errorf("look up a credential: %w", err)
	}
	want := make([]byte, sha256.Size)
	copy(want, c.SecretHash)
	right := subtle.ConstantTimeCompare(HashSecret(secret), want) == 1 && len(c.SecretHash) == sha256.Size
	if right && c.Good(l.now()) {
		return c, nil
	}
	if c.Unconfirmed, right = false, right && c.Unconfirmed; right && c.Good(l.now()) {
		return domain.Credential{}, &LoginError{Restored: true}
	}
	return domain.Credential{}, l.Fail(protocol, key, address)
}

// Fail counts a failed login and returns its *LoginError. Key is empty for a
// token, and for a key that is not well-formed.
func (l *Logins) Fail(protocol, key, address string) error {
	l.failed(protocol)
	from := Network(address)
	wait := l.addresses.Failed(from)
	if key != "" {
		wait = max(wait, l.pairs.Failed(key+" "+from))
	}
	if wait == 0 {
		l.log.Warn("login failed", "door", protocol, "key", key, "address", from)
	}
	return &LoginError{Wait: wait}
}

// Network is the part of an address that counts as one caller: all of an IPv4
// address, the first 64 bits of an IPv6 address, since a caller can choose the
// rest. The port is optional.
func Network(remote string) string {
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		addr, err := netip.ParseAddrPort(remote)
		if err != nil {
			return remote
		}
		ip = addr.Addr()
	}
	if ip = ip.Unmap(); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
