package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"
)

// Options are the choices of Open.
type Options struct {
	// URL names the database, as libpq takes it: postgres://user@host/name, or
	// several hosts of which one is the primary. A password comes from
	// PGPASSFILE or PGPASSWORD.
	URL string

	// Node is this node's name in the table of nodes, one of its own in each
	// process. By default it is made of the machine's name and chance.
	Node string

	// Release is the program's, for the table of nodes.
	Release string

	// Knows is the vocabulary of the program: which event types it knows, as a number
	// that goes up with each release that adds some. Introduced is the vocabulary with
	// which an event type came; without it all are in the first.
	Knows      int
	Introduced func(eventType string) int

	// ReadOnly opens the log for commands that only read: every write is
	// refused with ErrReadOnly, and the node shows in no table.
	ReadOnly bool

	// Linger is how long a batch waits for more appends when the one before
	// it had several submitters; 1 ms by default, none when negative.
	Linger time.Duration

	// Patience is how long a call waits for its outcome while the database is
	// away: 20 seconds by default.
	Patience time.Duration

	// Heartbeat is how often the node writes that it is there, and finds what
	// others wrote if no notification told it: 500 ms by default.
	Heartbeat time.Duration

	// Inspect is how often the server is looked at for what makes payments
	// unsafe: 10 seconds by default.
	Inspect time.Duration

	Log *slog.Logger // nothing by default

	// Now is this machine's clock, for tests.
	Now func() time.Time

	// Dial is how the database is reached, for tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (o *Options) setDefaults() {
	if o.Node == "" {
		host, _ := os.Hostname()
		o.Node = fmt.Sprintf("%s-%s", host, rand.Text()[:8])
	}
	if o.Linger == 0 {
		o.Linger = time.Millisecond
	}
	if o.Patience <= 0 {
		o.Patience = 20 * time.Second
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = 500 * time.Millisecond
	}
	if o.Inspect <= 0 {
		o.Inspect = 10 * time.Second
	}
	if o.Introduced == nil {
		o.Introduced = func(string) int { return 0 }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dial == nil {
		o.Dial = dial
	}
}
