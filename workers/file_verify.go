package workers

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/pgp"
)

// Verification compares the files with the log.
type Verification struct {
	Ledger *ledger.Ledger
	Kept   eventstore.Kept
	Outbox string
	// NotCheckable reports whether an error means that a sealed value cannot be
	// opened here although nothing is wrong with it; seal.NotCheckable does
	// that.
	NotCheckable func(error) bool
	// Progress, if set, is called with how far the log has been read, and then
	// with how many of the filed entries have been checked.
	Progress func(done, total int64)
}

// Verified is the result of a verification.
type Verified struct {
	IDs          []string        // of the files that were opened, in log order
	Names        map[string]bool // names of rendered files
	Files        int             // files that were checked
	Entries      int
	Problems     []string // each names a file or a log position
	NotCheckable []string // files whose client's key was destroyed
	Unopened     int      // sealed accounts of such clients
	Sums         []FileSum
}

// FileSum is what the cut of a file says that it holds, and what its
// transactions and offsets add up to.
type FileSum struct {
	ID         string
	Cut, Filed Sum
	Err        error // why the transactions could not all be added up
}

// Sum is a number of entries and what they move.
type Sum struct {
	Entries                 int
	DebitCents, CreditCents int64
}

// Add adds an entry.
func (s *Sum) Add(debit bool, cents int64) {
	s.Entries++
	if debit {
		s.DebitCents += cents
	} else {
		s.CreditCents += cents
	}
}

// VerifyFiles reads the whole log and renders every file again. It checks that
// the bytes are those that were rendered, and so are those of the sealed copy
// and of the file in the outbox; that every entry is in only one file from
// which it was not released; that an ODFI's trace numbers are unique per
// creation date; and that no two files have the same origin, date, time and
// modifier. Problems are listed and do not stop the verification; the error is
// one of reading.
func VerifyFiles(ctx context.Context, v Verification) (Verified, error) {
	r := verifier{Verification: v, found: Verified{Names: map[string]bool{}}, traces: map[string][]traceRange{}, keys: map[string]string{}}
	if r.NotCheckable == nil {
		r.NotCheckable = func(error) bool { return false }
	}
	if r.Progress == nil {
		r.Progress = func(int64, int64) {}
	}
	if err := r.survey(ctx); err != nil {
		return r.found, err
	}
	for _, id := range r.found.IDs {
		if err := r.file(ctx, id); err != nil {
			return r.found, err
		}
	}
	r.overlaps()
	if r.filed != r.found.Entries {
		r.problem("the log has %d filed events, the files hold %d: some belong to no file", r.filed, r.found.Entries)
	}
	return r.found, nil
}

type verifier struct {
	Verification
	found  Verified
	filed  int                     // number of events in the log that file an entry
	traces map[string][]traceRange // by ODFI and creation date
	keys   map[string]string       // file id by header key
	// attested are the originations whose account and order the survey has
	// attested.
	attested positions
}

func (r *verifier) problem(format string, args ...any) {
	r.found.Problems = append(r.found.Problems, fmt.Sprintf(format, args...))
}

// survey reads the log once, collects the files and counts filed events.
func (r *verifier) survey(ctx context.Context) error {
	head, err := r.Ledger.Store.Head(ctx)
	if err != nil {
		return err
	}
	const page = 2000
	for after := int64(0); after < head.Position; {
		events, err := r.Ledger.Store.ReadAll(ctx, after, page)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			if err := r.sealed(e); err != nil {
				return err
			}
			switch e.Type {
			case domain.FileOpened{}.Type():
				r.found.IDs = append(r.found.IDs, e.Stream[len("file/"):])
			case domain.FileRendered{}.Type():
				fact, err := ledger.Fact(e)
				if err != nil {
					return err
				}
				r.found.Names[fact.Event.(*domain.FileRendered).Name] = true
			case domain.TransactionFiled{}.Type():
				r.filed++
			}
		}
		after = events[len(events)-1].Position
		r.Progress(after, head.Position)
	}
	return nil
}

// file checks one file. Errors of reading the log end the verification; any
// other error is a problem of the file.
func (r *verifier) file(ctx context.Context, id string) error {
	r.found.Files++
	file, err := r.Ledger.File(ctx, id)
	if err != nil {
		r.problem("file %s: %v", id, err)
		return ctx.Err()
	}
	var again *rendering // of a file that was rendered
	if file.Cut != nil && file.Rendered != nil && file.State != domain.FileIsCut {
		again, err = newRendering(r.Ledger, file, newExpected(file))
		again.attested = r.attested.entry
	}
	err = r.entries(ctx, file, again, err)
	if file.Cut == nil {
		return ctx.Err()
	}
	if key, other := headerKey(file), r.keys[headerKey(file)]; other != "" {
		r.problem("file %s: its origin, date, time and modifier %s are those of file %s", id, key, other)
	} else {
		r.keys[key] = id
	}
	if again != nil {
		content, err := again.verified(err)
		r.bytes(file, content, err)
	}
	return ctx.Err()
}

