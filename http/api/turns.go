package api

import (
	"context"
	"errors"
	"sync"
)

// Turns lets one at a time do something, such as write to a stream: of concurrent
// writes the log takes one, and the others would only have to try again. The zero
// value is ready to use.
type Turns struct {
	mu sync.Mutex
	of map[string]*turn
}

// turn is a stream with its writers, or a client with its large bodies.
type turn struct {
	taken  chan struct{}
	number int // who has and who awaits it
}

// turnsWaiting bounds the writers of one stream.
const turnsWaiting = 1024

// errCrowded says that as many have or await a turn as may.
var errCrowded = errors.New("too many wait for a turn")

// Take waits for the turn at a stream; done ends the turn.
func (t *Turns) Take(ctx context.Context, stream string) (done func(), err error) {
	done, err = t.take(ctx, stream, turnsWaiting)
	if errors.Is(err, errCrowded) {
		err = NewProblem(CodeBusy, "%d requests about the same thing are under way: try again in a second", turnsWaiting).After(1)
	}
	return done, err
}

// take is Take where at most so many may have or await the turn.
func (t *Turns) take(ctx context.Context, at string, most int) (done func(), err error) {
	of := t.enter(at, most)
	if of == nil {
		return nil, errCrowded
	}
	if !take(ctx, of.taken) {
		t.leave(at)
		return nil, ctx.Err()
	}
	return func() { <-of.taken; t.leave(at) }, nil
}

func (t *Turns) enter(at string, most int) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.of[at]
	if of == nil {
		of = &turn{taken: make(chan struct{}, 1)}
		if t.of == nil {
			t.of = map[string]*turn{}
		}
		t.of[at] = of
	}
	if of.number >= most {
		return nil
	}
	of.number++
	return of
}

func (t *Turns) leave(at string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if of := t.of[at]; of != nil {
		if of.number--; of.number == 0 {
			delete(t.of, at)
		}
	}
}
