package workers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Order is a file as a client ordered it, checked as a whole against the
// client's settings.
type Order struct {
	FileID string // derived from the request, so that a repeated request finds the same file
	Client domain.Client
	ODFI   string // nine digits
	Why    domain.Why
	Method string
	// Settings are the fields of the file header; nil: those of the client's
	// settings.
	Settings *domain.FileSettings
	Request
	Content []byte // keyed hash of the request
	Input   []byte // kept sealed, and read again after a crash
	Entries int
	Decided time.Time // the time for which its dates were checked
	Source  *upload   // the input, decoded
}

// Asked is one entry of an order: the event that begins its transaction,
// without ids and account, and the account number, which is sealed when the
// entry is filed.
type Asked struct {
	Batch      int // index of a batch of the order
	Originated domain.TransactionOriginated
	Number     string
}

// Make makes the file of an order. Its entries become transactions that were
// never pending, so no other file takes them. The event file.opened accepts the
// order: from then on it is completed from the kept input, by Sweep if
// necessary. Nothing is shown before the cut, and Make returns after it.
//
// When operations stop the client or the ODFI meanwhile, or the ODFI runs out
// of trace numbers, the file is given up and the order refused; the entries
// filed so far never leave. While delivery is paused the order stays, and the same
// request later gets its file.
//
// Errors: *DeliveryOffError; a refusal.
func (u *Uploads) Make(ctx context.Context, o Order) (OrderedFile, error) {
	unlock, err := u.Files.busy.lock(ctx, o.FileID)
	if err != nil {
		return OrderedFile{}, err
	}
	defer unlock()
	if done, known, err := u.finished(ctx, o.FileID, o.Content); known || err != nil {
		return done, err
	}
	if err := u.open(ctx, o); err != nil {
		return OrderedFile{}, err
	}
	if elsewhere, err := u.complete(ctx, o.FileID); err != nil {
		return OrderedFile{}, err
	} else if elsewhere {
		done, err := u.orderedFile(ctx, o.FileID)
		done.Replayed = false
		return done, err
	}
	file, err := u.Files.Ledger.File(ctx, o.FileID)
	if err != nil {
		return OrderedFile{}, err
	}
	if err := u.appendAll(ctx, file, o.Client.Version, o.Source); u.Files.stops(err) {
		return OrderedFile{}, u.Files.giveUp(ctx, file.ID, err, domain.ThenReject)
	} else if err != nil && !errors.Is(err, errTaken) {
		return OrderedFile{}, err
	}
	done, err := u.orderedFile(ctx, o.FileID)
	done.Replayed = false
	return done, err
}

// open keeps the input and accepts the order. It checks once more whether the
// order may be accepted after the input is on disk, which can take a while.
func (u *Uploads) open(ctx context.Context, o Order) error {
	if err := u.mayOpen(ctx, o); err != nil {
		return err
	}
	settings := o.Client.Settings.File
	if o.Settings != nil {
		settings = *o.Settings
	}
	bank, err := u.Files.Ledger.Bank(ctx, o.ODFI)
	if err != nil {
		return err
	}
	if err := bank.Settings(settings).Renderable(); err != nil {
		return domain.Refuse(domain.RuleBroken, "no file can have the header of this client's: %s: operations have to correct it", domain.FieldRule(err))
	}
	name, err := u.inputName(o)
	if err != nil {
		return err
	}
	if err := u.Files.keep(o.Client.ID, inFolder, name, o.Input); err != nil {
		return err
	}
	if err := u.mayOpen(ctx, o); err != nil {
		return err
	}
	opened := domain.OpenFile{FileOpened: bank.Open(domain.FileOpened{
		FileID: o.FileID, Client: o.Client.ID, ODFI: o.ODFI, Why: o.Why, Settings: settings,
		Method: o.Method, Upload: &domain.Upload{Name: name, Content: o.Content}, Decided: o.Decided,
	})}
	options := []ledger.Option{}
	if o.Key != nil {
		options = append(options, o.Key)
	}
	_, err = ledger.Execute(ctx, u.Files.Ledger, ledger.FileStream(o.Client.ID, o.FileID).Through(u.Files.through("opened")), opened.Decide, options...)
	if errors.Is(err, eventstore.ErrStorageFull) {
		u.forgetInput(ctx, o.FileID, name)
	}
	return err
}

