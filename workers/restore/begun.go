package restore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// begin finds the event that opened the file, if the log has it: the backup was
// made, or an earlier run ended, while the file was being filled or before
// that. Otherwise it makes one. claimed are the open files that were recognized
// as other files of the folder.
func (t *fileImport) begin(ctx context.Context, claimed map[string]bool) error {
	open, err := t.open(ctx)
	if err != nil {
		return err
	}
	for _, row := range open {
		if claimed[row.ID] {
			continue
		}
		file, err := t.Ledger.File(ctx, row.ID)
		if err != nil {
			return err
		}
		same, asked, err := t.is(ctx, file)
		if err != nil {
			return err
		}
		if same {
			claimed[row.ID] = true
			t.opened, t.asked = file.Opened, asked
			if file.Opened.Upload != nil {
				if t.beside, err = t.Uploads.Beside(file); err != nil {
					return err
				}
			}
			return t.resume(ctx)
		}
	}
	client, err := t.clientOf(ctx, t.file, t.waiting)
	if err != nil {
		return err
	}
	for _, o := range t.file.offsets {
		if len(t.waiting.exact[client][o.exact]) > 0 {
			t.file.join() // a waiting payment has the records of this offset
			break
		}
	}
	sum := sha256.Sum256(t.file.content)
	t.opened = domain.FileOpened{
		FileID: uuid.NewSHA1(uuid.NameSpaceOID, sum[:]).String(), Client: client, ODFI: t.ODFI,
		Why: domain.WhySent, Settings: t.file.settings(), Method: domain.ToOutbox,
	}
	return nil
}

// open returns the ODFI's files that were opened and not cut.
func (r Restore) open(ctx context.Context) (open []projections.File, err error) {
	files, err := r.Views.UnfinishedFiles(ctx)
	for _, row := range files {
		if row.State == domain.FileOpen && row.ODFI == r.ODFI {
			open = append(open, row)
		}
	}
	return open, err
}

// is reports whether an open file is the one that went out: its first entry has
// the same trace or, if nothing is filed in it, its client asked for the same
// entries. asked are the entries that the client of such a file asked for.
func (t *fileImport) is(ctx context.Context, file domain.File) (same bool, asked []workers.Asked, err error) {
	first := ""
	err = t.Views.FileEntries(ctx, file.ID, func(e projections.FileEntry) error {
		first = cmp.Or(first, e.Trace)
		return nil
	})
	same = first == t.file.entries[0].Trace
	if err != nil || file.Opened.Upload == nil || first != "" && !same {
		return same, nil, err
	}
	asked, err = t.asks(file)
	return asked != nil, asked, err
}

var errOther = errors.New("another file")

// asks reads the entries that a client asked for; nil if they are not those of
// the file that went out.
func (t *fileImport) asks(file domain.File) (asked []workers.Asked, err error) {
	all := len(t.file.entries) + len(t.file.offsets)
	asked, probes, err := probesOf(t.Uploads, file, all)
	if err == nil && len(asked) == all {
		t.file.join() // the client sent what looks like offsets
	}
	if errors.Is(err, errOther) || err == nil && len(asked) != len(t.file.entries) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := t.records(probes)
	if err != nil {
		return nil, err
	}
	for n, e := range t.file.entries {
		if found[n].exact != e.exact {
			return nil, nil
		}
	}
	return asked, nil
}

// probesOf reads the entries that a client asked for. More than most of them
// are errOther; a negative most is no limit.
func probesOf(uploads *workers.Uploads, file domain.File, most int) (asked []workers.Asked, probes []probe, err error) {
	err = uploads.EachAsked(file, func(a workers.Asked) error {
		if len(asked) == most {
			return errOther
		}
		transaction := domain.Transaction{Client: file.Opened.Client}
		transaction.Evolve(domain.Fact{Event: &a.Originated, Version: 1})
		entry, err := transaction.EntryOf(transaction.Origination())
		if err != nil {
			return err
		}
		entry.Entry.Account = a.Number
		asked, probes = append(asked, a), append(probes, probe{entry.Header, entry.Entry})
		return nil
	})
	return asked, probes, err
}
