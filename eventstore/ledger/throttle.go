package ledger

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

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
