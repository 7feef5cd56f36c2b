package node

import (
	"context"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/workers/inbound"
)

// newDesk makes the worker that takes in what comes from the bank. The inbox
// is watched only by a server that runs.
func newDesk(c *Core, views inbound.Views, config inbound.Config) (*inbound.Desk, error) {
	config.Ledger, config.Views, config.Kept = c.Ledger, views, c.Kept
	return inbound.New(config)
}

// deskOf lets the door reach the desk, which it must not import.
type deskOf struct{ *Server }

// Accept implements api.Desk.
func (d deskOf) Accept(ctx context.Context, name, source string, content io.Reader) (taken []api.TakenIn, err error) {
	o, err := d.desk.Accept(ctx, name, source, content)
	for _, o := range o.Files() {
		taken = append(taken, api.TakenIn{ID: o.ID, State: o.State})
	}
	return taken, err
}

// Judge implements api.Desk.
func (d deskOf) Judge(ctx context.Context, id, reason string, batch int, asIs bool) (string, error) {
	return d.desk.Judge(ctx, id, inbound.Rejudge{Reason: reason, Batch: batch, AsIs: asIs})
}

// Intake implements api.Desk.
func (d deskOf) Intake(ctx context.Context, name, source string, content io.Reader) (id, state string, err error) {
	o, err := d.desk.Intake(ctx, name, source, content)
	return o.ID, o.State, err
}

// Acknowledge implements api.Desk.
func (d deskOf) Acknowledge(ctx context.Context, a ack.Acknowledgement) (domain.File, error) {
	return d.files.Acknowledge(ctx, d.views, a)
}

// Assign implements api.Desk.
func (d deskOf) Assign(ctx context.Context, entry, client, transaction string) (string, error) {
	return d.desk.Assign(ctx, entry, client, transaction)
}

// Return implements api.Desk.
func (d deskOf) Return(ctx context.Context, entry, code string) (string, error) {
	return d.desk.Return(ctx, entry, code)
}

// Dismiss implements api.Desk.
func (d deskOf) Dismiss(ctx context.Context, entry, reason string) error {
	return d.desk.Dismiss(ctx, entry, reason)
}
