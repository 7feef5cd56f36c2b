package api

import (
	"sync"

	"github.com/labstack/echo/v4"
)

// Places bounds what each client has under way at once.
type Places struct {
	most int
	what string // in the plural, for a refusal

	mu sync.Mutex
	of map[string]int // by client
}

// NewPlaces makes so many places for each client.
func NewPlaces(most int, what string) *Places {
	return &Places{most: most, what: what, of: map[string]int{}}
}

// Take takes a place of a client. Call done to free it.
func (p *Places) Take(client string) (done func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[client] >= p.most {
		return nil, NewProblem(CodeTooMany, "%d %s are under way: try again when one has ended", p.most, p.what).After(bodyRetryAfter)
	}
	p.of[client]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.of[client]--; p.of[client] == 0 {
			delete(p.of, client)
		}
	}, nil
}

// endKey is the key of what the end of a request frees.
const endKey = "at-end"

// atEnd has done called when the request of a known caller ends.
func atEnd(c echo.Context, done func()) {
	before, _ := c.Get(endKey).(func())
	c.Set(endKey, func() {
		done()
		if before != nil {
			before()
		}
	})
}

// ended frees what a request holds.
func ended(c echo.Context) {
	if done, _ := c.Get(endKey).(func()); done != nil {
		done()
	}
}
