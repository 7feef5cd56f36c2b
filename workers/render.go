package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// RenderFile makes the bytes of a cut file from the log alone: the same bytes
// every time. They are not checked.
func RenderFile(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	var out bytes.Buffer
	if err := render(ctx, l, file, &out); err != nil {
		return nil, fmt.Errorf("render file %s: %w", file.ID, err)
	}
	return out.Bytes(), nil
}

func render(ctx context.Context, l *ledger.Ledger, file domain.File, out *bytes.Buffer) error {
	if file.Cut == nil {
		return errors.New("it is not cut yet")
	}
	w, err := nacha.NewWriter(out, file.Header(), lineEnding(file))
	if err != nil {
		return err
	}
	batch := 0
	err = eachFiled(ctx, l, file, func(e filedEntry) error {
		if e.batch != batch {
			if err := nextBatch(w, file, batch, e.batch); err != nil {
				return err
			}
			batch = e.batch
		}
		if err := e.open(l); err != nil {
			return err
		}
		return w.Entry(&e.Entry.Entry)
	})
	if err != nil {
		return err
	}
	if batch > 0 {
		if err := w.End(); err != nil {
			return err
		}
	}
	totals, err := w.Close()
	if err == nil && totals != file.Cut.Totals {
		err = fmt.Errorf("its totals are %+v, the log cut it with %+v", totals, file.Cut.Totals)
	}
	return err
}

// nextBatch closes a batch, unless it is before the first, and opens another.
func nextBatch(w *nacha.Writer, file domain.File, from, to int) error {
	if from > 0 {
		if err := w.End(); err != nil {
			return err
		}
	}
	if to < 1 || to > len(file.Batches) {
		return fmt.Errorf("an entry is in batch %d of %d", to, len(file.Batches))
	}
	return w.Begin(file.Batches[to-1].BatchHeader)
}

// open unseals what only the file may show: the account number, and the
// corrected data of a notification of change or of its refusal.
func (e *filedEntry) open(l *ledger.Ledger) (err error) {
	client, entry := e.transaction.Client, &e.Entry.Entry
	if entry.Account, err = l.OpenAccount(client, e.transaction.Account); err != nil {
		return err
	}
	switch {
	case entry.Correction != nil && e.item.Outgoing != nil:
		entry.Correction.Data, err = l.OpenData(client, e.item.Outgoing.Data)
	case entry.RefusedChange != nil:
		if to, ok := e.transaction.Item(e.item.ReplyTo); ok && to.Incoming != nil {
			entry.RefusedChange.Data, err = l.OpenData(client, to.Incoming.Data)
		}
	}
	return err
}

func lineEnding(file domain.File) string {
	if file.Opened.Settings.LineEnding == "CRLF" {
		return "\r\n"
	}
	return "\n"
}

// renderChecked makes a file's bytes and, at the same time, reads the log a
// second time for what they should say. It returns them only if the strict
// reader finds every field of every record so: what a batch says must be what
// each of its entries says of itself.
func renderChecked(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type expected struct {
		file nacha.File
		err  error
	}
	second := make(chan expected, 1)
	go func() {
		want, err := expectation(ctx, l, file)
		second <- expected{want, err}
	}()
	content, err := RenderFile(ctx, l, file)
	if err != nil {
		cancel()
		<-second
		return nil, err
	}
	want := <-second
	if want.err == nil {
		want.err = nacha.Compare(bytes.NewReader(content), want.file)
	}
	if want.err != nil {
		return content, fmt.Errorf("file %s does not say what the log says: %w", file.ID, want.err)
	}
	return content, nil
}

// expectation is the file as its transactions want it. Only what the cut
// decided is taken from the file's own events: number, service class and
// effective date of a batch, and the traces.
func expectation(ctx context.Context, l *ledger.Ledger, file domain.File) (nacha.File, error) {
	want := nacha.File{Header: file.Header()}
	err := eachFiled(ctx, l, file, func(e filedEntry) error {
		if e.batch < 1 || e.batch > len(file.Batches) {
			return fmt.Errorf("position %d: an entry is in batch %d of %d", e.position, e.batch, len(file.Batches))
		}
		if err := e.open(l); err != nil {
			return err
		}
		header := e.header(file.Batches[e.batch-1])
		if e.batch > len(want.Batches) {
			want.Batches = append(want.Batches, nacha.Batch{Header: header})
		}
		if e.batch != len(want.Batches) {
			return fmt.Errorf("position %d: an entry of batch %d stands among those of batch %d", e.position, e.batch, len(want.Batches))
		}
		b := &want.Batches[e.batch-1]
		if !sameHeader(header, b.Header) {
			return fmt.Errorf("position %d: an entry does not belong in batch %d", e.position, e.batch)
		}
		b.Entries = append(b.Entries, e.Entry.Entry)
		return nil
	})
	return want, err
}

// header is the entry's own, with what the cut decided about its batch.
func (e *filedEntry) header(b domain.FileBatch) nacha.BatchHeader {
	h := e.Entry.Header
	h.Number, h.ServiceClass, h.SettlementDay = b.Number, b.ServiceClass, ""
	if !b.Answers {
		h.EffectiveOn = b.EffectiveOn
	}
	return h
}

func sameHeader(a, b nacha.BatchHeader) bool {
	if (a.IAT == nil) != (b.IAT == nil) || a.IAT != nil && *a.IAT != *b.IAT {
		return false
	}
	a.IAT, b.IAT = nil, nil
	return a == b
}

// Bytes returns the bytes of a rendered file, for the client that downloads
// it: the sealed copy or, should it be lost, a new render. Neither is given
// out unless it is what was rendered first.
func (f *Files) Bytes(ctx context.Context, id string) ([]byte, error) {
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return nil, err
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

// Render makes, checks and keeps a cut file's bytes and records that it did.
// A file that is rendered already stays as it is.
func (f *Files) Render(ctx context.Context, file domain.File) error {
	if file.State != domain.FileIsCut {
		return nil
	}
	content, err := renderChecked(ctx, f.Ledger, file)
	if err != nil {
		return err
	}
	if err := f.keep(file.Opened.Client, outFolder, file.ID, content); err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	return f.append(ctx, "rendered", &file, domain.FileRendered{Name: file.Name(), SHA256: sum[:], Size: int64(len(content))})
}
