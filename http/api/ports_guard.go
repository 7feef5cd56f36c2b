package api

import (
	"context"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
)

// Guard is what this package needs of the worker that judges what waits.
type Guard interface {
	// Exposure says what is used of limits on each day from one on, by what
	// the views show.
	Exposure(ctx context.Context, from calendar.Date) ([]guard.Line, error)
}
