package workers

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// AcknowledgedWithin is how long the operator may take to acknowledge a file,
// in business time.
const AcknowledgedWithin = time.Hour

const lateEvery = time.Minute

// LateFiles raises an alarm, once per process, for each file that was delivered
// and is not acknowledged in time, and for each that is not delivered although
// the deadline of an answer in it has passed.
type LateFiles struct {
	Views *projections.Views
	Clock ledger.Clock
	Log   *slog.Logger
}

// Run looks once a minute until ctx ends.
func (w LateFiles) Run(ctx context.Context) error {
	tick := time.NewTicker(lateEvery)
	defer tick.Stop()
	unacknowledged, overdue := alarmed{}, alarmed{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := w.Clock.Now()
		files, err := w.Views.UnacknowledgedFiles(ctx, now.Add(-AcknowledgedWithin))
		for _, f := range unacknowledged.first(files) {
			w.Log.Error("a file was delivered and the operator does not acknowledge it: ask for it", "file", f.ID, "name", f.Name,
				"odfi", f.ODFI, "delivered_at", f.DeliveredAt)
		}
		late, e := Overdue(ctx, w.Views, now)
		for _, f := range overdue.first(late) {
			w.Log.Error("a file is not delivered and the deadline of an answer in it has passed", "file", f.ID, "name", f.Name,
				"odfi", f.ODFI, "state", f.State, "deadline", f.LeaveBy)
		}
		if err = errors.Join(err, e); err != nil && ctx.Err() == nil {
			w.Log.Error("files that are late cannot be listed", "err", err)
		}
	}
}

// alarmed holds the ids of files that an alarm was raised for.
type alarmed map[string]bool

// first returns those of the files that no alarm was raised for yet.
func (a alarmed) first(files []projections.File) (list []projections.File) {
	for _, f := range files {
		if !a[f.ID] {
			a[f.ID] = true
			list = append(list, f)
		}
	}
	return list
}
