package relay

import (
	"sync"
	"time"
)

// Losses tells a new loss of the broker from one that was reported: a broker may
// be away for days, and each attempt fails in the same way. It is safe for
// concurrent use.
type Losses struct {
	mu   sync.Mutex
	last string
}

// steadyFor is how long a connection has to work for its loss to be another one.
const steadyFor = time.Minute

// New reports whether a loss, after the connection worked for some time, is
// another one than the loss before.
func (l *Losses) New(err error, worked time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.last
	l.last = err.Error()
	return l.last != was || worked > steadyFor
}

// Over says that the broker is back: the next loss is a new one.
func (l *Losses) Over() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = ""
}
