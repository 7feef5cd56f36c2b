package node

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/accounts"
	"github.com/achledger/achledger/workers/guard"
	"github.com/achledger/achledger/workers/inbound"
	"github.com/achledger/achledger/workers/relationships"
	"github.com/achledger/achledger/workers/webhooks"
)

// workerSet is the workers. What they hold in memory is valid for one term of
// leadership; each new term starts with a new set.
type workerSet struct {
	files    *workers.Files
	delivery *workers.Delivery
	batcher  *workers.Batcher
	guard    *guard.Guard
	asker    *guard.Asker
	uploads  *workers.Uploads
	intake   *inbound.Intake
	pickup   *inbound.Pickup // nil in a sandbox
	links    *relationships.Worker
	webhooks *webhooks.Worker
}

// workers returns the workers of this term.
func (s *Server) workers() *workerSet { return s.working.Load() }

// newWorkers creates the workers.
func (s *Server) newWorkers() (*workerSet, error) {
	c := &workerSet{}
	for _, step := range []func(*Server) error{c.addLinks, c.addFiles, c.addIntake, c.addWebhooks} {
		if err := step(s); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// addFiles creates the workers that cut and deliver files.
func (c *workerSet) addFiles(s *Server) (err error) {
	c.guard, err = guard.New(guard.Config{Ledger: s.Ledger, Views: s.views, Clients: s.directory, Log: s.log})
	if err != nil {
		return err
	}
	c.files, err = workers.NewFiles(workers.FilesConfig{Guard: c.guard, Ledger: s.Ledger, Kept: s.Kept, Switch: s.Switch, Log: s.log, TotalsDiffer: s.totalsDiffer})
	if err != nil {
		return err
	}
	c.asker = guard.NewAsker(guard.AskerConfig{Guard: c.guard, Views: s.views, Files: c.files, Log: s.log, Answered: s.engineAnswered})
	c.delivery, err = workers.NewDelivery(workers.DeliveryConfig{
		Files: c.files, Views: s.views, Log: s.log,
		Deliverers: map[string]workers.Deliverer{"outbox": outbox(s.Outbox)},
		SFTP:       &workers.SFTP{Sandbox: s.Kind == folder.Sandbox},
	})
	if err != nil {
		return err
	}
	c.uploads, err = workers.NewUploads(workers.UploadsConfig{Files: c.files, Method: c.delivery.Method, Complete: s.elsewhere})
	if err != nil {
		return err
	}
	c.batcher, err = workers.NewBatcher(workers.BatcherConfig{
		Files: c.files, Views: s.views, Clients: s.directory, Delivery: c.delivery, Uploads: c.uploads, Guard: c.guard, Log: s.log,
		Settle: c.links.Accounts.Pass,
	})
	return err
}

// addIntake creates the workers that take in files from the bank.
func (c *workerSet) addIntake(s *Server) (err error) {
	c.intake, err = newIntake(s.Core, s.views, inbound.Config{
		Inbox: inbound.Watch{Dir: s.Inbox}, Log: s.log, Returned: s.returned,
		Acknowledge: func(ctx context.Context, a ack.Acknowledgement) (domain.File, error) {
			return c.files.Acknowledge(ctx, s.views, a)
		},
	})
	if err == nil && s.Kind != folder.Sandbox {
		c.pickup, err = inbound.NewPickup(inbound.PickupConfig{
			Intake: c.intake, After: s.options.SFTPAfter, Log: s.log, MayBeCopy: func() bool { return s.Switch.Unconfirmed() > 0 },
		})
	}
	return err
}

// unfinished counts the files from the bank that have been incomplete for too
// long, by where they are.
func (c *workerSet) unfinished() map[string]int {
	n := map[string]int{inbound.FromInbox: 0}
	for _, f := range c.intake.UnfinishedFiles() {
		if f.Overdue {
			n[inbound.FromInbox]++
		}
	}
	if c.pickup != nil {
		n[inbound.FromSFTP] = c.pickup.Unfinished()
	}
	return n
}

// addLinks creates the worker that applies notifications of change and
// verifies bank links.
func (c *workerSet) addLinks(s *Server) error {
	corrections, err := accounts.New(accounts.Config{Ledger: s.Ledger, Views: s.views, Log: s.log})
	if err != nil {
		return err
	}
	c.links, err = relationships.New(relationships.Config{Ledger: s.Ledger, Views: s.views, Accounts: corrections, Log: s.log})
	return err
}

// runTerm runs what only one node may run, until ctx ends.
func (s *Server) runTerm(ctx context.Context, term int64) error {
	c, sound := s.workers(), true
	if s.asks != nil {
		var err error
		if c, err = s.newWorkers(); err == nil {
			err = s.catchUp(ctx)
		}
		if err != nil {
			return err
		}
		defer s.Switch.Pause("") // whether delivery must wait is for the next leader to find out
		if sound, err = s.takeEvidence(ctx); err != nil {
			s.log.Warn("it is not known whether the log is unchanged", "err", err)
		}
		s.working.Store(c)
		ctx = underTerm(ctx, s.asks, term)
		s.term.Store(term)
		defer s.term.Store(0)
	}
	parts, ctx := errgroup.WithContext(ctx)
	if s.asks != nil {
		parts.Go(func() error { return s.asks.Asks(ctx, term, s.answer) })
		parts.Go(func() error { return s.keepEvidence(ctx, sound) })
		parts.Go(func() error { return s.sweepKept(ctx) })
	}
	parts.Go(func() error { return s.runRelay(ctx) })
	if s.awaitStream(ctx) != nil {
		return parts.Wait()
	}
	parts.Go(func() error { return c.batcher.Run(ctx) })
	parts.Go(func() error { return c.asker.Run(ctx) })
	parts.Go(func() error { return c.intake.Run(ctx) })
	parts.Go(func() error { return c.links.Run(ctx) })
	parts.Go(func() error { return c.webhooks.Run(ctx) })
	parts.Go(func() error { return s.acts.Run(ctx) })
	parts.Go(func() error { return workers.LateFiles{Views: s.views, Clock: s.Ledger.Clock, Log: s.log}.Run(ctx) })
	parts.Go(func() error { return workers.BankKeys{Ledger: s.Ledger, Views: s.views, Log: s.log}.Run(ctx) })
	if c.pickup != nil {
		parts.Go(func() error { return c.pickup.Run(ctx) })
	}
	parts.Go(func() error { return s.deliverOnCut(ctx, c) })
	return parts.Wait()
}
