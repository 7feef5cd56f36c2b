package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// UploadsConfig is what Uploads needs.
type UploadsConfig struct {
	Files *Files
	// Method is how files of an ODFI leave; Delivery.Method is one.
	Method func(ctx context.Context, odfi string) (string, error)
	// Complete has another process complete a file that was opened; elsewhere is
	// false where this one is to do it. By default it always is.
	Complete func(ctx context.Context, id string) (elsewhere bool, err error)
	Log      *slog.Logger
}

// Uploads makes files that clients ask for as a whole.
type Uploads struct{ UploadsConfig }

// NewUploads checks the configuration.
func NewUploads(c UploadsConfig) (*Uploads, error) {
	if c.Files == nil || c.Method == nil {
		return nil, errors.New("uploads need files and a method of delivery")
	}
	return &Uploads{c}, nil
}

// Request is what comes with an order besides its content.
type Request struct {
	// Key records the caller's idempotency key with file.opened.
	Key ledger.Option
	// May is asked last before the order is accepted: its caller's right to
	// order may have ended while it was read. Nil: no more is asked.
	May func(context.Context) error
}

// ACHFile is an ACH Pro file.
type ACHFile struct {
	Key      string        // idempotency key; with the client it is the file's identity
	Asked    []byte        // the request as it was sent; the identity of a file without a key
	Batches  []nacha.Batch // numbered from 1, with trace numbers that stand for ours
	Record   ACHFileRecord
	Settings domain.FileSettings // file header
	Deliver  bool                // by the ODFI's method; else the client carries it
}

// Upload takes a client's own NACHA file, all of it or nothing. Its batches
// leave as they were sent, save the batch numbers and, after a missed window,
// the effective dates; file header and trace numbers are ours. The same
// records again, in whatever line ends and padding, are answered with the
// file they made, marked as replayed, whatever became of the first request.
//
// Errors: a refusal that names every line and field that is wrong, or says
// that the file was given up; *DeliveryOffError.
func (u *Uploads) Upload(ctx context.Context, client string, content []byte, r Request) (OrderedFile, error) {
	return u.take(ctx, client, r, uploadInput{why: domain.WhyUpload, scan: scanOf(content), input: content})
}

// UploadACHFile takes an ACH Pro file, which is the same file again under its
// key or, without one, when it was sent in the same words. Its entries are taken
// as values; as text they are kept only, for whoever completes the file.
func (u *Uploads) UploadACHFile(ctx context.Context, client string, f ACHFile, r Request) (OrderedFile, error) {
	file := f.file()
	in := uploadInput{why: domain.WhyACHFile, scan: file.Scan, settings: &f.Settings, record: &f.Record, before: f.Key}
	if !f.Deliver {
		in.method = domain.ByDownload
	}
	text, err := f.text()
	if err != nil {
		return OrderedFile{}, err
	}
	if in.input, err = f.Record.kept(text); err != nil {
		return OrderedFile{}, err
	}
	if in.hash, err = nacha.HashOf(bytes.NewReader(text)); err != nil {
		return OrderedFile{}, err
	}
	if in.identity, in.mac, err = u.identity(client, f.Key, f.Asked); err != nil {
		return OrderedFile{}, err
	}
	return u.take(ctx, client, r, in)
}

// ACHFileAgain answers an ACH Pro file that was accepted before, as Again
// does; known is false when none was. Nothing that it names is looked up, as
// that may have changed since.
func (u *Uploads) ACHFileAgain(ctx context.Context, client, key string, asked []byte) (a OrderedFile, known bool, err error) {
	identity, mac, err := u.identity(client, key, asked)
	if err != nil {
		return OrderedFile{}, false, err
	}
	return u.again(ctx, fileID(identity), mac)
}

// identity is what the id of an ACH Pro file follows from, and the keyed hash
// of what was asked.
func (u *Uploads) identity(client, key string, asked []byte) (identity, mac []byte, err error) {
	mac, err = u.Files.Ledger.Keys.MAC(client, append([]byte("ach file as sent\x00"), asked...))
	if err != nil || key == "" {
		return mac, mac, err
	}
	identity, err = u.Files.Ledger.Keys.MAC(client, []byte("ach file under key\x00"+key))
	return identity, mac, err
}

func fileID(identity []byte) string { return derivedID([]byte("file"), identity).String() }

