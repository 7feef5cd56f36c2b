package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
)

// line is a connection to the server whose ends a test watches.
type line struct {
	net.Conn
	of *lines
	n  int // pieces since the test armed it

	takesLock bool // it is a writer's
	sent      int  // bytes of a piece that a fault sent already
}

// lines are the connections of a store. A fault sees each piece that is sent or
// received, and cuts the line by an error.
type lines struct {
	mu      sync.Mutex
	send    func(l *line, b []byte) error
	receive func(l *line, b []byte) error // after it came; the caller does not get it when this fails
	writers bool                          // faults are those of writers' lines alone
}

var errCut = errors.New("the line was cut")

func (f *lines) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &line{Conn: c, of: f}, nil
}

func (f *lines) set(send, receive func(*line, []byte) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.send, f.receive = send, receive
}

func (f *lines) faults() (send, receive func(*line, []byte) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.send, f.receive
}

func (l *line) Write(b []byte) (int, error) {
	l.takesLock = l.takesLock || bytes.Contains(b, []byte("pg_advisory_xact_lock"))
	if send, _ := l.of.faults(); send != nil && (l.takesLock || !l.of.writers) {
		if err := send(l, b); err != nil {
			l.Close()
			return 0, err
		}
	}
	n, err := l.Conn.Write(b[l.sent:])
	n, l.sent = n+l.sent, 0
	return n, err
}

func (l *line) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if _, receive := l.of.faults(); err == nil && receive != nil && (l.takesLock || !l.of.writers) {
		if err := receive(l, b[:n]); err != nil {
			l.Close()
			return 0, err
		}
	}
	return n, err
}
