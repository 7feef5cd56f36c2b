package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// rebuildPage is how many events a rebuild decodes at once and writes in one
// transaction. A live projector waits at most for one such transaction.
const rebuildPage = 8_000

// Rebuild fills the next generation from the whole log, beside the live one in
// the same file, and makes it live when it has caught up. It may run while a
// server projects into the live one; the server notices the switch and
// continues in the new one. A rebuild that ends early, by an error or a crash,
// leaves the live generation unchanged; the next rebuild removes its remains.
// Progress, if set, is called with how much of the log is done.
func Rebuild(ctx context.Context, path string, store eventstore.Store, progress func(done, total int64)) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	d, _, err := openFitting(ctx, path, store, slog.Default())
	if err != nil {
		return fmt.Errorf("rebuild the views %s: %w", path, err)
	}
	err = rebuild(ctx, d.writer, store, slog.Default(), progress)
	return errors.Join(err, d.close())
}

func rebuild(ctx context.Context, c *conn.Conn, store eventstore.Store, log *slog.Logger, progress func(done, total int64)) error {
	err := rebuilt(ctx, c, store, log, progress)
	switch {
	case errors.Is(err, errMoved):
		return errors.New("rebuild the views: another rebuild, or a server that started, took this one away: run it again")
	case err != nil:
		return fmt.Errorf("rebuild the views: %w", err)
	}
	return nil
}

func rebuilt(ctx context.Context, c *conn.Conn, store eventstore.Store, log *slog.Logger, progress func(done, total int64)) error {
	if err := sweep(ctx, c); err != nil {
		return err
	}
	generation, err := newGeneration(ctx, c, false)
	if err != nil {
		return err
	}
	p, err := newProjector(c, log, generation, eventstore.Head{})
	if err != nil {
		return err
	}
	if err := p.catchUp(ctx, store, progress); err != nil {
		return err
	}
	if err := p.index(ctx); err != nil {
		return err
	}
	if err := p.catchUp(ctx, store, progress); err != nil {
		return err
	}
	if err := p.goLive(ctx, store); err != nil {
		return err
	}
	return sweep(ctx, c)
}

// catchUp applies the log up to its head as of the call.
func (p *projector) catchUp(ctx context.Context, store eventstore.Store, progress func(done, total int64)) error {
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	return p.project(ctx, newFeed(store, rebuildPage), head.Position, func(batch []logEvent) error {
		if err := p.apply(ctx, batch); err != nil {
			return err
		}
		if progress != nil {
			progress(p.position, head.Position)
		}
		return nil
	})
}

// index creates the indexes that are omitted during a load, one transaction
// each, so that a live projector can write in between.
func (p *projector) index(ctx context.Context) error {
	for _, statement := range strings.SplitAfter(strings.TrimSpace(indexes), ";") {
		if statement == "" {
			continue
		}
		if err := p.c.Transact(ctx, func() error { return p.c.Script(statement) }); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// goLive makes the generation the live one. Events that the present live one
// already has are applied first, in the same transaction, in which no other
// process can move it. So the views never go back.
func (p *projector) goLive(ctx context.Context, store eventstore.Store) error {
	return p.c.Transact(ctx, func() error {
		live, err := liveGeneration(p.c)
		if err != nil && err != errNoGeneration {
			return err
		}
		if live.position > p.position { // by what another process proved: this one proves it before it reads it
			if _, err := store.Reached(ctx, ""); err != nil {
				return err
			}
		}
		err = p.project(ctx, newFeed(store, rebuildPage), live.position, func(batch []logEvent) error {
			err := p.rows(batch)
			p.moveTo(batch)
			return err
		})
		if err != nil {
			return err
		}
		if err := endLife(p.c); err != nil {
			return err
		}
		moved, err := p.c.Exec(`UPDATE checkpoint SET live = 1 WHERE name = ?1 AND generation = ?2 AND position = ?3`,
			viewName, p.generation, p.position)
		if err == nil && moved == 0 {
			return errMoved
		}
		return err
	})
}
