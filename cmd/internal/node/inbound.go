package node

import (
	"context"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/workers/inbound"
)

// newIntake makes the worker that takes in files from the bank. Only a running
// server watches the inbox.
func newIntake(c *Core, views inbound.Views, config inbound.Config) (*inbound.Intake, error) {
	config.Ledger, config.Views, config.Kept, config.Spool = c.Ledger, views, c.Kept, c.Folder.Spool()
	return inbound.New(config)
}

// inboundPort gives package http access to the intake, which it must not
// import.
type inboundPort struct{ *Server }

// Accept implements api.Inbound.
func (p inboundPort) Accept(ctx context.Context, name, source string, content io.Reader) ([]api.TakenIn, error) {
	return handIn(ctx, p.Server, p.by.accept, handedIn{Name: name, Source: source, content: content})
}

// Judge implements api.Inbound.
func (p inboundPort) Judge(ctx context.Context, id, reason string, batch int, asIs bool) (string, error) {
	return p.by.judge(ctx, judgeAsk{ID: id, Reason: reason, Batch: batch, AsIs: asIs})
}

// Take implements api.Inbound.
func (p inboundPort) Take(ctx context.Context, name, source string, content io.Reader) (id, state string, err error) {
	taken, err := handIn(ctx, p.Server, p.by.take, handedIn{Name: name, Source: source, content: content})
	return taken.ID, taken.State, err
}

// Acknowledge implements api.Inbound.
func (p inboundPort) Acknowledge(ctx context.Context, a ack.Acknowledgement) (domain.File, error) {
	id, err := p.by.acknowledge(ctx, a)
	if err != nil {
		return domain.File{}, err
	}
	return p.Ledger.File(ctx, id)
}

// Assign implements api.Inbound.
func (p inboundPort) Assign(ctx context.Context, entry, client, transaction string) (string, error) {
	return p.by.assign(ctx, entryAsk{Entry: entry, Client: client, Transaction: transaction})
}

// Return implements api.Inbound.
func (p inboundPort) Return(ctx context.Context, entry, code string) (string, error) {
	return p.by.giveBack(ctx, entryAsk{Entry: entry, Code: code})
}

// Dismiss implements api.Inbound.
func (p inboundPort) Dismiss(ctx context.Context, entry, reason string) error {
	_, err := p.by.dismiss(ctx, entryAsk{Entry: entry, Reason: reason})
	return err
}
