package workers

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// UploadsConfig is what Uploads needs.
type UploadsConfig struct {
	Files *Files
	// Method returns how files of an ODFI leave, as Delivery.Method does.
	Method func(ctx context.Context, odfi string) (string, error)
	// Complete lets another process complete an opened file. It returns false
	// if this process has to do it, as it always does by default.
	Complete func(ctx context.Context, id string) (elsewhere bool, err error)
}

// Uploads makes files that clients order as a whole.
type Uploads struct{ UploadsConfig }

// NewUploads checks the configuration.
func NewUploads(c UploadsConfig) (*Uploads, error) {
	if c.Files == nil || c.Method == nil {
		return nil, errors.New("uploads need files and a method of delivery")
	}
	return &Uploads{c}, nil
}

// Request accompanies the content of an order.
type Request struct {
	// Key records the caller's idempotency key with file.opened.
	Key ledger.Option
	// May, if set, is called just before the order is accepted: the caller's
	// right to order may have ended while the order was read.
	May func(context.Context) error
}

// ACHFile is an ACH Pro file.
type ACHFile struct {
	Key      string        // idempotency key; with the client it identifies the file
	Asked    []byte        // the request as it was sent; it identifies a file without a key
	Batches  []nacha.Batch // numbered from 1, with trace numbers that ours replace
	Record   ACHFileRecord
	Settings domain.FileSettings // file header
	Deliver  bool                // by the ODFI's method; otherwise the client carries it
}

// Upload takes a client's own NACHA file, all of it or nothing. Its batches
// leave as they were sent, except for the batch numbers and, after a missed
// window, the effective dates; file header and trace numbers are ours. If the
// same records are sent again, whatever their line ends and padding, the
// response is the file made of them, marked as replayed, whatever became of the
// first request.
//
// Errors: a refusal that names every line and field that is wrong, or says that
// the file was given up; *DeliveryOffError.
func (u *Uploads) Upload(ctx context.Context, client string, content []byte, r Request) (OrderedFile, error) {
	return u.take(ctx, client, r, uploadInput{why: domain.WhyUpload, scan: scanOf(content), input: content})
}

// UploadACHFile takes an ACH Pro file. It is the same file again if it has the
// same key or, without a key, if the request is byte for byte the same. Its
// entries are taken as values; the text is only kept to complete the file after
// a crash.
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

// ACHFileAgain returns the file of an ACH Pro order that was accepted before,
// as Again does; known is false if there is none. It does not look up
// recipients or accounts, because they may have changed since.
func (u *Uploads) ACHFileAgain(ctx context.Context, client, key string, asked []byte) (a OrderedFile, known bool, err error) {
	identity, mac, err := u.identity(client, key, asked)
	if err != nil {
		return OrderedFile{}, false, err
	}
	return u.again(ctx, fileID(identity), mac)
}

// identity returns the seed of the id of an ACH Pro file, and the keyed hash of
// the request.
func (u *Uploads) identity(client, key string, asked []byte) (identity, mac []byte, err error) {
	mac, err = u.Files.Ledger.Keys.MAC(client, append([]byte("ach file as sent\x00"), asked...))
	if err != nil || key == "" {
		return mac, mac, err
	}
	identity, err = u.Files.Ledger.Keys.MAC(client, []byte("ach file under key\x00"+key))
	return identity, mac, err
}

func fileID(identity []byte) string { return derivedID([]byte("file"), identity).String() }

// uploadInput is a client's file that is being taken.
type uploadInput struct {
	why      domain.Why
	scan     scan
	hash     string // hash of its records; empty: computed by the scan
	input    []byte // the input to keep
	identity []byte // seed of the file's id; nil: the records
	mac      []byte // keyed hash of the request; nil: of the records
	before   string // salt of the id in older releases
	method   string
	settings *domain.FileSettings
	record   *ACHFileRecord
}

// take checks a file and makes it. If the client's settings change between the
// check and the acceptance, it is checked again.
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

// errSettingsMoved says that the settings with which an order was checked have
// changed.
var errSettingsMoved = errors.New("the client's settings changed while its file was checked")

// try checks a file with the client's present settings and makes it, unless it
// was made before.
func (u *Uploads) try(ctx context.Context, client domain.Client, r Request, in uploadInput) (OrderedFile, error) {
	terms, err := u.readBanks(ctx, &client)
	if err != nil {
		return OrderedFile{}, err
	}
	c := uploadCheck{client: client, now: u.Files.Ledger.Now(), terms: func(odfi string) *calendar.Terms { return terms[odfi] }, isNew: true, described: in.record != nil}
	summary, err := in.scan(c.handler())
	if err != nil {
		return OrderedFile{}, fmt.Errorf("read an upload of client %s: %w", client.ID, err)
	}
	in.hash = cmp.Or(in.hash, summary.Hash)
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
	entries := c.entries + in.record.offsets()
	if broken := c.takenBy(bank, entries); len(broken) > 0 {
		return OrderedFile{}, &domain.Refusal{Code: domain.RuleBroken, Fields: broken}
	}
	if in.method == "" {
		if in.method, err = u.Method(ctx, c.odfi); err != nil {
			return OrderedFile{}, err
		}
	}
	return u.Make(ctx, Order{
		FileID: id, Client: client, ODFI: c.odfi, Why: in.why, Method: in.method, Settings: in.settings, Request: r,
		Content: in.mac, Input: in.input, Entries: entries, Decided: c.now,
		Source: &upload{scan: in.scan, batches: c.batches, decided: c.now, odfi: c.odfi, terms: terms[c.odfi], record: in.record, client: client.Settings},
	})
}

// readBanks gives a client the rules of its banks, and returns their terms by
// routing number.
func (u *Uploads) readBanks(ctx context.Context, client *domain.Client) (map[string]*calendar.Terms, error) {
	terms := map[string]*calendar.Terms{}
	client.Banks = map[string]domain.Bank{}
	for _, odfi := range client.Settings.ODFIs {
		bank, err := u.Files.Ledger.Bank(ctx, odfi)
		if err != nil {
			return nil, err
		}
		terms[odfi], client.Banks[odfi] = &bank.Terms, bank
	}
	return terms, nil
}

// takenBy returns what keeps the bank from taking a file of so many entries: its
// size, its segments or, of a NACHA file, batches that are not balanced.
func (c *uploadCheck) takenBy(bank domain.Bank, entries int) []domain.FieldError {
	if large := bank.CheckSize(entries, len(c.batches)); large != nil {
		return []domain.FieldError{*large}
	}
	if c.segments(bank.BankProfile) > 1 {
		return []domain.FieldError{{
			Pointer: "/file", Code: "segment", Message: "its bank takes files of one " + bank.Segment + " only: send it as several",
		}}
	}
	if !c.described && bank.Balance == domain.BalanceRequired {
		return c.uneven
	}
	return nil
}

// takenBefore refuses an ACH Pro file that an older release opened and did not
// respond to. There the id was derived from the text of the records and the
// key.
func (u *Uploads) takenBefore(ctx context.Context, records []byte) error {
	id := fileID(records)
	file, err := u.Files.Ledger.File(ctx, id)
	if err == nil && file.Version > 0 {
		err = domain.Refuse(domain.Conflict, "this was ordered before and is file %s", id)
	}
	return err
}
