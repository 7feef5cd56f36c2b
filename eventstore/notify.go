package eventstore

import "sync"

// hints wakes readers after commits. A reader that has not taken the last
// hint yet gets no second one: both mean "read on".
type hints struct {
	mu       sync.Mutex
	channels map[chan struct{}]struct{}
}

// subscribe adds a reader; stop is safe to call twice.
func (h *hints) subscribe() (hint <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.channels == nil {
		h.channels = map[chan struct{}]struct{}{}
	}
	h.channels[c] = struct{}{}
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.channels, c)
	}
}

// send never waits for a reader.
func (h *hints) send() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.channels {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
