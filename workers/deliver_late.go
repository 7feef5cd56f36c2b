package workers

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

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
