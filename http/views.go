package http

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// Views answers lists. It is what this package needs of the views.
type Views interface {
	// WaitFor returns when the views have reached a position, or
	// projections.ErrBehind when they have not in time.
	WaitFor(ctx context.Context, position int64) error
	// Items lists items in log order; next is the cursor of the page behind,
	// or "" when there is none.
	Items(ctx context.Context, f projections.ItemFilter) (items []projections.Item, next string, err error)
}

// Directory knows clients and credentials, from memory, as the log has them.
type Directory interface {
	Client(id string) (domain.Client, bool)
	Credential(key string) (domain.Credential, bool)
}
