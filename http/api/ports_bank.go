package api

import (
	"context"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// Inbound is what this package needs of the workers that take in what comes from
// the bank.
type Inbound interface {
	// Accept keeps a file, or several that follow one another, and has them applied
	// later.
	Accept(ctx context.Context, name, source string, content io.Reader) ([]TakenIn, error)
	// Take returns once the file is applied.
	Take(ctx context.Context, name, source string, content io.Reader) (id, state string, err error)
	// Acknowledge applies what the operator said about one of our files.
	Acknowledge(ctx context.Context, a ack.Acknowledgement) (domain.File, error)
	// Assign, Return and Dismiss settle an unmatched entry. Assign and Return
	// return the id of the transaction it became.
	Assign(ctx context.Context, entry, client, transaction string) (string, error)
	Return(ctx context.Context, entry, code string) (string, error)
	Dismiss(ctx context.Context, entry, reason string) error
	// Judge judges a quarantined file, or one batch of it, again.
	Judge(ctx context.Context, id, reason string, batch int, asIs bool) (state string, err error)
}

// TakenIn is a file that was handed in.
type TakenIn struct {
	ID    string `json:"id"`
	State string `json:"state"`
}
