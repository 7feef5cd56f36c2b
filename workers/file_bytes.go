package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
)

// Bytes returns the bytes of a rendered file, for the client that downloads it:
// the sealed copy or, if that is lost, a new render. It returns only bytes with
// the hash that was recorded.
func (f *Files) Bytes(ctx context.Context, id string) ([]byte, error) {
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return nil, err
	}
	switch file.State {
	case domain.FileIsReleased:
		return nil, domain.Refuse(domain.TooLate, "file %s was released: its entries are not sent in it", id)
	case domain.FileIsRejected:
		return nil, domain.Refuse(domain.TooLate, "file %s was rejected: %s", id, file.Note)
	case domain.FileIsHeld:
		return nil, domain.Refuse(domain.HeldForPerson, "file %s is held: %s", id, file.Note)
	}
	if file.Rendered == nil || file.State == domain.FileIsCut {
		return nil, domain.Refuse(domain.NotFound, "file %s is not rendered yet", id)
	}
	content, err := f.kept(file.Opened.Client, outFolder, id)
	if errors.Is(err, fs.ErrNotExist) {
		content, err = RenderFile(ctx, f.Ledger, file)
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], file.Rendered.SHA256) {
		return nil, fmt.Errorf("file %s: the kept copy is not what was rendered", id)
	}
	return content, nil
}

// Render makes, checks and keeps the bytes of a cut file, and records that. A
// file that is already rendered is left as it is.
func (f *Files) Render(ctx context.Context, file domain.File) (err error) {
	if file.State != domain.FileIsCut {
		return nil
	}
	if file.ToJudge() && f.Guard != nil {
		if stopped, err := f.judge(ctx, file); stopped || err != nil {
			return err
		}
	}
	ctx, end := traced(ctx, "render", file.ID)
	defer end(&err)
	linkPayments(ctx, f.Ledger, file)
	content, err := renderVerified(ctx, f.Ledger, file)
	var wrong *ExchangedError
	if errors.As(err, &wrong) {
		return f.setAside(ctx, file, wrong)
	}
	if errors.Is(err, seal.ErrDestroyed) {
		f.Log.Warn("a file is taken back, as its client's keys were destroyed", "file", file.ID, "client", file.Opened.Client)
		return f.dropLocked(ctx, file.ID, reasonErased)
	}
	if err != nil {
		return err
	}
	rendered, err := f.KeepRendered(file, content)
	if err != nil {
		return err
	}
	return f.record(ctx, "rendered", file, rendered)
}

// KeepRendered keeps a sealed copy of a cut file's bytes. The caller has to
// execute the command that it returns.
func (f *Files) KeepRendered(file domain.File, content []byte) (domain.RenderFile, error) {
	sum := sha256.Sum256(content)
	return domain.RenderFile{SHA256: sum[:], Size: int64(len(content))},
		f.keep(file.Opened.Client, outFolder, file.ID, content)
}
