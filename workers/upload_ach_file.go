package workers

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// ACHFileRecord is what achfile.made says of an ACH Pro file. It is kept with
// the file's text, so that the file shows whoever completes it.
type ACHFileRecord struct {
	Name     string          `json:"name,omitempty"`
	Asked    json.RawMessage `json:"asked"`
	Accounts []string        `json:"accounts"` // of recipients, entry by entry; "" for one-offs
	// Originals are names before transliteration, entry by entry, by field of
	// a proposal. An older release kept none.
	Originals []map[string]string `json:"originals,omitempty"`
	// Named are the names by which accounts were given, entry by entry; nil
	// for one-offs. An older release kept none.
	Named []*domain.Named `json:"named,omitempty"`
}

// keptACHFile is the kept input of an ACH Pro file.
type keptACHFile struct {
	ACHFileRecord
	NACHA string `json:"nacha"`
}

func (r ACHFileRecord) kept(content []byte) ([]byte, error) {
	return json.Marshal(keptACHFile{r, string(content)})
}

// readKept splits a kept input. That of a NACHA file, and of an ACH Pro file
// that an older release took, is the text alone.
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

// made is the change that shows the file to ACH Pro.
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
