package eventstore

import "sync"

// Hints wakes readers after commits. A reader that has not received the last
// hint gets no second one: both mean that there may be more to read.
type Hints struct {
	mu       sync.Mutex
	channels map[chan struct{}]struct{}
}

// Subscribe adds a reader; stop is safe to call twice.
func (h *Hints) Subscribe() (hint <-chan struct{}, stop func()) {
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

// Send never waits for a reader.
func (h *Hints) Send() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.channels {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
