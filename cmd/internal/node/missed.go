package node

import (
	"context"
	"errors"
	"time"

	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// How long the operator may take to acknowledge a file, in business time, and
// how often that is looked at.
const (
	acknowledgedWithin = time.Hour
	missedEvery        = time.Minute
)

// missed raises an alarm, once in the life of the process, for each file that
// was delivered and is not acknowledged in time, and for each that is not
// delivered although the deadline of an answer in it has passed.
func (s *Server) missed(ctx context.Context) error {
	tick := time.NewTicker(missedEvery)
	defer tick.Stop()
	unacknowledged, overdue := alarmed{}, alarmed{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := s.Ledger.Now()
		files, err := workers.Unacknowledged(ctx, s.views, now, acknowledgedWithin)
		for _, f := range unacknowledged.first(files) {
			s.log.Error("a file was delivered and the operator does not acknowledge it: ask for it", "file", f.ID, "name", f.Name,
				"odfi", f.ODFI, "delivered_at", f.DeliveredAt)
		}
		late, e := workers.Overdue(ctx, s.views, now)
		for _, f := range overdue.first(late) {
			s.log.Error("a file is not delivered and the deadline of an answer in it has passed", "file", f.ID, "name", f.Name,
				"odfi", f.ODFI, "state", f.State, "deadline", f.LeaveBy)
		}
		if err = errors.Join(err, e); err != nil && ctx.Err() == nil {
			s.log.Error("files that are late cannot be listed", "err", err)
		}
	}
}

// alarmed are the files that an alarm was raised for.
type alarmed map[string]bool

// first is what of the files no alarm was raised for yet.
func (a alarmed) first(files []projections.File) (list []projections.File) {
	for _, f := range files {
		if !a[f.ID] {
			a[f.ID] = true
			list = append(list, f)
		}
	}
	return list
}
