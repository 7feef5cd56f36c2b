package domain

import (
	"encoding/json"
	"strings"
	"time"
)

// ProfileFile is an ACH Pro file: what was asked for, and the file of the
// ledger made of it.
type ProfileFile struct {
	Version int64
	ProfileFileMade
	MadeAt time.Time
}

// ProfileFileMade records that the file a client described was cut. Asked is
// the description without account numbers.
type ProfileFileMade struct {
	ID     string          `json:"ach_file_id"`
	Name   string          `json:"name,omitempty"`
	FileID string          `json:"file_id"`
	Asked  json.RawMessage `json:"asked"`
	// Accounts are the recipients' accounts of the file's transactions; one given
	// inline has none.
	Accounts map[string]string `json:"accounts,omitempty"`
}

// ProfileFileID is the id under which ACH Pro shows a file of the ledger: 32
// upper-case hex digits.
func ProfileFileID(file string) string { return strings.ToUpper(strings.ReplaceAll(file, "-", "")) }

// Type names the event in the log.
func (ProfileFileMade) Type() string { return "achfile.made" }

func init() { register(empty[ProfileFileMade]) }

// ProfileFileStream names the stream of a client's ACH Pro file.
func ProfileFileStream(client, id string) string { return "achfile/" + client + "/" + id }

// Evolve applies one event of the file's stream.
func (p *ProfileFile) Evolve(f Fact) {
	p.Version = f.Version
	if e, ok := f.Event.(*ProfileFileMade); ok {
		p.ProfileFileMade, p.MadeAt = *e, f.Meta.At
	}
}
