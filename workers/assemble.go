package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Order is one file exactly as a client asked for it: a NACHA file of its
// own, or a list of entries. It was checked as a whole before.
type Order struct {
	FileID string // follows from what was asked, so that asking again finds the same file
	Client domain.Client
	ODFI   string // nine digits
	Why    string // domain.FileOpened.Why: upload, ach_file
	Method string
	// Settings are the file header; nil: the client's.
	Settings *domain.FileSettings
	Content  []byte // keyed hash of Input
	Input    []byte // what was asked; kept sealed, and read again after a crash
	Source   Source // the same, decoded
}

// Source reads the entries of an order, the same ones each time.
type Source interface {
	// Batches are the headers in order, dated as asked.
	Batches() []domain.FileBatch
	// Each calls yield with every entry, batch by batch. What yield gets is
	// good until it returns.
	Each(yield func(Asked) error) error
}

// Asked is one entry of an order: the event its transaction begins with, less
// ids and account, and the account number, which is sealed when it is filed.
type Asked struct {
	Batch      int // in Batches
	Originated domain.TransactionOriginated
	Number     string
}

// Assembled is the file that became of an order.
type Assembled struct {
	FileID       string
	Entries      int
	DebitCents   int64
	CreditCents  int64
	Transactions []string
	Replayed     bool // it was there already
}

// Assemble makes the file of an order: its entries become transactions that
// were never pending, so no other file takes them. file.opened is the commit:
// what happens after it is completed from the kept input, by Sweep if need
// be. Nothing shows before the cut, and Assemble returns after it.
//
// Errors: *DeliveryOffError; a refusal when the client is suspended.
func (u *Uploads) Assemble(ctx context.Context, o Order) (Assembled, error) {
	unlock, err := u.Files.busy.lock(ctx, o.FileID)
	if err != nil {
		return Assembled{}, err
	}
	defer unlock()
	if done, ok, err := u.assembled(ctx, o.FileID); ok || err != nil {
		return done, err
	}
	// Also for a file that is open already: a restored folder does not know
	// whether it had left.
	if ok, reason := u.Files.Gate.Allowed(o.ODFI); !ok {
		return Assembled{}, &DeliveryOffError{o.ODFI, reason}
	}
	if err := u.open(ctx, o); err != nil {
		return Assembled{}, err
	}
	file, err := u.Files.Ledger.File(ctx, o.FileID)
	if err != nil {
		return Assembled{}, err
	}
	if file.State == domain.FileOpen {
		if err := u.assemble(ctx, file, o.Source); err != nil && !errors.Is(err, errTaken) {
			return Assembled{}, err
		}
	}
	done, ok, err := u.assembled(ctx, o.FileID)
	if err == nil && !ok {
		err = fmt.Errorf("file %s is being made by another process", o.FileID)
	}
	done.Replayed = false
	return done, err
}

// assembled is the answer to an order whose file is cut.
func (u *Uploads) assembled(ctx context.Context, id string) (a Assembled, ok bool, err error) {
	file, err := u.Files.Ledger.File(ctx, id)
	if err != nil || file.Cut == nil {
		return Assembled{}, false, err
	}
	t := file.Cut.Totals
	a = Assembled{FileID: id, Entries: t.Entries, DebitCents: t.DebitCents, CreditCents: t.CreditCents, Replayed: true}
	for n := range t.Entries {
		transaction, _ := entryIDs(id, n)
		a.Transactions = append(a.Transactions, transaction)
	}
	return a, true, nil
}

// open keeps the input and commits to the file, unless that is done.
func (u *Uploads) open(ctx context.Context, o Order) error {
	file, err := u.Files.Ledger.File(ctx, o.FileID)
	if err != nil || file.Version > 0 {
		return err
	}
	if o.Client.Suspended {
		return domain.Refuse(domain.Suspended, "the client is suspended: nothing new is accepted")
	}
	settings := o.Client.Settings.File
	if o.Settings != nil {
		settings = *o.Settings
	}
	if err := settings.Renderable(); err != nil {
		return domain.Refuse(domain.RuleBroken, "no file can have the header of this client's: %s: operations have to correct it", domain.FieldRule(err))
	}
	if err := u.Files.keep(o.Client.ID, inFolder, o.FileID, o.Input); err != nil {
		return err
	}
	_, err = u.Files.write(ctx, "opened", ledger.Change{
		Stream: domain.FileStream(o.FileID), Client: o.Client.ID, Expect: eventstore.NewStream,
		Events: []domain.Event{domain.FileOpened{
			FileID: o.FileID, Client: o.Client.ID, ODFI: o.ODFI, Why: o.Why, Settings: settings,
			Method: o.Method, Upload: &domain.Upload{Name: o.FileID, Content: o.Content},
		}},
	})
	var moved *eventstore.VersionError
	if errors.As(err, &moved) {
		return nil // another process committed to the same
	}
	return err
}

// assemble files what of an order is not filed yet and cuts the file.
func (u *Uploads) assemble(ctx context.Context, file domain.File, s Source) error {
	a := assembly{fill: fill{Files: u.Files, filling: filling{
		opened: file.Opened, planned: s.Batches(), decided: file.OpenedAt, version: file.Version, batches: file.Batches,
	}}}
	err := u.Files.eachFiled(ctx, file, func(e filedEntry) error {
		a.filed++
		a.totals.Add(e.totals())
		_, err := fmt.Sscanf(e.Entry.Entry.Trace[8:], "%d", &a.trace)
		return err
	})
	if err != nil {
		return err
	}
	a.totals.Batches = len(file.Batches)
	if err := s.Each(func(asked Asked) error { return a.take(ctx, asked) }); err != nil {
		return fmt.Errorf("fill file %s: %w", file.ID, err)
	}
	if err := a.flush(ctx, true); err != nil {
		return fmt.Errorf("fill file %s: %w", file.ID, err)
	}
	if err := a.finish(ctx); err != nil {
		return fmt.Errorf("cut file %s: %w", file.ID, err)
	}
	t := a.totals
	u.Files.Log.Info("file cut", "file", file.ID, "client", file.Opened.Client, "odfi", file.Opened.ODFI, "why", file.Opened.Why,
		"batches", t.Batches, "entries", t.Entries, "debit_cents", t.DebitCents, "credit_cents", t.CreditCents)
	return nil
}

// resume goes on with a file that a crash left open, from its kept input.
func (u *Uploads) resume(ctx context.Context, file domain.File) error {
	s, err := u.Source(ctx, file)
	if err != nil {
		return err
	}
	return u.assemble(ctx, file, s)
}
