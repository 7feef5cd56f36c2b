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

// DeliveryState returns the state of the delivery switch.
func (c *Core) DeliveryState(context.Context, Nothing) (delivery.State, error) {
	return c.Switch.State(), nil
}

// DeliveryStop turns delivery off for one ODFI, or for all if ODFI is empty.
type DeliveryStop struct {
	ODFI   string
	Reason string // for people; optional
}

// DeliveryStopped is the result of DeliveryOff.
type DeliveryStopped struct {
	// Begun are the files whose delivery was started and not completed: the
	// bank may have them, and nothing more happens to them while delivery is
	// off.
	Begun []BegunFile
	// Busy reports that a transfer to a bank's server was still under way.
	Busy bool
}

// BegunFile is a file that may already be at the bank.
type BegunFile struct{ ID, Name, ODFI string }

// DeliveryOff stops an ODFI's files. They stop before the event is written, so
// that a log that cannot be written does not prevent it.
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

// restTime bounds the wait for a transfer under way.
const restTime = 30 * time.Second

// DeliveryOff is the same in a running server, and waits for the transfer
// under way to end.
func (s *Server) DeliveryOff(ctx context.Context, stop DeliveryStop) (stopped DeliveryStopped, err error) {
	if err := s.deliveryOff(ctx, stop); err != nil {
		return stopped, err
	}
	resting, cancel := context.WithTimeout(ctx, restTime)
	defer cancel()
	stopped.Busy = s.workers().delivery.Rest(resting, stop.ODFI) != nil
	stopped.Begun, err = begun(ctx, s.views, stop.ODFI)
	return stopped, err
}

// begun lists the files of an ODFI, or of all, whose delivery was started and
// not completed.
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
		err = fmt.Errorf("%s is not a routing number: %w", stop.ODFI, err)
	} else {
		err = c.Switch.Turn(stop.ODFI, false, log)
	}
	if err == nil {
		err = c.Ledger.Audit(ctx, domain.LedgerClient, domain.DeliverySwitched{ODFI: stop.ODFI, Reason: stop.Reason})
	}
	return err
}

// DeliveryOrder turns delivery on for an ODFI, or for all.
type DeliveryOrder struct {
	ODFI string
	// Sent is the folder with the files that were sent after the backup, as an
	// absolute path; empty if nothing was sent.
	Sent string
}

// DeliveryOn imports the files that were sent after the backup and then turns
// delivery on.
func (c *Core) DeliveryOn(ctx context.Context, o DeliveryOrder) (restore.Report, error) {
	views, err := projections.Open(ctx, c.Folder.Views(), c.Store, projections.Options{})
	if err != nil {
		return restore.Report{}, err
	}
	report, err := c.deliveryOn(ctx, views, o)
	return report, errors.Join(err, views.Close())
}

// DeliveryOn is the same in a running server. A stream that is ahead of the log would
// turn delivery off again, under the next leader or at the next start, so it must be
// reset first.
func (s *Server) DeliveryOn(ctx context.Context, o DeliveryOrder) (restore.Report, error) {
	if err := s.awaitStream(ctx); err != nil {
		return restore.Report{}, err
	}
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := s.relay.Open(asking); errors.Is(err, relay.ErrFork) {
		return restore.Report{}, fmt.Errorf("nothing was changed: %w. Once you have looked at what it holds: achledger stream reset", err)
	}
	return s.deliveryOn(ctx, s.views, o)
}

// clientsODFIs are the ODFIs that clients originate through.
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

// setUpODFIs are those of the clients, and those that have settings.
func setUpODFIs(ctx context.Context, views *projections.Views) (map[string]bool, error) {
	all, err := clientsODFIs(ctx, views)
	if err != nil {
		return nil, err
	}
	receivers, err := views.Receivers(ctx)
	for _, routing := range receivers.Banks {
		all[routing] = true
	}
	return all, err
}

// switches says of each ODFI that was switched by itself whether its files may leave, and
// under "" that of all others. After a restore each ODFI is switched on by itself, and all
// others stay off: once there are no others, that is left out, or it would call somebody
// for ever.
func (s *Server) switches(ctx context.Context) map[string]bool {
	state := s.Switch.State()
	if state.Otherwise || s.someNeverSwitched(ctx, state.ODFIs) {
		state.ODFIs[""] = state.Otherwise
	}
	return state.ODFIs
}

// someNeverSwitched reports whether the switch of an ODFI that is set up was never
// turned by itself. A ledger without any ODFI has all of them ahead of it.
func (s *Server) someNeverSwitched(ctx context.Context, switched map[string]bool) bool {
	odfis, err := setUpODFIs(ctx, s.views)
	for odfi := range odfis {
		if _, ok := switched[odfi]; !ok {
			return true
		}
	}
	return err != nil || len(odfis) == 0
}

// known refuses an ODFI that no client, setting or file of the log has.
// Otherwise a typing error would turn on an ODFI that does not exist, and
// leave the intended one off.
func known(ctx context.Context, views *projections.Views, odfi string) error {
	if err := views.CatchUp(ctx); err != nil {
		return err
	}
	all, err := setUpODFIs(ctx, views)
	if err != nil {
		return err
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
		return fmt.Errorf("this ledger has no ODFI %s: none of its clients, banks or files names one", odfi)
	default:
		return fmt.Errorf("this ledger has no ODFI %s; it has %s", odfi, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
}

// restoreFor is the ledger as package restore writes to it. The delivery
// switch does not apply to it, as it records deliveries that have already
// happened.
func (c *Core) restoreFor(views *projections.Views, odfi string) (restore.Restore, error) {
	files, err := workers.NewFiles(workers.FilesConfig{Ledger: c.Ledger, Kept: c.Kept})
	if err != nil {
		return restore.Restore{}, err
	}
	uploads, err := workers.NewUploads(workers.UploadsConfig{
		Files:  files,
		Method: func(context.Context, string) (string, error) { return domain.ToOutbox, nil }, // for files started here; there are none
	})
	return restore.Restore{Ledger: c.Ledger, Views: views, Uploads: uploads, ODFI: odfi}, err
}

func (c *Core) deliveryOn(ctx context.Context, views *projections.Views, o DeliveryOrder) (report restore.Report, err error) {
	if err := nacha.ValidRouting(o.ODFI); err != nil {
		return report, fmt.Errorf("%s is not a routing number: %w", o.ODFI, err)
	}
	if err := known(ctx, views, o.ODFI); err != nil {
		return report, err
	}
	on, was := c.Switch.Allowed(o.ODFI)
	if on {
		return report, fmt.Errorf("delivery is on already for ODFI %s: switch it off first, so that nothing leaves while you say what did", o.ODFI)
	}
	if err := c.recordActedAlone(ctx, domain.ActDelivery, o.ODFI); err != nil {
		return report, err
	}
	if o.Sent != "" {
		restoring, err := c.restoreFor(views, o.ODFI)
		if err != nil {
			return report, err
		}
		if report, err = restoring.Take(ctx, o.Sent); err != nil {
			return report, err
		}
	}
	// Before the switch is set, so that the decision is on record before any
	// file leaves.
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
