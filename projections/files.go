package projections

import (
	"context"
	"strings"

	"github.com/achledger/achledger/domain"
)

const (
	fileColumns = `SELECT position, id, client, odfi, name, state, why, method, origin, modifier, opened_at, cut_at,
		send_by, delivered_at, batches, entries, addenda, entry_hash, debit_cents, credit_cents, sha256, note, changed, leave_by, header
		FROM files@ `
	filesOfClient = fileColumns + `INDEXED BY files_client@
		WHERE client = ?1 AND position < ?2 AND ` + inStates + ` ORDER BY position DESC LIMIT ?4`
	filesOfAll = fileColumns + `NOT INDEXED
		WHERE position < ?2 AND ` + inStates + ` ORDER BY position DESC LIMIT ?4`
	// inStates leaves out files that are not cut, unless their states are
	// listed.
	inStates = `(?3 = '' AND state NOT IN ('open', 'given_up') OR instr(?3, ' ' || state || ' '))`

	fileByID     = fileColumns + `WHERE id = ?1`
	fileByName   = fileColumns + `WHERE name = ?1 ORDER BY position DESC`
	fileByHeader = fileColumns + `WHERE header = ?1`
	// unfinished leaves out files that the client carries to the bank: they
	// stay rendered for ever.
	unfinished      = `(state IN ('open', 'cut', 'delivering', 'delivery_unknown') OR state = 'rendered' AND method <> 'download')`
	unfinishedFiles = fileColumns + `INDEXED BY files_unfinished@ WHERE ` + unfinished + `
		AND state IN ('open', 'cut', 'rendered', 'delivering', 'delivery_unknown') ORDER BY position`
	carriedFiles    = fileColumns + `INDEXED BY files_state@ WHERE state = 'rendered' AND method = 'download' ORDER BY position`
	unreleasedFiles = fileColumns + `INDEXED BY files_unreleased@ WHERE unreleased = 1 ORDER BY position`
	entriesOfFile   = `SELECT client, txn, item, batch, trace, cents FROM items@ INDEXED BY items_file@
		WHERE file = ?1 ORDER BY batch, trace`
)

// Files lists files, newest first, and the cursor of the next page, empty
// after the last. Open files are left out unless States names them. Errors:
// ErrCursor.
func (v *Views) Files(ctx context.Context, f FileFilter) ([]File, string, error) {
	p := page[File]{limit: f.Limit}
	text := f.Cursor
	f.Limit, f.Cursor = 0, ""
	at, err := newestFirst(text, f)
	if err != nil {
		return nil, "", err
	}
	err = v.read(ctx, func(s snapshot) error {
		if n := len(f.States); n > 0 && n <= fewStates {
			return s.filesInStates(f, at, &p)
		}
		sql := filesOfClient
		if f.Client == "" {
			sql = filesOfAll
		}
		return p.fill(s, sql, values(f.Client, at.Row, stateList(f.States), p.room()), func(row []value) (File, cursor, error) {
			return scanFile(row), cursor{Filter: at.Filter, Row: row[0].(int64)}, nil
		})
	})
	return p.result(err)
}

// stateList encodes the states for inStates.
func stateList(states []domain.FileState) string {
	if len(states) == 0 {
		return ""
	}
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return " " + strings.Join(words, " ") + " "
}

// FindFile finds a file of any client, open ones included; the caller checks to
// which client it belongs.
func (v *Views) FindFile(ctx context.Context, id string) (f File, ok bool, err error) {
	return first(v.files(ctx, fileByID, id))
}

// FilesNamed finds the cut files with a name, newest first. The files in one
// place have different names; banks with servers of their own may use the same.
func (v *Views) FilesNamed(ctx context.Context, name string) ([]File, error) {
	return v.files(ctx, fileByName, name)
}

// FileHeaded finds a cut file by its header, in the form of domain.HeaderName.
func (v *Views) FileHeaded(ctx context.Context, headerName string) (f File, ok bool, err error) {
	return first(v.files(ctx, fileByHeader, headerName))
}

// UnfinishedFiles lists the files that workers still have to process: open,
// cut, rendered or being delivered, and those whose delivery is unknown, oldest
// first. A rendered file that its client carries to the bank is not included:
// see CarriedFiles.
func (v *Views) UnfinishedFiles(ctx context.Context) ([]File, error) {
	return v.files(ctx, unfinishedFiles)
}

// CarriedFiles lists the files that clients download and that were not
// acknowledged since, oldest first.
func (v *Views) CarriedFiles(ctx context.Context) ([]File, error) {
	return v.files(ctx, carriedFiles)
}

// UnreleasedFiles lists the files whose entries are to be released, because the
// operator rejected them or operations took them back, and may still be filed;
// oldest first.
func (v *Views) UnreleasedFiles(ctx context.Context) ([]File, error) {
	return v.files(ctx, unreleasedFiles)
}

func (v *Views) files(ctx context.Context, sql string, args ...value) ([]File, error) {
	return rowsOf(ctx, v, sql, args, readFile)
}

func readFile(row []value, f *File) { *f = scanFile(row) }

// FileEntries calls yield with each entry of a file, in the order of the file.
func (v *Views) FileEntries(ctx context.Context, fileID string, yield func(FileEntry) error) error {
	return v.read(ctx, func(s snapshot) error {
		file, err := s.c.Row(findFileRef, fileID)
		if err != nil || file == nil {
			return err
		}
		return s.query(entriesOfFile, file, func(row []value) error {
			var e FileEntry
			scan(row, &e.Client, &e.TransactionID, &e.ItemID, &e.Batch, &e.Trace, &e.AmountCents)
			return yield(e)
		})
	})
}

func scanFile(row []value) (f File) {
	t := &f.Totals
	scan(row, nil, &f.ID, &f.Client, &f.ODFI, &f.Name, &f.State, &f.Why, &f.Method, &f.ImmediateOrigin, &f.Modifier,
		&f.CreatedAt, &f.CutAt, &f.SendBy, &f.DeliveredAt, &t.Batches, &t.Entries, &t.Addenda, &t.EntryHash, &t.DebitCents,
		&t.CreditCents, &f.SHA256, &f.Note, &f.Position, &f.LeaveBy, &f.HeaderName)
	return f
}
