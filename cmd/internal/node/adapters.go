package node

import (
	"context"
	"errors"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/workers"
)

// filesOf gives package http access to the workers, which it must not import.
type filesOf struct{ *Server }

// Bytes implements api.Files. A file that was cut but not rendered yet is
// rendered first, as delivery would do a moment later.
func (f filesOf) Bytes(ctx context.Context, id string) ([]byte, error) {
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return nil, err
	}
	if file.State == domain.FileIsCut {
		if _, err := f.by.prepare(ctx, id); err != nil {
			return nil, err
		}
	}
	return f.workers().files.Bytes(ctx, id)
}

// Upload implements api.Files.
func (f filesOf) Upload(ctx context.Context, client string, content []byte, r api.FileRequest) (api.Uploaded, bool, error) {
	ctx, _ = f.here(ctx)
	a, err := f.workers().uploads.Upload(ctx, client, content, workers.Request(r))
	return uploaded(a), a.Replayed, refused(err)
}

// ACHFile implements api.Files.
func (f filesOf) ACHFile(ctx context.Context, client string, file api.ACHFile, r api.FileRequest) (api.Uploaded, bool, error) {
	ctx, _ = f.here(ctx)
	a, err := f.workers().uploads.UploadACHFile(ctx, client, workers.ACHFile{
		Key: file.Key, Asked: file.Sent, Batches: file.Batches, Settings: file.Header, Deliver: file.Deliver,
		Record: workers.ACHFileRecord{Name: file.Name, Asked: file.Asked, Accounts: file.Accounts, Originals: file.Originals, Named: file.Named, Offsets: file.Offsets},
	}, workers.Request(r))
	return uploaded(a), a.Replayed, refused(err)
}

// ACHFileAgain implements api.Files.
func (f filesOf) ACHFileAgain(ctx context.Context, client, key string, sent []byte) (api.Uploaded, bool, error) {
	ctx, _ = f.here(ctx)
	a, known, err := f.workers().uploads.ACHFileAgain(ctx, client, key, sent)
	return uploaded(a), known, refused(err)
}

// Again implements api.Files.
func (f filesOf) Again(ctx context.Context, id string) (api.Uploaded, error) {
	return f.by.again(ctx, id)
}

// Transactions implements api.Files.
func (f filesOf) Transactions(ctx context.Context, id string) ([]string, error) {
	return f.workers().uploads.Transactions(ctx, id)
}

func uploaded(a workers.OrderedFile) api.Uploaded {
	return api.Uploaded{
		FileID: a.FileID, Entries: a.Entries, DebitCents: a.DebitCents, CreditCents: a.CreditCents, Transactions: a.Transactions,
	}
}

// Confirm implements api.Files.
func (f filesOf) Confirm(ctx context.Context, id string) error {
	_, err := f.by.confirm(ctx, id)
	return err
}

// Resend implements api.Files.
func (f filesOf) Resend(ctx context.Context, id string) error {
	_, err := f.by.resend(ctx, id)
	return err
}

// Release implements api.Files.
func (f filesOf) Release(ctx context.Context, id string, command domain.ReleaseFile) error {
	_, err := f.by.release(ctx, releaseAsk{id, command})
	return err
}

// guardPort gives package http access to the guard.
type guardPort struct{ *Server }

// Exposure implements api.Guard.
func (g guardPort) Exposure(ctx context.Context, from calendar.Date) ([]guard.Line, error) {
	return g.by.exposure(ctx, from)
}

// refused converts the workers' "delivery is off" into a refusal that http
// maps to a status.
func refused(err error) error {
	var off *workers.DeliveryOffError
	if errors.As(err, &off) {
		return domain.Refuse(domain.DeliveryOff, "%s", off)
	}
	return err
}
