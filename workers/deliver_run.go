package workers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
)

// Run delivers files as they are cut, and makes a sweep at an interval, until
// ctx ends. It waits for no ODFI: each has a goroutine of its own while there
// are files for it. An ODFI whose server is not reached rests, each time for
// longer; so does a file that fails by itself.
func (d *Delivery) Run(ctx context.Context, every time.Duration) {
	var passes sync.WaitGroup
	defer passes.Wait()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for err := d.startAll(ctx, &passes); ; {
		if err != nil && ctx.Err() == nil {
			d.Log.Error("a sweep of the delivery failed", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case id := <-d.justCut:
			err = d.startOne(ctx, &passes, id)
		case <-tick.C:
			err = d.startAll(ctx, &passes)
		}
	}
}

// Soon delivers a file that was just cut: to the outbox before it returns, to a
// server when Run gets to it.
func (d *Delivery) Soon(ctx context.Context, id string) error {
	file, err := d.Files.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	method, err := d.Method(ctx, file.Opened.ODFI)
	if err != nil {
		return err
	}
	if method == domain.BySFTP {
		d.hand(id)
		return nil
	}
	return d.pass(ctx, file.Opened.ODFI, []string{id})
}

// hand passes a file to Run. If Run is busy, its next sweep finds the file.
func (d *Delivery) hand(id string) {
	select {
	case d.justCut <- id:
	default:
	}
}

// startAll starts a pass for each ODFI with files to deliver.
func (d *Delivery) startAll(ctx context.Context, passes *sync.WaitGroup) error {
	list, err := d.unfinished(ctx)
	if err != nil {
		return err
	}
	d.queues.due(list)
	var errs []error
	for _, of := range list {
		errs = append(errs, d.start(ctx, passes, of))
	}
	return errors.Join(errs...)
}

// startOne starts a pass for a file, or adds the file to the pass under way.
func (d *Delivery) startOne(ctx context.Context, passes *sync.WaitGroup, id string) error {
	file, err := d.Files.Ledger.File(ctx, id)
	if err != nil || d.queues.append(file.Opened.ODFI, id) {
		return err
	}
	method, err := d.Method(ctx, file.Opened.ODFI)
	if err != nil {
		return err
	}
	return d.start(ctx, passes, &odfiFiles{file.Opened.ODFI, []string{id}, method == domain.BySFTP})
}

// start starts a pass unless one is under way or the ODFI's server rests.
func (d *Delivery) start(ctx context.Context, passes *sync.WaitGroup, of *odfiFiles) error {
	bank, err := d.Files.Ledger.Bank(ctx, of.odfi)
	if err != nil {
		return fmt.Errorf("read how files of ODFI %s leave: %w", of.odfi, err)
	}
	if len(of.ids) == 0 || !d.queues.begin(of.odfi, bank.Version) {
		return nil
	}
	deliver := d.pass
	if of.toServer {
		deliver = d.passToServer
	}
	passes.Go(func() {
		for ids := of.ids; len(ids) > 0; ids = d.queues.next(of.odfi) {
			if err := deliver(ctx, of.odfi, ids); err != nil && ctx.Err() == nil {
				d.Log.Error("delivery failed and is tried again", "odfi", of.odfi, "failures", d.Failing()[of.odfi], "err", err)
			}
		}
	})
	return nil
}
