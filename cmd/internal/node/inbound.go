package node

import (
	"context"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/workers/inbound"
)

// newIntake makes the worker that takes in what comes from the bank. The inbox
// is watched only by a server that runs.
func newIntake(c *Core, views inbound.Views, config inbound.Config) (*inbound.Intake, error) {
	config.Ledger, config.Views, config.Kept = c.Ledger, views, c.Kept
	return inbound.New(config)
}

// inboundPort lets the door reach the intake, which it must not import.
type inboundPort struct{ *Server }

// Accept implements api.Inbound.
func (p inboundPort) Accept(ctx context.Context, name, source string, content io.Reader) (taken []api.TakenIn, err error) {
	if err := p.leads(ctx); err != nil {
		return nil, err
	}
	o, err := p.crew().intake.Accept(ctx, name, source, content)
	for _, o := range o.Files() {
		taken = append(taken, api.TakenIn{ID: o.ID, State: o.State})
	}
	return taken, err
}

// Judge implements api.Inbound.
func (p inboundPort) Judge(ctx context.Context, id, reason string, batch int, asIs bool) (string, error) {
	if err := p.leads(ctx); err != nil {
		return "", err
	}
	return p.crew().intake.Judge(ctx, id, inbound.Rejudge{Reason: reason, Batch: batch, AsIs: asIs})
}

// Take implements api.Inbound.
func (p inboundPort) Take(ctx context.Context, name, source string, content io.Reader) (id, state string, err error) {
	if err := p.leads(ctx); err != nil {
		return "", "", err
	}
	o, err := p.crew().intake.Take(ctx, name, source, content)
	return o.ID, o.State, err
}

// Acknowledge implements api.Inbound.
func (p inboundPort) Acknowledge(ctx context.Context, a ack.Acknowledgement) (domain.File, error) {
	if err := p.leads(ctx); err != nil {
		return domain.File{}, err
	}
	return p.crew().files.Acknowledge(ctx, p.views, a)
}

// Assign implements api.Inbound.
func (p inboundPort) Assign(ctx context.Context, entry, client, transaction string) (string, error) {
	if err := p.leads(ctx); err != nil {
		return "", err
	}
	return p.crew().intake.Assign(ctx, entry, client, transaction)
}

// Return implements api.Inbound.
func (p inboundPort) Return(ctx context.Context, entry, code string) (string, error) {
	if err := p.leads(ctx); err != nil {
		return "", err
	}
	return p.crew().intake.Return(ctx, entry, code)
}

// Dismiss implements api.Inbound.
func (p inboundPort) Dismiss(ctx context.Context, entry, reason string) error {
	if err := p.leads(ctx); err != nil {
		return err
	}
	return p.crew().intake.Dismiss(ctx, entry, reason)
}
