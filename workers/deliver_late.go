package workers

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// ListedFiles lists files, newest first.
type ListedFiles interface {
	Files(ctx context.Context, f projections.FileFilter) (files []projections.File, next string, err error)
}

// Unacknowledged lists the files that were delivered longer ago than patience
// and not acknowledged. ODFIs whose operator never acknowledged anything are
// left out.
func Unacknowledged(ctx context.Context, v ListedFiles, now time.Time, patience time.Duration) ([]projections.File, error) {
	answers := map[string]bool{}
	err := eachFile(ctx, v, func(f projections.File) { answers[f.ODFI] = true }, domain.FileIsAcked, domain.FileIsRefused)
	if err != nil || len(answers) == 0 {
		return nil, err
	}
	var waiting []projections.File
	err = eachFile(ctx, v, func(f projections.File) {
		if answers[f.ODFI] && now.Sub(f.DeliveredAt) >= patience {
			waiting = append(waiting, f)
		}
	}, domain.FileIsDelivered)
	return waiting, err
}

func eachFile(ctx context.Context, v ListedFiles, see func(projections.File), states ...domain.FileState) error {
	for cursor := ""; ; {
		files, next, err := v.Files(ctx, projections.FileFilter{States: states, Limit: 1000, Cursor: cursor})
		if err != nil {
			return err
		}
		for _, f := range files {
			see(f)
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}
