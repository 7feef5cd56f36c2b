package api

import (
	"context"
	"sync"
)

// Turns serializes writers of one stream: of concurrent writes the log takes
// one, and the others would only have to try again. The zero value is ready to
// use.
type Turns struct {
	mu sync.Mutex
	of map[string]*turn
}

// turn is a stream with its writers.
type turn struct {
	taken  chan struct{}
	number int // writing and waiting
}

// turnsWaiting bounds the writers that wait for one stream.
const turnsWaiting = 1024

// Take waits for the turn at a stream; done ends the turn.
func (t *Turns) Take(ctx context.Context, stream string) (done func(), err error) {
	of, err := t.enter(stream)
	if err != nil {
		return nil, err
	}
	select {
	case of.taken <- struct{}{}:
		return func() { <-of.taken; t.leave(stream) }, nil
	case <-ctx.Done():
		t.leave(stream)
		return nil, ctx.Err()
	}
}

func (t *Turns) enter(stream string) (*turn, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.of[stream]
	if of == nil {
		of = &turn{taken: make(chan struct{}, 1)}
		if t.of == nil {
			t.of = map[string]*turn{}
		}
		t.of[stream] = of
	}
	if of.number >= turnsWaiting {
		return nil, NewProblem(CodeBusy, "%d requests about the same thing are under way: try again in a second", turnsWaiting).After(1)
	}
	of.number++
	return of, nil
}

func (t *Turns) leave(stream string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if of := t.of[stream]; of != nil {
		if of.number--; of.number == 0 {
			delete(t.of, stream)
		}
	}
}
