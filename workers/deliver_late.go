package workers

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// Unacknowledged lists the files that were delivered longer ago than wait
// and not acknowledged. ODFIs whose operator never acknowledged anything are
// left out.
func Unacknowledged(ctx context.Context, v interface {
	UnacknowledgedFiles(ctx context.Context, deliveredUntil time.Time) ([]projections.File, error)
}, now time.Time, wait time.Duration) ([]projections.File, error) {
	return v.UnacknowledgedFiles(ctx, now.Add(-wait))
}

// OldestUnsent returns when the oldest cut file of each ODFI was cut that is not
// delivered, by the ODFI's nine-digit routing number. It leaves out files whose
// delivery is unknown, and those of ODFIs whose files may not leave.
func OldestUnsent(ctx context.Context, v interface {
	UnfinishedFiles(ctx context.Context) ([]projections.File, error)
}, allowed func(odfi string) bool) (map[string]time.Time, error) {
	files, err := v.UnfinishedFiles(ctx)
	oldest := map[string]time.Time{}
	for _, f := range files {
		if f.State == domain.FileOpen || f.State == domain.DeliveryUnknown || !allowed(f.ODFI) {
			continue
		}
		if at, is := oldest[f.ODFI]; !is || f.CutAt.Before(at) {
			oldest[f.ODFI] = f.CutAt
		}
	}
	return oldest, err
}
