package workers

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// locks has a lock for each name, so that only one goroutine works on a file.
// Between processes the log decides.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	free  chan struct{} // holds one value while the lock is free
	users int           // holder and waiters
}

// lock waits until the lock is free; the error is that of ctx.
func (l *locks) lock(ctx context.Context, name string) (unlock func(), err error) {
	k := l.use(name)
	select {
	case <-k.free:
		return func() { k.free <- struct{}{}; l.leave(name) }, nil
	case <-ctx.Done():
		l.leave(name)
		return nil, ctx.Err()
	}
}

// try takes the lock if nobody holds it.
func (l *locks) try(name string) (unlock func(), ok bool) {
	k := l.use(name)
	select {
	case <-k.free:
		return func() { k.free <- struct{}{}; l.leave(name) }, true
	default:
		l.leave(name)
		return nil, false
	}
}

// names lists the locks that are held or waited for.
func (l *locks) names() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.held))
}

func (l *locks) use(name string) *lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string]*lock{}
	}
	k, ok := l.held[name]
	if !ok {
		k = &lock{free: make(chan struct{}, 1)}
		k.free <- struct{}{}
		l.held[name] = k
	}
	k.users++
	return k
}

func (l *locks) leave(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.held[name]
	if k.users--; k.users == 0 {
		delete(l.held, name)
	}
}
