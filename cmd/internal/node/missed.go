package node

import (
	"context"
	"time"

	"github.com/achledger/achledger/workers"
)

// How long the operator may take to acknowledge a file, in business time, and
// how often that is looked at.
const (
	acknowledgedWithin = time.Hour
	missedEvery        = time.Minute
)

// missed raises an alarm, once in the life of the process, for each file that
// was delivered and is not acknowledged in time.
func (s *Server) missed(ctx context.Context) error {
	tick := time.NewTicker(missedEvery)
	defer tick.Stop()
	alarmed := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		files, err := workers.Unacknowledged(ctx, s.views, s.Ledger.Now(), acknowledgedWithin)
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error("files that are not acknowledged cannot be listed", "err", err)
			}
			continue
		}
		for _, f := range files {
			if !alarmed[f.ID] {
				alarmed[f.ID] = true
				s.log.Error("a file was delivered and the operator does not acknowledge it: ask for it", "file", f.ID, "name", f.Name,
					"odfi", f.ODFI, "delivered_at", f.DeliveredAt)
			}
		}
	}
}
