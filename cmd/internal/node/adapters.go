package node

import (
	"context"
	"errors"
	"net/http"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/workers"
)

// filesOf lets the door reach the workers, which it must not import.
type filesOf struct{ *Server }

// Bytes implements api.Files. A file that was cut just now is worked on
// first, as delivery will do in a moment anyway.
func (f filesOf) Bytes(ctx context.Context, id string) ([]byte, error) {
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return nil, err
	}
	if file.State == domain.FileIsCut {
		if err := f.leads(ctx); err != nil {
			return nil, err
		}
		if err := f.crew().delivery.Prepare(ctx, id); err != nil {
			return nil, err
		}
	}
	return f.crew().files.Bytes(ctx, id)
}

// Upload implements api.Files.
func (f filesOf) Upload(ctx context.Context, client string, content []byte, r api.FileRequest) (api.Uploaded, bool, error) {
	if err := f.leads(ctx); err != nil {
		return api.Uploaded{}, false, err
	}
	a, err := f.crew().uploads.Upload(ctx, client, content, workers.Request(r))
	return uploaded(a), a.Replayed, refused(err)
}

// ACHFile implements api.Files.
func (f filesOf) ACHFile(ctx context.Context, client string, file api.ACHFile, r api.FileRequest) (api.Uploaded, bool, error) {
	if err := f.leads(ctx); err != nil {
		return api.Uploaded{}, false, err
	}
	a, err := f.crew().uploads.UploadACHFile(ctx, client, workers.ACHFile{
		Key: file.Key, Asked: file.Sent, Content: file.Content, Settings: file.Header, Deliver: file.Deliver,
		Record: workers.ACHFileRecord{Name: file.Name, Asked: file.Asked, Accounts: file.Accounts, Originals: file.Originals, Named: file.Named},
	}, workers.Request(r))
	return uploaded(a), a.Replayed, refused(err)
}

// ACHFileAgain implements api.Files.
func (f filesOf) ACHFileAgain(ctx context.Context, client, key string, sent []byte) (api.Uploaded, bool, error) {
	a, known, err := f.crew().uploads.ACHFileAgain(ctx, client, key, sent)
	return uploaded(a), known, refused(err)
}

// Again implements api.Files.
func (f filesOf) Again(ctx context.Context, id string) (api.Uploaded, error) {
	if err := f.leads(ctx); err != nil {
		return api.Uploaded{}, err
	}
	a, err := f.crew().uploads.Again(ctx, id)
	return uploaded(a), refused(err)
}

// Transactions implements api.Files.
func (f filesOf) Transactions(ctx context.Context, id string) ([]string, error) {
	return f.crew().uploads.Transactions(ctx, id)
}

func uploaded(a workers.OrderedFile) api.Uploaded {
	return api.Uploaded{
		FileID: a.FileID, Entries: a.Entries, DebitCents: a.DebitCents, CreditCents: a.CreditCents, Transactions: a.Transactions,
	}
}

// Confirm implements api.Files.
func (f filesOf) Confirm(ctx context.Context, id string) error {
	if err := f.leads(ctx); err != nil {
		return err
	}
	return refused(f.crew().delivery.Confirm(ctx, id))
}

// Resend implements api.Files.
func (f filesOf) Resend(ctx context.Context, id string) error {
	if err := f.leads(ctx); err != nil {
		return err
	}
	return refused(f.crew().delivery.Resend(ctx, id))
}

// Release implements api.Files.
func (f filesOf) Release(ctx context.Context, id string, command domain.ReleaseFile) error {
	if err := f.leads(ctx); err != nil {
		return err
	}
	return refused(f.crew().files.Release(ctx, id, command))
}

// guardPort lets the door reach the guard.
type guardPort struct{ *Server }

// Exposure implements api.Guard.
func (g guardPort) Exposure(ctx context.Context, from calendar.Date) ([]guard.Line, error) {
	if err := g.leads(ctx); err != nil {
		return nil, err
	}
	return g.crew().guard.Exposure(ctx, from)
}

// refused turns a switched-off delivery into a refusal the door knows.
func refused(err error) error {
	var off *workers.DeliveryOffError
	if errors.As(err, &off) {
		return domain.Refuse(domain.DeliveryOff, "%s", off)
	}
	return err
}

// commands are what the control socket answers.
func (s *Server) commands() http.Handler {
	mux := http.NewServeMux()
	control.Answer(mux, "delivery", s.DeliveryState)
	control.Answer(mux, "delivery/off", s.DeliveryOff)
	control.Answer(mux, "delivery/on", s.DeliveryOn)
	control.Answer(mux, "credentials/accept", s.AcceptCredentials)
	control.Answer(mux, "operators", s.Operators)
	control.Answer(mux, "operators/add", s.AddOperator)
	control.Answer(mux, "operators/link", s.LinkOperator)
	control.Answer(mux, "operators/disable", s.DisableOperator)
	control.Answer(mux, "keys/rotate", s.RotateKeys)
	control.Answer(mux, "keys/destroy", s.DestroyKeys)
	control.Answer(mux, "keys/ops", s.IssueOperations)
	control.Answer(mux, "stream", func(ctx context.Context, _ Nothing) (relay.Comparison, error) {
		return relay.Compare(ctx, s.broker.conn, s.Store)
	})
	control.Answer(mux, "ingest", s.Ingest)
	control.Answer(mux, "clock", s.clock)
	return s.onLeader(mux)
}
