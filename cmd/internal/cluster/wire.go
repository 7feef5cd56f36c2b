package cluster

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Wire is the network between a node and a database server: it can be cut,
// which ends every connection; slowed; or held, which neither side notices.
type Wire struct {
	to    string
	l     net.Listener
	delay atomic.Int64 // nanoseconds before each forwarded piece
	held  atomic.Bool

	mu    sync.Mutex
	conns map[net.Conn]bool
}

// newWire leads from a port of its own to another.
func newWire(to string) (*Wire, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	return &Wire{to: to, l: l, conns: map[net.Conn]bool{}}, err
}

func (w *Wire) address() string { return w.l.Addr().String() }

// Slow delays what is passed on, in both directions; 0 ends that.
func (w *Wire) Slow(by time.Duration) { w.delay.Store(int64(by)) }

// Hold holds back everything sent, also on new connections, until it is called
// with false. What was held back arrives then.
func (w *Wire) Hold(held bool) { w.held.Store(held) }

// Cut ends every connection.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		_ = c.Close()
	}
}

// run forwards until ctx ends.
func (w *Wire) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { _ = w.l.Close(); w.Cut() })
	defer stop()
	for {
		from, err := w.l.Accept()
		if err != nil {
			return
		}
		go w.carry(from)
	}
}

func (w *Wire) carry(from net.Conn) {
	defer w.end(from)
	to, err := net.DialTimeout("tcp", w.to, time.Second)
	if err != nil {
		return
	}
	defer w.end(to)
	w.mu.Lock()
	w.conns[from], w.conns[to] = true, true
	w.mu.Unlock()
	go func() {
		w.pass(from, to)
		w.end(from) // the other side learns that no answer comes
		w.end(to)
	}()
	w.pass(to, from)
}

// holding is how long after its release held data is forwarded.
const holding = 20 * time.Millisecond

func (w *Wire) pass(to io.Writer, from io.Reader) {
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		if d := time.Duration(w.delay.Load()); d > 0 {
			time.Sleep(d)
		}
		for w.held.Load() {
			time.Sleep(holding)
		}
		if n > 0 {
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (w *Wire) end(c net.Conn) {
	_ = c.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, c)
}
