package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// Open opens views.db, creating it if it is missing. A file that is damaged, or
// of another log, or has other tables, is replaced by an empty one: it starts
// at position 0, and Run or CatchUp fill it from the log.
func Open(ctx context.Context, path string, store eventstore.Store, o Options) (*Views, error) {
	o.setDefaults()
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	v := &Views{path: path, store: store, options: o, moved: make(chan struct{}), urgent: make(chan struct{}, 1), scans: make(chan struct{}, scansAtOnce)}
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
	v.reached(position)
	return nil
}

// Shown returns the newest event that a views.db shows, without checking it
// against a log. It is the zero value if the file is missing or damaged.
func Shown(path string) (head eventstore.Head) {
	d, err := openForReading(path)
	if err != nil {
		return head
	}
	defer d.close()
	_ = d.readers.Use(context.Background(), func(c *conn.Conn) error {
		live, err := liveGeneration(c)
		if err == nil {
			head = live.head()
		}
		return err
	})
	return head
}

// openFitting opens a views.db with a live generation of this log, and replaces
// it if it does not fit.
func openFitting(ctx context.Context, path string, store eventstore.Store, log *slog.Logger) (*database, int64, error) {
	d, position, err := openLive(ctx, path, store)
	if !isDamage(err) && !isForeign(err) {
		return d, position, err
	}
	log.Warn("the views are of no use: they are rebuilt from the log", "path", path, "err", err)
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

// ensureLive returns the position of the live generation. It creates one if
// none fits, and removes remains of other processes.
func ensureLive(ctx context.Context, c *conn.Conn, store eventstore.Store) (int64, error) {
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
