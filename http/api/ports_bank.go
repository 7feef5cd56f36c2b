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
	// Accept keeps a file, or several that stand one after the other, and lets
	// them be applied; Intake answers when it has been.
	Accept(ctx context.Context, name, source string, content io.Reader) ([]TakenIn, error)
	Take(ctx context.Context, name, source string, content io.Reader) (id, state string, err error)
	// Acknowledge applies what the operator says about a file of ours.
	Acknowledge(ctx context.Context, a ack.Acknowledgement) (domain.File, error)
	// Assign, Return and Dismiss decide about an entry that waits. Assign and
	// Return answer the transaction it became.
	Assign(ctx context.Context, entry, client, transaction string) (string, error)
	Return(ctx context.Context, entry, code string) (string, error)
	Dismiss(ctx context.Context, entry, reason string) error
	// Judge judges a file in quarantine, or one batch of it, again.
	Judge(ctx context.Context, id, reason string, batch int, asIs bool) (state string, err error)
}

// TakenIn is a file that was handed in.
type TakenIn struct {
	ID    string `json:"id"`
	State string `json:"state"`
}