// entries checks that each entry was waiting when it was filed, adds up the
// entries, and renders them if again is not nil. An entry that is in another
// file does not wait. It returns why the entries could not be rendered, if
// failed does not say it already; the checks continue without that.
func (r *verifier) entries(ctx context.Context, file domain.File, again *rendering, failed error) error {
	var filed Sum
	err := entriesOf(ctx, r.Ledger, file, func(e *entryInFile) error {
		r.found.Entries++
		if e.before != domain.Pending {
			r.problem("file %s: position %d: item %s of transaction %s was filed while it was %s",
				file.ID, e.position, e.item.ID, e.transaction.ID, e.before)
		}
		r.took(file, e.Entry.Entry.Trace)
		filed.Add(nacha.TransactionCode(e.Entry.Entry.Code).Debit(), e.Entry.Entry.AmountCents)
		if r.found.Entries%1000 == 0 {
			r.Progress(int64(r.found.Entries), int64(r.filed))
		}
		if again != nil && failed == nil {
			failed = again.add(e)
		}
		return nil
	})
	r.Progress(int64(r.found.Entries), int64(r.filed))
	if err != nil {
		r.problem("file %s: %v", file.ID, err)
	}
	for _, o := range file.Offsets {
		r.took(file, o.Trace)
		filed.Add(o.Debit(), o.Cents)
	}
	if c := file.Cut; c != nil {
		r.found.Sums = append(r.found.Sums, FileSum{file.ID, Sum{c.Totals.Entries, c.Totals.DebitCents, c.Totals.CreditCents}, filed, err})
	}
	return cmp.Or(failed, err)
}

// bytes compares the copies of a file with what it was rendered to again, or
// reports why that failed.
func (r *verifier) bytes(file domain.File, content []byte, err error) {
	switch {
	case err != nil && r.NotCheckable(err):
		r.found.NotCheckable = append(r.found.NotCheckable, file.ID)
		return
	case err != nil:
		r.problem("file %s: %v", file.ID, err)
	}
	if content == nil {
		return
	}
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], file.Rendered.SHA256) || int64(len(content)) != file.Rendered.Size {
		r.problem("file %s: rendered again it is not what was rendered before", file.ID)
	}
	f := Files{FilesConfig: FilesConfig{Ledger: r.Ledger, Kept: r.Kept}}
	kept, err := f.kept(file.Opened.Client, outFolder, file.ID)
	r.same(file, "sealed copy", kept, err, content)
	r.keptAsLeft(&f, file)
	if r.Outbox != "" && file.Method() == domain.ToOutbox {
		sent, err := Outbox(r.Outbox).read(file.Rendered.Name)
		r.sameAsLeft(file, sent, err, content)
		if err == nil && (file.State == domain.FileIsReleased || file.State == domain.FileIsRejected) {
			r.problem("file %s: it was released, and lies in the outbox as %s", file.ID, file.Rendered.Name)
		}
	}
}

// sameAsLeft compares the copy in the outbox. If the file left encrypted before
// the folder was restored, the log does not have the hash of the ciphertext,
// and nothing can be compared.
func (r *verifier) sameAsLeft(file domain.File, sent []byte, err error, content []byte) {
	switch sum := sha256.Sum256(sent); {
	case err != nil || file.Encrypted == nil && !pgp.Is(sent):
		r.same(file, "file in the outbox", sent, err, content)
	case file.Encrypted != nil && !bytes.Equal(sum[:], file.Encrypted.SHA256):
		r.problem("file %s: %s in the outbox is not what it was encrypted to", file.ID, file.Rendered.Name)
	}
}

// keptAsLeft compares the kept copy of an encrypted file, which may be missing.
func (r *verifier) keptAsLeft(f *Files, file domain.File) {
	if file.Encrypted == nil || !file.Transmitted() {
		return // until then the copy may be of an interrupted attempt
	}
	kept, err := f.kept(file.Opened.Client, outFolder, file.ID+encryptedSuffix)
	if sum := sha256.Sum256(kept); err == nil && !bytes.Equal(sum[:], file.Encrypted.SHA256) {
		err = errors.New("it is not what left")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.problem("file %s: the kept copy of what it was encrypted to: %v", file.ID, err)
	}
}

// same compares a copy, which may be missing.
func (r *verifier) same(file domain.File, what string, have []byte, err error, want []byte) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		r.problem("file %s: its %s %s cannot be read: %v", file.ID, what, file.Rendered.Name, err)
	case !bytes.Equal(have, want):
		r.problem("file %s: its %s %s is not what was rendered", file.ID, what, file.Rendered.Name)
	}
}