// forgetInput removes the input of an order that a full log refused: nothing refers to
// it, and it would keep the disk full.
func (u *Uploads) forgetInput(ctx context.Context, id, name string) {
	if file, err := u.Files.Ledger.File(ctx, id); err != nil || file.Version > 0 { // another node may have accepted the same order
		return
	}
	_ = u.Files.Kept.Remove(inFolder, name) // if this fails, it lies there
}

// inputName is the name under which the input of an order is kept, another one
// for each input. Two nodes may take different requests with one
// Idempotency-Key at once: each keeps its input before the log accepts one of
// them, and the input of the other must not take its place.
func (u *Uploads) inputName(o Order) (string, error) {
	sum := sha256.Sum256(o.Input)
	mac, err := u.Files.Ledger.Keys.MAC(o.Client.ID, append([]byte("kept input\x00"), sum[:]...))
	if err != nil {
		return "", err
	}
	return o.FileID + inputMark + hex.EncodeToString(mac[:8]), nil
}

// inputMark follows the file's id in the name of its input. Older releases kept
// it under the id alone.
const inputMark = "-"

// mayOpen reports why an order cannot be accepted now. It returns
// errSettingsMoved when the order was checked with settings that are no longer
// valid.
func (u *Uploads) mayOpen(ctx context.Context, o Order) error {
	if o.May != nil {
		if err := o.May(ctx); err != nil {
			return err
		}
	}
	err := u.Files.mayAppend(ctx, o.ODFI, func(c domain.Client) error {
		if c.Version != o.Client.Version {
			return errSettingsMoved
		}
		return notSuspended(c)
	}, o.Client.ID)
	if err != nil {
		return err
	}
	return u.Files.enoughTraces(ctx, o.ODFI, o.Entries)
}

// appendAll files the remaining entries of an order and cuts the file. Checked
// is the version of the client with whose settings the order was checked.
func (u *Uploads) appendAll(ctx context.Context, file domain.File, checked int64, s *upload) error {
	bank, err := u.Files.Ledger.Bank(ctx, file.Opened.ODFI)
	if err != nil {
		return err
	}
	if err := u.Files.balance(file.Opened, s); err != nil {
		return fmt.Errorf("seal the offset accounts of file %s: %w", file.ID, err)
	}
	a := orderAppender{appender: appender{Files: u.Files, openFile: openFile{
		opened: file.Opened, terms: &bank.Terms, planned: s.batches, decided: file.DatedAt, version: file.Version, batches: file.Batches,
	}, may: u.stillMay(file, checked, s)}}
	a.beside = s.beside(file.Opened)
	if err := a.takeUp(ctx, u.Files, file, func() { a.inLog++ }); err != nil {
		return err
	}
	if err := s.each(func(asked Asked) error { return a.take(ctx, asked) }); err != nil {
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

// complete lets another process complete a file, if the configuration says so.
func (u *Uploads) complete(ctx context.Context, id string) (elsewhere bool, err error) {
	if u.Complete == nil {
		return false, nil
	}
	return u.Complete(ctx, id)
}

// stillMay is called before each append of an order: the client's present
// rights count, not those at the time when the order was accepted.
func (u *Uploads) stillMay(file domain.File, checked int64, s *upload) func(context.Context) error {
	return func(ctx context.Context) error {
		return u.Files.mayAppend(ctx, file.Opened.ODFI, func(c domain.Client) error {
			if err := notSuspended(c); err != nil || c.Version == checked {
				return err
			}
			checked = c.Version
			bank, err := u.Files.Ledger.Bank(ctx, file.Opened.ODFI)
			if err != nil {
				return err
			}
			return s.check(c, &bank.Terms)
		}, file.Opened.Client)
	}
}

// resume completes a file that was left open, by a crash or a caller who left,
// from its kept input. A file that may not be completed is given up.
func (u *Uploads) resume(ctx context.Context, file domain.File) error {
	if elsewhere, err := u.complete(ctx, file.ID); elsewhere || err != nil {
		return err
	}
	s, err := u.source(file)
	if ledger.Exchanged(err) {
		u.Files.Log.Error("the kept input of a file is not what was recorded: it is given up", "file", file.ID, "client", file.Opened.Client, "err", err)
		err = domain.Refuse(domain.Conflict, "what was kept of it is not what was sent: send it again")
		return u.Files.giveUp(ctx, file.ID, err, domain.ThenReject)
	}
	if err != nil {
		return err
	}
	err = u.appendAll(ctx, file, 0, s)
	if domain.CodeOf(err) != "" {
		return u.Files.giveUp(ctx, file.ID, err, domain.ThenReject)
	}
	return err
}
