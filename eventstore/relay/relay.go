package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
)

// Relay copies the log to the stream. Set the exported fields before Run.
type Relay struct {
	Store eventstore.Store
	// Conn is a connection that always reconnects (nats.MaxReconnects(-1)).
	Conn *nats.Conn
	Log  *slog.Logger // slog.Default by default

	// Replicas of the stream: 1 on one server, 3 on a cluster. 0 does not
	// change an existing stream, and creates a new one with 1.
	Replicas int
	// WriteLater lets the server write the messages of a new stream some
	// milliseconds after it acknowledged them, many at once. It is for a server
	// that ends together with the log's process: the next relay publishes again
	// what was lost, and consumers receive it again (ADR 0026). The stream can
	// never have several replicas.
	WriteLater bool
	// Source is the CloudEvents source of every event, before the epoch; "/achledger"
	// by default.
	Source string
	// Every is the longest time between two looks at the log; 1 s by default.
	Every time.Duration
	// Moved, if set, is called with the position that the stream has reached.
	// It must return quickly.
	Moved func(position int64)

	// Lost, if set, is called when the server, which did not end, has lost messages
	// that it acknowledged: it could not write them, and must open the stream again.
	Lost func()

	defaults sync.Once // of the fields above
	newest   int64     // message at the last look
	written  int64     // message that was there at a look after it was the newest
	position atomic.Int64
	creating sync.Mutex // held while the stream may be created, and while it is deleted: see Reset
}

// Errors that end Run, because waiting would not help. Compare with errors.Is.
var (
	// ErrFork says that the stream contains something that the log does not.
	ErrFork = errors.New("the stream LEDGER is not an echo of this log")
	// ErrGaps says that the stream lost messages from its middle.
	ErrGaps = errors.New("the stream LEDGER lacks messages")
	// ErrPayload says that the server does not accept messages of MinPayload.
	ErrPayload = errors.New("the NATS server's max_payload is too small")
)

// Fatal reports whether err is one that ends Run. Any other error means that
// the broker cannot be reached for now.
func Fatal(err error) bool {
	return errors.Is(err, ErrFork) || errors.Is(err, ErrGaps) || errors.Is(err, ErrPayload) ||
		errors.Is(err, nats.ErrConnectionClosed)
}

// ackWait is how long the server may take to answer a request.
const ackWait = 10 * time.Second

// Position is the newest position known to be in the stream.
func (r *Relay) Position() int64 { return r.position.Load() }

// Run relays until ctx ends, and then returns nil. It waits for a broker that
// cannot be reached. It returns an error only if a person must decide: see
// Fatal.
func (r *Relay) Run(ctx context.Context) error {
	r.setDefaults()
	js, err := r.jetStream()
	if err != nil {
		return err
	}
	o := newOutage(r.Log)
	for ctx.Err() == nil {
		start := r.Position()
		err := r.once(ctx, js, o)
		if Fatal(err) && ctx.Err() == nil {
			return err
		}
		o.wait(ctx, err, r.Position() > start)
	}
	return nil
}

// once relays until an error occurs.
func (r *Relay) once(ctx context.Context, js jetstream.JetStream, o *outage) error {
	last, as, err := r.open(ctx, js)
	if err != nil {
		return err
	}
	o.over(last)
	return r.follow(ctx, js, as, last)
}

// setDefaults sets what was left out. Open may be called while Run runs.
func (r *Relay) setDefaults() {
	r.defaults.Do(func() {
		r.Log, r.Source, r.Every = cmp.Or(r.Log, slog.Default()), cmp.Or(r.Source, "/achledger"), cmp.Or(r.Every, time.Second)
	})
}

// jetStream returns a context whose requests end within ackWait.
func (r *Relay) jetStream() (jetstream.JetStream, error) {
	js, err := jetstream.New(r.Conn, jetstream.WithPublishAsyncTimeout(ackWait))
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	return js, nil
}

// lost says that messages are lost. What is published in their place is checked
// again.
func (r *Relay) lost() {
	r.newest, r.written = 0, 0
	if r.Lost != nil {
		r.Lost()
	}
}

// moved records how far the stream is.
func (r *Relay) moved(position int64) {
	r.position.Store(position)
	if r.Moved != nil {
		r.Moved(position)
	}
}
