package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Options are the choices of Open; the zero value serves.
type Options struct {
	// Now is the machine's clock; time.Now by default. Only the operators' log
	// shows its time: what is in a view comes from the events.
	Now func() time.Time
	Log *slog.Logger // slog.Default by default

	// ReadOnly opens the views beside a running server: they follow the log
	// as far as the server takes them, and a missing file is ErrNoViews.
	ReadOnly bool

	// BatchSize is the most events of one transaction; 2,000 by default.
	BatchSize int

	// Every is how long Run sleeps at most when no hint wakes it; 250 ms by
	// default.
	Every time.Duration
}

func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.BatchSize <= 0 {
		o.BatchSize = 2000
	}
	if o.Every <= 0 {
		o.Every = 250 * time.Millisecond
	}
}

// Views answers questions from views.db and, with Run, keeps it up to the
// log. It is safe for use by several goroutines.
type Views struct {
	path    string
	store   eventstore.Store
	options Options

	database  atomic.Pointer[database]
	damaged   atomic.Bool // a read found the file damaged: the next pass makes it anew
	closed    atomic.Bool
	pass      sync.Mutex // held by the one pass under way
	projector *projector // of the pass; nil: read the checkpoint first

	position atomic.Int64
	heard    atomic.Int64 // newest position that listeners heard of
	mu       sync.Mutex   // of what follows
	moved    chan struct{}
	listen   []func(domain.Fact, eventstore.Recorded)
}

// Open opens views.db, making it when it is missing. A file that is damaged,
// of another log, or of a program that kept other views is made anew: it then
// starts at position 0, and Run or CatchUp fill it from the log.
func Open(ctx context.Context, path string, store eventstore.Store, o Options) (*Views, error) {
	o.setDefaults()
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	v := &Views{path: path, store: store, options: o, moved: make(chan struct{})}
	if o.ReadOnly {
		err = v.openForReading(ctx)
	} else {
		err = v.openForWriting(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open the views %s: %w", path, err)
	}
	return v, nil
}

func (v *Views) openForReading(ctx context.Context) error {
	d, err := openForReading(v.path)
	if err != nil {
		return err
	}
	v.database.Store(d)
	err = d.read(ctx, func(s snapshot) error {
		live, err := liveGeneration(s.c)
		if err == nil && live.shape != shape() {
			err = errors.New("the views are of another version of achledger: start the server once")
		}
		v.position.Store(live.position)
		return err
	})
	if err != nil {
		return errors.Join(err, d.close())
	}
	return nil
}

func (v *Views) openForWriting(ctx context.Context) error {
	d, position, err := openFitting(ctx, v.path, v.store, v.options.Log)
	if err != nil {
		return err
	}
	v.database.Store(d)
	v.heard.Store(position)
	v.reached(position)
	return nil
}

// openFitting opens a views.db with a live generation of this log, making it
// anew when need be.
func openFitting(ctx context.Context, path string, store eventstore.Store, log *slog.Logger) (*database, int64, error) {
	d, position, err := openLive(ctx, path, store)
	if !isDamage(err) && !isForeign(err) {
		return d, position, err
	}
	log.Warn("the views are of no use: they are made anew from the log", "path", path, "err", err)
	if err := removeFiles(path); err != nil {
		return nil, 0, err
	}
	return openLive(ctx, path, store)
}

func openLive(ctx context.Context, path string, store eventstore.Store) (*database, int64, error) {
	d, err := openDatabase(path)
	if err != nil {
		return nil, 0, err
	}
	position, err := ensureLive(ctx, d.writer, store)
	if err != nil {
		return nil, 0, errors.Join(err, d.close())
	}
	return d, position, nil
}

// ensureLive returns where the live generation stands, starting another one
// when there is none that fits, and takes away what others left.
func ensureLive(ctx context.Context, c *connection, store eventstore.Store) (int64, error) {
	live, err := liveGeneration(c)
	if err == nil {
		fits, err := live.fits(ctx, store)
		if err != nil {
			return 0, err
		}
		if fits {
			return live.position, sweep(ctx, c)
		}
	} else if err != errNoGeneration {
		return 0, err
	}
	if _, err := newGeneration(ctx, c, true); err != nil {
		return 0, err
	}
	return 0, sweep(ctx, c)
}

// Position is the newest position that the views show. Beside a running
// server it is the one they showed when they were read last.
func (v *Views) Position() int64 { return v.position.Load() }

// reached publishes a position, after its commit.
func (v *Views) reached(position int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.position.Store(position)
	close(v.moved)
	v.moved = make(chan struct{})
}

// OnEvent adds a listener. It is called with every event from the position at
// Open on, in log order, after the commit that makes the event visible, by
// the goroutine that projects: it must be quick. An event of a type that this
// program does not know comes with a nil Event. Add listeners before Run.
func (v *Views) OnEvent(listen func(domain.Fact, eventstore.Recorded)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.listen = append(v.listen, listen)
}

func (v *Views) listeners() []func(domain.Fact, eventstore.Recorded) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.listen
}

// Close waits for reads under way and closes the file. Run must have ended.
func (v *Views) Close() error {
	v.closed.Store(true)
	v.pass.Lock()
	defer v.pass.Unlock()
	return v.database.Load().close()
}

// read runs f in one read transaction. A file that turns out to be damaged is
// noted for the next pass, which makes it anew.
func (v *Views) read(ctx context.Context, f func(snapshot) error) error {
	d := v.database.Load()
	err := d.read(ctx, f)
	if err == errClosed && !v.closed.Load() {
		return fmt.Errorf("the views are being made anew: %w", ErrBehind)
	}
	if isDamage(err) {
		v.damaged.Store(true)
	}
	return err
}
