package fedsim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/achledger/achledger/domain/fed"
)

// line is one thing the operator did.
type line struct {
	At       time.Time    `json:"at"`
	Received string       `json:"received,omitempty"` // a file, by its name in the outbox
	SHA256   string       `json:"sha256,omitempty"`
	Pay      *fed.Payment `json:"pay,omitempty"`
	Outputs  bool         `json:"outputs,omitempty"` // what was due was sent
	Done     bool         `json:"done,omitempty"`    // the line before was completed
}

func (l line) key() string { return l.Received + "\x00" + l.SHA256 }

// manner is the first line: the same calls give the same bytes only with the
// same one.
type manner struct {
	Seed   uint64     `json:"seed"`
	Faults fed.Faults `json:"faults"`
	Rules  []Rule     `json:"rules,omitempty"`
}

type journal struct{ file *os.File }

// open reads the journal, or begins it. An incomplete last line is removed: what it
// says counts as not done.
func (f *Fed) open() (lines []line, err error) {
	file, err := os.OpenFile(f.Journal, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f.journal = &journal{file}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	is, was := manner{f.Seed, f.Faults, f.Rules}, manner{}
	r, whole := bufio.NewReader(file), int64(0)
	for n := 0; ; n++ {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		whole += int64(len(text))
		if n == 0 {
			err = json.Unmarshal(text, &was)
		} else {
			lines = append(lines, line{})
			err = json.Unmarshal(text, &lines[n-1])
		}
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w; remove it to let the operator forget everything", f.Journal, n+1, err)
		}
	}
	if err := file.Truncate(whole); err != nil {
		return nil, err
	}
	if _, err := file.Seek(whole, io.SeekStart); err != nil {
		return nil, err
	}
	if whole == 0 {
		return nil, f.journal.append(is)
	}
	if !reflect.DeepEqual(is, was) {
		return nil, fmt.Errorf("%s was begun with seed %d and other faults or rules: use the same ones, or remove it to let the operator forget everything", f.Journal, was.Seed)
	}
	return lines, nil
}

// append makes a line durable.
func (j *journal) append(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(text, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

func (j *journal) close() error { return j.file.Close() }
