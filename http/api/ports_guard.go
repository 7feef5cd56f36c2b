package api

import (
	"context"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
)

// Guard is what this package needs of the worker that judges waiting entries.
type Guard interface {
	// Exposure returns how much of each limit is used on each day from the given
	// one on, as the views show it.
	Exposure(ctx context.Context, from calendar.Date) ([]guard.Line, error)
}
