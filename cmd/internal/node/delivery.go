package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/restore"
)

// DeliveryState tells how the switch stands.
func (c *Core) DeliveryState(context.Context, Nothing) (delivery.State, error) {
	return c.Switch.State(), nil
}

// DeliveryStop stops the files of an ODFI; all files when it is empty.
type DeliveryStop struct {
	ODFI   string
	Reason string // for people; optional
}

// DeliveryStopped is what DeliveryOff found.
type DeliveryStopped struct {
	// Begun are the files whose delivery has begun and not ended: the bank may
	// have them, and nothing more happens to them while delivery is off.
	Begun []BegunFile
	// Busy says that a bank's server still had not answered.
	Busy bool
}

// BegunFile is a file that may be at the bank.
type BegunFile struct{ ID, Name, ODFI string }

// DeliveryOff stops an ODFI's files. They stop before that is recorded, so
// that a log which takes nothing keeps nobody from stopping them.
func (c *Core) DeliveryOff(ctx context.Context, stop DeliveryStop) (stopped DeliveryStopped, err error) {
	if err := c.deliveryOff(ctx, stop); err != nil {
		return stopped, err
	}
	views, err := projections.Open(ctx, c.Folder.Views(), c.Store, projections.Options{})
	if err != nil {
		return stopped, err
	}
	stopped.Begun, err = begun(ctx, views, stop.ODFI)
	return stopped, errors.Join(err, views.Close())
}

// restTime bounds the wait for a step at a bank that is under way.
const restTime = 30 * time.Second

// DeliveryOff does the same in a running server, and waits until the step has
// ended that is under way.
func (s *Server) DeliveryOff(ctx context.Context, stop DeliveryStop) (stopped DeliveryStopped, err error) {
	if err := s.deliveryOff(ctx, stop); err != nil {
		return stopped, err
	}
	resting, cancel := context.WithTimeout(ctx, restTime)
	defer cancel()
	stopped.Busy = s.crew().delivery.Rest(resting, stop.ODFI) != nil
	stopped.Begun, err = begun(ctx, s.views, stop.ODFI)
	return stopped, err
}

// begun lists the files of an ODFI, or of all, that are between the beginning
// and the end of their delivery.
func begun(ctx context.Context, views *projections.Views, odfi string) (list []BegunFile, err error) {
	if err := views.CatchUp(ctx); err != nil {
		return nil, err
	}
	files, err := views.UnfinishedFiles(ctx)
	for _, f := range files {
		if f.State == domain.FileIsDelivering && (odfi == "" || odfi == f.ODFI) {
			list = append(list, BegunFile{f.ID, f.Name, f.ODFI})
		}
	}
	return list, err
}

func (c *Core) deliveryOff(ctx context.Context, stop DeliveryStop) error {
	log, err := Identify(ctx, c.Store)
	if err != nil {
		return err
	}
	if stop.ODFI == "" {
		err = c.Switch.TurnAllOff(log)
	} else if err = nacha.ValidRouting(stop.ODFI); err != nil {
		err = fmt.Errorf("%s is no routing number: %w", stop.ODFI, err)
	} else {
		err = c.Switch.Turn(stop.ODFI, false, log)
	}
	if err == nil {
		err = c.Ledger.Audit(ctx, domain.LedgerClient, domain.DeliverySwitched{ODFI: stop.ODFI, Reason: stop.Reason})
	}
	return err
}

// DeliveryOrder switches an ODFI on.
type DeliveryOrder struct {
	ODFI string
	// Sent is the folder with the files that went out since the backup, as
	// an absolute path; empty when nothing was sent.
	Sent string
}

// DeliveryOn takes the files that had gone out into the log and then lets the
// ODFI's files leave.
func (c *Core) DeliveryOn(ctx context.Context, o DeliveryOrder) (restore.Report, error) {
	views, err := projections.Open(ctx, c.Folder.Views(), c.Store, projections.Options{})
	if err != nil {
		return restore.Report{}, err
	}
	report, err := c.deliveryOn(ctx, views, o)
	return report, errors.Join(err, views.Close())
}

