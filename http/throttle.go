package http

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Failed logins. A key is slowed for the address that gets its secret wrong,
// and for no other, so that nobody can lock out a client from elsewhere. An
// address that names keys or tokens that do not exist is slowed as a whole,
// in that it hears 429 for 401; what is right passes, because one address may
// be the proxy of many clients.
const (
	keyFailures     = 5 // in a row before a key waits
	keyPause        = 2 * time.Second
	addressFailures = 30
	addressPause    = time.Second
	maxThrottled    = 16 << 10 // entries kept; the longest unused is forgotten
)

// logins counts failed logins, in bounded memory.
type logins struct {
	pairs, addresses *throttle
}

func newLogins(now func() time.Time) logins {
	return logins{newThrottle(keyPause, keyFailures, now), newThrottle(addressPause, addressFailures, now)}
}

// throttle is a token bucket for each of a bounded number of names.
type throttle struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu    sync.Mutex
	byUse *list.List // of *bucket, the last used in front
	names map[string]*list.Element
}

type bucket struct {
	name    string
	limiter *rate.Limiter
}

func newThrottle(every time.Duration, burst int, now func() time.Time) *throttle {
	return &throttle{every: every, burst: burst, now: now, byUse: list.New(), names: map[string]*list.Element{}}
}

// wait is how long a name has to wait before its next try; zero: none.
func (t *throttle) wait(name string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.names[name]
	if !ok {
		return 0
	}
	return t.delay(e.Value.(*bucket).limiter)
}

// failed counts a failure of a name and returns how long it has to wait: a
// failure counts only while there is no need to.
func (t *throttle) failed(name string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.names[name]
	if !ok {
		e = t.byUse.PushFront(&bucket{name, rate.NewLimiter(rate.Every(t.every), t.burst)})
		t.names[name] = e
		if len(t.names) > maxThrottled {
			oldest := t.byUse.Back()
			delete(t.names, t.byUse.Remove(oldest).(*bucket).name)
		}
	}
	t.byUse.MoveToFront(e)
	l := e.Value.(*bucket).limiter
	if d := t.delay(l); d > 0 {
		return d
	}
	l.AllowN(t.now(), 1)
	return 0
}

// delay is how long until the bucket holds one token.
func (t *throttle) delay(l *rate.Limiter) time.Duration {
	tokens := l.TokensAt(t.now())
	if tokens >= 1 {
		return 0
	}
	return max(time.Millisecond, time.Duration((1-tokens)*float64(t.every)))
}

// network is what counts as one address: all of an IPv4 address, the first
// 64 bits of an IPv6 one, since a caller has that many to choose from.
func network(remote string) string {
	addr, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	ip := addr.Addr().Unmap()
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
