package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Acts carries out approved requests that change something outside the log.
// Each is carried out once, even if the process stops between the approval and
// the act.
type Acts struct {
	Ledger *ledger.Ledger
	Views  interface {
		CatchUp(ctx context.Context) error
		UndoneApprovals(ctx context.Context) ([]string, error)
	}
	// Do holds the function that carries out each action.
	Do     map[domain.Action]func(ctx context.Context, asked *domain.ApprovalAsked) error
	Switch DeliverySwitch
	Log    *slog.Logger

	busy locks
}

// actsEvery is the time between two searches for unfinished acts.
const actsEvery = time.Minute

// Run carries out approved requests that an earlier process left unfinished,
// until ctx ends.
func (a *Acts) Run(ctx context.Context) error {
	tick := time.NewTicker(actsEvery)
	defer tick.Stop()
	for {
		if err := a.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("approved requests were not looked at", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep carries out every request that is approved and not done.
func (a *Acts) Sweep(ctx context.Context) error {
	if err := a.Views.CatchUp(ctx); err != nil {
		return err
	}
	ids, err := a.Views.UndoneApprovals(ctx)
	for _, id := range ids {
		err = errors.Join(err, a.CarryOut(ledger.WithWorker(ctx, "approvals"), id))
	}
	return err
}

// CarryOut carries out an approved request and records the end. A refusal or a
// fault is an end too: it is recorded and not tried again, because nobody knows
// when another try would succeed. When the process stops, or something is in the
// way that ends by itself, such as a database that is away, a full disk or a
// pause of delivery, the act stays open for Run. An act of which the log shows
// that it began before a stop is not begun again: the worker that takes up such
// unfinished work completes it.
func (a *Acts) CarryOut(ctx context.Context, id string) error {
	unlock, err := a.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	approval, err := ledger.Load(ctx, a.Ledger, ledger.ApprovalStream(id))
	if err != nil || approval.Ended != domain.ApprovalGranted || approval.Done || approval.Failed != "" {
		return err
	}
	ctx = ledger.WithApproval(ctx, id)
	failed := a.act(ctx, approval)
	if failed != nil && (ctx.Err() != nil || a.passing(failed)) {
		return failed
	}
	end := domain.EndAct{}
	if failed != nil {
		end.Failed = failed.Error()
		a.Log.Error("an approved request could not be carried out", "approval", id, "action", approval.Asked.Action, "err", failed)
	}
	_, err = ledger.Execute(ctx, a.Ledger, ledger.ApprovalStream(id), end.Decide)
	return errors.Join(failed, err)
}

// passing reports whether an error leaves the act open for the next Sweep: what
// was in its way ends without a person.
func (a *Acts) passing(err error) bool {
	var off *DeliveryOffError
	if errors.As(err, &off) {
		return !a.Switch.SwitchedOff(off.ODFI)
	}
	for _, ends := range []error{
		eventstore.ErrUnknownOutcome, eventstore.ErrFailed, eventstore.ErrClosed, eventstore.ErrNotLeader, eventstore.ErrAway,
		eventstore.ErrStorageFull, eventstore.ErrDeliveryOff, eventstore.ErrNotKnown, projections.ErrBehind,
	} {
		if errors.Is(err, ends) {
			return true
		}
	}
	return ledger.Contended(err)
}

func (a *Acts) act(ctx context.Context, approval domain.Approval) error {
	act := approval.Asked.Act
	if act.Stream != "" {
		began, err := a.Ledger.BeganUnder(ctx, act.Stream, act.Version, approval.ID)
		if began || err != nil {
			return err
		}
	}
	do, ok := a.Do[approval.Asked.Action]
	if !ok {
		return fmt.Errorf("nobody knows how to do %s", approval.Asked.Action)
	}
	return do(ctx, approval.Asked)
}