// DeliveryOn does the same in a running server. In a database a stream that knows
// more than the log would switch delivery off again with the next leader, so a person
// resets it first.
func (s *Server) DeliveryOn(ctx context.Context, o DeliveryOrder) (restore.Report, error) {
	if s.switched != nil {
		asking, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if _, err := s.relay.Open(asking); errors.Is(err, relay.ErrFork) {
			return restore.Report{}, fmt.Errorf("nothing was changed: %w. When what it holds was looked at: achledger stream reset", err)
		}
	}
	return s.deliveryOn(ctx, s.views, o)
}

// clientsODFIs are the ODFIs that clients have.
func clientsODFIs(ctx context.Context, views *projections.Views) (map[string]bool, error) {
	clients, _, err := views.Clients(ctx, 0, "")
	all := map[string]bool{}
	for _, client := range clients {
		for _, routing := range client.ODFIs {
			all[routing] = true
		}
	}
	return all, err
}

// known refuses an ODFI that no client, setting or file of the log has: a
// mistyped one would be switched on, and the one that was meant stay off.
func known(ctx context.Context, views *projections.Views, odfi string) error {
	if err := views.CatchUp(ctx); err != nil {
		return err
	}
	all, err := clientsODFIs(ctx, views)
	if err != nil {
		return err
	}
	receivers, err := views.Receivers(ctx)
	if err != nil {
		return err
	}
	for _, routing := range receivers.Banks {
		all[routing] = true
	}
	files, _, err := views.Files(ctx, projections.FileFilter{})
	if err != nil {
		return err
	}
	unfinished, err := views.UnfinishedFiles(ctx)
	if err != nil {
		return err
	}
	for _, file := range append(files, unfinished...) {
		all[file.ODFI] = true
	}
	switch {
	case all[odfi]:
		return nil
	case len(all) == 0:
		return fmt.Errorf("this ledger has no ODFI %s: no client, bank or file in it has any", odfi)
	default:
		return fmt.Errorf("this ledger has no ODFI %s; it has %s", odfi, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
}

// restoreFor is the ledger as package restore writes to it: no switch keeps it
// from what delivery does when it is on.
func (c *Core) restoreFor(views *projections.Views, odfi string) (restore.Restore, error) {
	files, err := workers.NewFiles(workers.FilesConfig{Ledger: c.Ledger, Kept: c.Kept})
	if err != nil {
		return restore.Restore{}, err
	}
	uploads, err := workers.NewUploads(workers.UploadsConfig{
		Files:  files,
		Method: func(context.Context, string) (string, error) { return domain.ToOutbox, nil }, // of what is begun here; nothing is
	})
	return restore.Restore{Ledger: c.Ledger, Views: views, Uploads: uploads, ODFI: odfi}, err
}

func (c *Core) deliveryOn(ctx context.Context, views *projections.Views, o DeliveryOrder) (report restore.Report, err error) {
	if err := nacha.ValidRouting(o.ODFI); err != nil {
		return report, fmt.Errorf("%s is no routing number: %w", o.ODFI, err)
	}
	if err := known(ctx, views, o.ODFI); err != nil {
		return report, err
	}
	on, was := c.Switch.Allowed(o.ODFI)
	if on {
		return report, fmt.Errorf("delivery is on already for ODFI %s: switch it off first, so that nothing leaves while you tell what did", o.ODFI)
	}
	if err := c.alone(ctx, domain.ActDelivery, o.ODFI); err != nil {
		return report, err
	}
	if o.Sent != "" {
		told, err := c.restoreFor(views, o.ODFI)
		if err != nil {
			return report, err
		}
		if report, err = told.Take(ctx, o.Sent); err != nil {
			return report, err
		}
	}
	// Before the switch is set: nothing leaves by a decision that nobody can find.
	err = c.Ledger.Audit(ctx, domain.LedgerClient, domain.DeliverySwitched{ODFI: o.ODFI, On: true, Was: was, Sent: o.Sent != "", NothingSent: o.Sent == ""})
	if err != nil {
		return report, err
	}
	log, err := Identify(ctx, c.Store)
	if err != nil {
		return report, err
	}
	return report, c.Switch.Turn(o.ODFI, true, log)
}
