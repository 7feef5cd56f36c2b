package workers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// ACHFileRecord is the content of achfile.made for an ACH Pro file. It is kept
// with the file's text, so that whichever process completes the file can write
// the event.
type ACHFileRecord struct {
	Name     string          `json:"name,omitempty"`
	Asked    json.RawMessage `json:"asked"`
	Accounts []string        `json:"accounts"` // of recipients, entry by entry; "" for one-time payments
	// Originals are the texts before transliteration, entry by entry, by field
	// of a proposal. Files of an older release have none.
	Originals []map[string]string `json:"originals,omitempty"`
	// Named are the names by which accounts were given, entry by entry; nil for
	// one-time payments. Files of an older release have none.
	Named []*domain.Named `json:"named,omitempty"`
	// Offsets are the accounts against which batches are balanced, batch by
	// batch; nil for a batch that is not balanced. In files of an older release
	// an offset is an entry like the others.
	Offsets []*domain.OrderedOffset `json:"offsets,omitempty"`
}

// offsets is the number of batches that get an offset.
func (r *ACHFileRecord) offsets() (n int) {
	if r == nil {
		return 0
	}
	for _, o := range r.Offsets {
		if o != nil {
			n++
		}
	}
	return n
}

// balance seals the offset accounts of an order for its file.
func (f *Files) balance(file domain.FileOpened, s *upload) error {
	if s.record == nil {
		return nil
	}
	for i, o := range s.record.Offsets {
		if o == nil || i >= len(s.batches) {
			continue
		}
		account, err := f.sealOffset(file.Client, file.FileID, domain.OffsetAccount{Routing: o.Routing, AccountType: o.AccountType}, o.Number)
		if err != nil {
			return err
		}
		s.batches[i].Balance, s.batches[i].EntriesClass = account, o.EntriesClass
	}
	return nil
}

// file returns the batches with a header, for the text that is kept. The file
// that leaves has a header of its own, with other times, trace numbers and
// batch numbers.
func (f ACHFile) file() nacha.File {
	return nacha.File{Batches: f.Batches, Header: nacha.FileHeader{
		ImmediateDestination: f.Settings.ImmediateDestination, ImmediateDestinationName: f.Settings.ImmediateDestinationName,
		ImmediateOrigin: f.Settings.ImmediateOrigin, ImmediateOriginName: f.Settings.ImmediateOriginName,
		CreatedOn: "260101", CreatedAt: "0000", Modifier: "A",
	}}
}

// text returns the text that is kept. A field that no record can carry is
// refused.
func (f ACHFile) text() ([]byte, error) {
	text, err := nacha.Render(f.file(), "\n")
	var field *nacha.FieldError
	if errors.As(err, &field) {
		return nil, domain.RefuseField(domain.RuleBroken, "/"+field.Where, "form", "%s %s", field.Field, field.Reason)
	}
	return text, err
}

// keptACHFile is the kept input of an ACH Pro file.
type keptACHFile struct {
	ACHFileRecord
	NACHA string `json:"nacha"`
}

func (r ACHFileRecord) kept(content []byte) ([]byte, error) {
	return json.Marshal(keptACHFile{r, string(content)})
}

// readKept splits a kept input. The input of a NACHA file, or of an ACH Pro
// file that an older release accepted, is only the text.
func readKept(input []byte) (content []byte, record *ACHFileRecord, err error) {
	if !bytes.HasPrefix(input, []byte("{")) {
		return input, nil, nil
	}
	var k keptACHFile
	if err := json.Unmarshal(input, &k); err != nil {
		return nil, nil, fmt.Errorf("read a kept ACH Pro file: %w", err)
	}
	return []byte(k.NACHA), &k.ACHFileRecord, nil
}

// made is the change that shows the file in ACH Pro's API.
func (r ACHFileRecord) made(file domain.FileOpened) ledger.Change {
	id := domain.ProfileFileID(file.FileID)
	event := domain.ProfileFileMade{ID: id, Name: r.Name, FileID: file.FileID, Asked: r.Asked, Accounts: map[string]string{}}
	for n, account := range r.Accounts {
		if account != "" {
			transaction, _ := entryIDs(file.FileID, n)
			event.Accounts[transaction] = account
		}
	}
	return ledger.Change{
		Stream: domain.ProfileFileStream(file.Client, id), Client: file.Client, Expect: eventstore.NewStream, Events: []domain.Event{event},
	}
}