// uploadInput is a client's file on its way in.
type uploadInput struct {
	why      domain.Why
	scan     scan
	hash     string // of its records; empty: as they are scanned
	input    []byte // what is kept of it
	identity []byte // its file's id follows from it; nil: from the records
	mac      []byte // keyed hash of what was asked; nil: of the records
	before   string // salt of the id that older releases gave to it
	method   string
	settings *domain.FileSettings
	record   *ACHFileRecord
}

// take checks a file and assembles it. When the client's settings change
// between the check and its acceptance, it is checked again.
func (u *Uploads) take(ctx context.Context, client string, r Request, in uploadInput) (OrderedFile, error) {
	for range ledger.Attempts {
		c, err := u.Files.Ledger.Client(ctx, client)
		if err != nil {
			return OrderedFile{}, err
		}
		done, err := u.try(ctx, c, r, in)
		if !errors.Is(err, errSettingsMoved) {
			return done, err
		}
	}
	return OrderedFile{}, fmt.Errorf("take a file of client %s: %w", client, errSettingsMoved)
}

// errSettingsMoved says that an order was checked by settings that do not hold
// any more.
var errSettingsMoved = errors.New("the client's settings changed while its file was checked")

func (u *Uploads) try(ctx context.Context, client domain.Client, r Request, in uploadInput) (OrderedFile, error) {
	terms := map[string]*calendar.Terms{}
	client.Banks = map[string]domain.Bank{}
	for _, odfi := range client.Settings.ODFIs {
		bank, err := u.Files.Ledger.Bank(ctx, odfi)
		if err != nil {
			return OrderedFile{}, err
		}
		terms[odfi], client.Banks[odfi] = &bank.Terms, bank
	}
	c := uploadCheck{client: client, now: u.Files.Ledger.Now(), terms: func(odfi string) *calendar.Terms { return terms[odfi] }, isNew: true, described: in.record != nil}
	summary, err := in.scan(c.handler())
	if err != nil {
		return OrderedFile{}, fmt.Errorf("read an upload of client %s: %w", client.ID, err)
	}
	if in.hash == "" {
		in.hash = summary.Hash
	}
	records, err := u.Files.Ledger.Keys.MAC(client.ID, []byte("nacha file "+in.hash+in.before))
	if err != nil {
		return OrderedFile{}, err
	}
	if in.identity == nil {
		in.identity, in.mac = records, records
	} else if err := u.takenBefore(ctx, records); err != nil {
		return OrderedFile{}, err
	}
	id := fileID(in.identity)
	if done, known, err := u.again(ctx, id, in.mac); known || err != nil {
		return done, err
	}
	if err := c.refusal(summary); err != nil {
		return OrderedFile{}, err
	}
	bank, err := u.Files.Ledger.Bank(ctx, c.odfi)
	if err != nil {
		return OrderedFile{}, err
	}
	offsets := in.record.offsets()
	if large := bank.CheckSize(c.entries+offsets, len(c.batches)); large != nil {
		return OrderedFile{}, &domain.Refusal{Code: domain.RuleBroken, Fields: []domain.FieldError{*large}}
	}
	if c.segments(bank.BankProfile) > 1 {
		return OrderedFile{}, &domain.Refusal{Code: domain.RuleBroken, Fields: []domain.FieldError{{
			Pointer: "/file", Code: "segment", Message: "its bank takes files of one " + bank.Segment + " only: send it as several",
		}}}
	}
	if in.record == nil && bank.Balance == domain.BalanceRequired && len(c.uneven) > 0 {
		return OrderedFile{}, &domain.Refusal{Code: domain.RuleBroken, Fields: c.uneven}
	}
	if in.method == "" {
		if in.method, err = u.Method(ctx, c.odfi); err != nil {
			return OrderedFile{}, err
		}
	}
	return u.Make(ctx, Order{
		FileID: id, Client: client, ODFI: c.odfi, Why: in.why, Method: in.method, Settings: in.settings, Request: r,
		Content: in.mac, Input: in.input, Entries: c.entries + offsets, Decided: c.now,
		Source: &upload{scan: in.scan, batches: c.batches, decided: c.now, odfi: c.odfi, terms: terms[c.odfi], record: in.record},
	})
}

// takenBefore refuses an ACH Pro file that an older release opened, whose id
// followed from the text of its records and its key, and did not answer.
func (u *Uploads) takenBefore(ctx context.Context, records []byte) error {
	id := fileID(records)
	file, err := u.Files.Ledger.File(ctx, id)
	if err == nil && file.Version > 0 {
		err = domain.Refuse(domain.Conflict, "this was ordered before and is file %s", id)
	}
	return err
}
