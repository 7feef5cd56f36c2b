package ledgertest

import "sync"

// Halt stops whoever passes its steps at the n-th of them, as SIGSTOP stops a
// process, until it is woken.
type Halt struct {
	Stopped chan struct{} // closed when it has stopped somebody

	mu    sync.Mutex
	left  int
	step  string
	woken chan struct{}
}

// NewHalt stops at the n-th step, from 1.
func NewHalt(n int) *Halt {
	return &Halt{Stopped: make(chan struct{}), left: n, woken: make(chan struct{})}
}

// Pass passes a step.
func (h *Halt) Pass(step string) {
	h.mu.Lock()
	h.left--
	here := h.left == 0
	if here {
		h.step = step
	}
	h.mu.Unlock()
	if here {
		close(h.Stopped)
		<-h.woken
	}
}

// Step is where it stopped.
func (h *Halt) Step() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.step
}

// Wake lets whoever was stopped go on.
func (h *Halt) Wake() { close(h.woken) }
