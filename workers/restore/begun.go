package restore

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// begin finds the file's first event: the one it has if the backup was made, or
// an earlier run ended, while it was being filled or about to be. Claimed are
// the open files that others of the folder are.
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
			t.file.join() // a payment waits that looks like an offset
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

// open are the ODFI's files that were opened and not cut.
func (r Restore) open(ctx context.Context) (open []projections.File, err error) {
	files, err := r.Views.UnfinishedFiles(ctx)
	for _, row := range files {
		if row.State == domain.FileOpen && row.ODFI == r.ODFI {
			open = append(open, row)
		}
	}
	return open, err
}

// is reports whether an open file is the one that went out: it begins with the
// same trace or, while nothing is filed in it, its client asked for the same
// entries. Those are answered too.
func (t *fileImport) is(ctx context.Context, file domain.File) (same bool, asked []workers.Asked, err error) {
	first := ""
	err = t.Views.FileEntries(ctx, file.ID, func(e projections.FileEntry) error {
		if first == "" {
			first = e.Trace
		}
		return nil
	})
	same = first == t.file.entries[0].Trace
	if err != nil || file.Opened.Upload == nil || first != "" && !same {
		return same, nil, err
	}
	source, err := t.Uploads.Source(ctx, file)
	if err != nil {
		return false, nil, err
	}
	asked, err = t.asks(file.Opened, source)
	return asked != nil, asked, err
}

var errOther = errors.New("another file")

// asks reads what a client asked for; nil where it is not what went out.
func (t *fileImport) asks(opened domain.FileOpened, source workers.Source) (asked []workers.Asked, err error) {
	all := len(t.file.entries) + len(t.file.offsets)
	asked, probes, err := probesOf(opened, source, all)
	if err == nil && len(asked) == all {
		t.file.join() // its client sent the entries that look like offsets
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

// probesOf reads what a client asked for, at most so many entries unless that
// is below zero: then errOther.
func probesOf(opened domain.FileOpened, source workers.Source, most int) (asked []workers.Asked, probes []probe, err error) {
	err = source.Each(func(a workers.Asked) error {
		if len(asked) == most {
			return errOther
		}
		transaction := domain.Transaction{Client: opened.Client}
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
