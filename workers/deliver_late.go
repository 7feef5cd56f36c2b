package workers

import (
	"context"
	"time"

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
