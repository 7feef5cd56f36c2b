package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// write delivers a file under its final name, to a server that does not rename.
// The bank may take the file from the first byte on, so it is recorded as one
// that may have left before that byte is sent. After anything but success of
// the server, including a crash, it is unknown whether the file was delivered.
func (l *lane) write(ctx context.Context, to Deliverer, file domain.File, content []byte, encrypted *domain.Encrypted) error {
	name := file.Rendered.Name
	begin := domain.BeginDelivery{Method: domain.BySFTP, Temporary: name, Encrypted: encrypted}
	if err := l.Files.letGo(context.WithoutCancel(ctx), "delivering", file, begin); err != nil {
		return err
	}
	file, err := l.Files.Ledger.File(ctx, file.ID)
	if err != nil {
		return err
	}
	if err := to.Stage(ctx, name, content); err != nil {
		if failed := l.unknown(context.WithoutCancel(ctx), file, "the bank's server did not confirm it: "+err.Error()); failed != nil {
			return failed
		}
		return err
	}
	l.unrecorded.note(file.ID, file.Temporary())
	if err := l.Files.at("after begin"); err != nil {
		return err
	}
	return l.end(ctx, to, file)
}
