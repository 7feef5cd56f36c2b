package ledger

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Throttle has a token bucket for each of a bounded number of names.
type Throttle struct {
	every time.Duration
	burst int
	now   func() time.Time
	among Nodes // set before use

	mu    sync.Mutex
	byUse *list.List // of *bucket, the most recently used first
	names map[string]*list.Element
}

type bucket struct {
	name    string
	limiter *rate.Limiter
}

// NewThrottle allows burst failures at once, then one every interval.
func NewThrottle(every time.Duration, burst int, now func() time.Time) *Throttle {
	return &Throttle{every: every, burst: burst, now: now, byUse: list.New(), names: map[string]*list.Element{}}
}

// Failed counts a failure of a name and returns how long it has to wait. A
// failure during the wait is not counted.
func (t *Throttle) Failed(name string) time.Duration {
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
	l := t.shared(e)
	if d := t.delay(l); d > 0 {
		return d
	}
	l.AllowN(t.now(), 1)
	return 0
}

// Wait returns how long a name has to wait, without counting a failure.
func (t *Throttle) Wait(name string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.names[name]
	if !ok {
		return 0
	}
	return t.delay(t.shared(e))
}

// Among divides the limit among nodes. It is called before the first use.
func (t *Throttle) Among(n Nodes) *Throttle {
	t.among = n
	return t
}

// shared is a name's limiter with this node's part of the limit.
func (t *Throttle) shared(e *list.Element) *rate.Limiter {
	l := e.Value.(*bucket).limiter
	t.among.Share(l, t.now(), rate.Every(t.every), t.burst)
	return l
}

// delay is the time until the bucket has a token.
func (t *Throttle) delay(l *rate.Limiter) time.Duration {
	tokens := l.TokensAt(t.now())
	if tokens >= 1 {
		return 0
	}
	return max(time.Millisecond, time.Duration((1-tokens)/float64(l.Limit())*float64(time.Second)))
}
