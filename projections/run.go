package projections

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Run follows the log until ctx ends. It makes a pass after each notification
// of a commit, and at an interval in case one was missed. A failed pass is
// logged and repeated at the next tick. ErrOtherLog ends Run: the log no longer
// has the events that the views show.
func (v *Views) Run(ctx context.Context) error {
	if v.options.ReadOnly {
		return errors.New("the views are open for reading only")
	}
	hint, stop := v.store.Notify()
	defer stop()
	tick := time.NewTicker(v.options.Every)
	defer tick.Stop()
	v.running.Store(true)
	defer v.running.Store(false)
	for {
		wake := hint
		err := v.CatchUp(ctx)
		if errors.Is(err, ErrOtherLog) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			v.options.Log.Error("projecting the log failed", "position", v.Position(), "err", err)
			wake = nil // the next try is at the next tick, whatever is committed meanwhile
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
			v.gather(ctx)
		case <-tick.C:
		}
	}
}

// CatchUp projects the log up to its head as of the call.
func (v *Views) CatchUp(ctx context.Context) error {
	head, err := v.store.Head(ctx)
	if err != nil {
		return err
	}
	if v.Position() >= head.Position && !v.damaged.Load() {
		return nil
	}
	v.pass.Lock()
	defer v.pass.Unlock()
	defer v.measure(time.Now(), v.Position())
	if !v.damaged.Load() {
		if err = v.catchUp(ctx, head.Position); !isDamage(err) {
			return err
		}
	}
	if err := v.makeAnew(ctx, err); err != nil {
		return err
	}
	return v.catchUp(ctx, head.Position)
}

// farBehind is the backlog from which on an empty view is filled by a rebuild,
// which is faster than updating every index event by event.
const farBehind = 20_000

func (v *Views) catchUp(ctx context.Context, head int64) error {
	for v.Position() < head {
		if err := v.load(ctx); err != nil {
			return err
		}
		var err error
		if v.projector.position == 0 && head >= farBehind {
			err = v.fill(ctx)
		} else {
			err = v.project(ctx, head)
		}
		if err != nil && !errors.Is(err, errMoved) {
			return err
		}
	}
	return v.loadCorrected(ctx, v.projector)
}

// fill replaces an empty generation by a rebuilt one.
func (v *Views) fill(ctx context.Context) error {
	v.projector = nil
	began := v.options.Now()
	err := rebuild(ctx, v.database.Load().writer, v.store, v.options.Log, nil)
	if err == nil {
		v.options.Log.Info("filled the views from the log", "took", v.options.Now().Sub(began))
	}
	return err
}

// load looks up the live generation and its position, unless both are known.
// Another process may have moved it.
func (v *Views) load(ctx context.Context) error {
	if v.projector != nil {
		return nil
	}
	c := v.database.Load().writer
	live, err := liveGeneration(c)
	if err != nil {
		return err
	}
	p, err := newProjector(c, v.options.Log, live.generation, live.head())
	if err != nil {
		return err
	}
	p.live = 1
	v.forgetCorrected()
	v.reached(live.position)
	v.projector = p
	return ctx.Err()
}

// project applies the log up to a position.
func (v *Views) project(ctx context.Context, until int64) error {
	p := v.projector
	err := p.project(ctx, feed{v.store, v.options.BatchSize, &v.folded}, until, func(batch []logEvent) error {
		if err := p.apply(ctx, batch); err != nil {
			return err
		}
		v.noteCorrected(batch)
		v.reached(p.position)
		return nil
	})
	if err != nil {
		v.projector = nil
	}
	return err
}

// makeAnew replaces a damaged file by an empty one. Until then reads return
// ErrBehind. The old file is closed first: SQLite removes its write-ahead log
// by name, and would otherwise remove that of the new file.
func (v *Views) makeAnew(ctx context.Context, cause error) error {
	v.options.Log.Warn("the views are damaged: they are rebuilt from the log", "path", v.path, "err", cause)
	v.projector = nil
	v.damaged.Store(true) // until the file is replaced, even if this fails
	if err := v.database.Load().close(); err != nil {
		v.options.Log.Warn("the damaged views were not closed cleanly", "err", err)
	}
	if err := removeFiles(v.path); err != nil {
		return fmt.Errorf("rebuild the views: %w", err)
	}
	d, position, err := openFitting(ctx, v.path, v.store, v.options.Log)
	if err != nil {
		return fmt.Errorf("rebuild the views: %w", err)
	}
	v.database.Store(d)
	v.damaged.Store(false)
	v.reached(position)
	return nil
}
