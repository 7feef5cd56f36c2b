package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"
)

// Options are the options of Open.
type Options struct {
	// URL names the database in the form of libpq: postgres://user@host/name,
	// or several hosts of which one is the primary. A password is taken from
	// PGPASSFILE or PGPASSWORD.
	URL string

	// Node is this node's name in the table of nodes, different for each
	// process. By default it is made up.
	Node string

	// Release is the program's release, for the table of nodes.
	Release string

	// Knows is the vocabulary of the program: a number for the event types that
	// it knows, which increases with each release that adds some. Introduced
	// returns the vocabulary that first had an event type; without it all types
	// are in the first.
	Knows      int
	Introduced func(eventType string) int

	// ReadOnly opens the log for commands that only read: every write is
	// refused with ErrReadOnly, and the node is not in the table of nodes.
	ReadOnly bool

	// Linger is how long a batch waits for more appends if the previous one had
	// several callers; 1 ms by default, none if negative.
	Linger time.Duration

	// OutcomeTimeout is how long a call waits for its outcome while the database
	// cannot be reached: 20 seconds by default.
	OutcomeTimeout time.Duration

	// Heartbeat is how often the node updates its row in the table of nodes,
	// and finds writes of others without a notification: 500 ms by default.
	Heartbeat time.Duration

	// Inspect is how often the server's settings are checked: 10 seconds by
	// default.
	Inspect time.Duration

	Log *slog.Logger // discarded by default

	// Now is this machine's clock, for tests.
	Now func() time.Time

	// Dial connects to the database, for tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// MadeUpName makes a name for a node of the machine's name and random characters.
func MadeUpName() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%s", host, rand.Text()[:8])
}

func (o *Options) setDefaults() {
	if o.Node == "" {
		o.Node = MadeUpName()
	}
	o.Linger = cmp.Or(o.Linger, time.Millisecond)
	if o.OutcomeTimeout <= 0 {
		o.OutcomeTimeout = 20 * time.Second
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
