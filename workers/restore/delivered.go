package restore

import (
	"bytes"
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers"
)

// delivered records that a cut file went out, unless the log says so already.
// The log must render the same file. If it was dated again after the backup,
// that is recorded first.
func (r Restore) delivered(ctx context.Context, f *file, id string) error {
	file, err := r.Ledger.File(ctx, id)
	if err != nil || file.Transmitted() || file.Opened.Method == domain.ByDownload && file.Rendered != nil {
		return err // only the client knows what became of a file to download
	}
	if file.Answered.TakenBack {
		return fmt.Errorf("the log released %s as one that never left, and its entries wait: reject or recall those, and settle it with the bank", f.name())
	}
	before := file
	before.Batches = append([]domain.FileBatch(nil), file.Batches...)
	left := domain.HadLeft{Again: file.RedatedTo(f.effective())}
	if left.Again != nil {
		file.Evolve(domain.Fact{Event: left.Again, Version: file.Version})
	}
	content, err := r.same(ctx, f, file)
	if err != nil {
		return err
	}
	if file.State == domain.FileIsCut || file.State == domain.FileIsHeld { // rendered, or approved by a person, after the backup
		if left.RenderFile, err = r.Uploads.Files.KeepRendered(file, content); err != nil {
			return err
		}
	}
	events, err := left.Decide(before)
	if err != nil {
		return err
	}
	_, err = r.Ledger.Write(ctx, ledger.Change{
		Stream: domain.FileStream(id), Client: file.Opened.Client, Expect: before.Version, Events: events,
	})
	return err
}

// same renders a file from the log and makes sure that it is the one that went
// out.
func (r Restore) same(ctx context.Context, f *file, file domain.File) ([]byte, error) {
	content, err := workers.RenderFile(ctx, r.Ledger, file)
	if err != nil {
		return nil, err
	}
	rendered, err := nacha.Check(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if rendered.Hash != f.summary.Hash { // of the records: line ends and padding may differ
		return nil, fmt.Errorf("the log calls another file %s: compare them with achledger files cat %s --clear, and settle it with the bank", f.name(), file.ID)
	}
	return content, nil
}
