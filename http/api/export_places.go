package api

import "sync"

// exports counts the exports in progress by client.
type exports struct {
	mu sync.Mutex
	of map[string]int
}

func newExports() *exports { return &exports{of: map[string]int{}} }

// begin takes a place for an export of a client. Call done to free it.
func (e *exports) begin(client string) (done func(), err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of[client] >= exportsAtOnce {
		return nil, NewProblem(CodeTooMany, "%d exports are under way: try again when one has ended", exportsAtOnce).After(bodyRetryAfter)
	}
	e.of[client]++
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.of[client]--; e.of[client] == 0 {
			delete(e.of, client)
		}
	}, nil
}
