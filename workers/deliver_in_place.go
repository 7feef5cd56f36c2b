package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// write delivers a file under its final name, to a server where nothing is
// renamed. From the first byte on the bank may take it, so it counts as one that
// may have left before that; anything but the server's success, a crash
// included, leaves nobody who knows whether it has.
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
	l.unrecorded.add(file)
	if err := l.Files.at("after begin"); err != nil {
		return err
	}
	return l.end(ctx, to, file)
}
