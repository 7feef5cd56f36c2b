package domain

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// OpenFile accepts an order for one file. Other files are opened with their
// first entries; see FillFile.
type OpenFile struct{ FileOpened }

// Decide opens the file once. Another node may have opened it meanwhile, for the
// same request or for another one with its Idempotency-Key.
func (c OpenFile) Decide(f File) ([]Event, error) {
	switch {
	case f.Version == 0:
		return []Event{c.FileOpened}, nil
	case f.Opened.Upload == nil || !bytes.Equal(f.Opened.Upload.Content, c.Upload.Content):
		return nil, Refuse(Conflict, "other content was sent under this Idempotency-Key: it is file %s", f.ID)
	}
	return nil, nil
}

// FillFile adds entries to a file that is not cut.
type FillFile struct {
	Opened FileOpened // of a file that does not exist yet
	Filled FileFilled
}

// Decide adds the entries.
func (c FillFile) Decide(f File) ([]Event, error) {
	if f.Version == 0 {
		return []Event{c.Opened, c.Filled}, nil
	}
	return []Event{c.Filled}, f.mayBe("filled", FileOpen)
}

// CutFile completes a file under the modifier taken for it.
type CutFile struct {
	Totals nacha.Totals
	Taken  ModifierTaken
	// Sequence is the file's number of the day; see FileNaming.
	Sequence int
	Terms    *calendar.Terms // of the file's bank; nil: FedACH's
	Now      time.Time       // zero: the file has already left, and its dates stay
}

// Decide closes the file. Dates that can no longer be met are decided again at
// once.
func (c CutFile) Decide(f File) ([]Event, error) {
	cut := FileCut{
		Totals: c.Totals, CreatedOn: c.Taken.Date, CreatedAt: c.Taken.Time, Modifier: c.Taken.Modifier,
		SendBy: DatedFor(f.DatedAt, f.Batches, c.Terms),
	}
	if strings.Contains(f.Opened.FileName, "{sequence") {
		cut.Sequence = c.Sequence
	}
	events := []Event{cut}
	if !c.Now.IsZero() {
		if again, ok := Redate(c.Now, f.DatedAt, f.Batches, c.Terms); ok {
			events = append(events, again)
		}
	}
	return events, f.mayBe("cut", FileOpen)
}

// mayBe returns a fault if the file is in another state. The caller has checked
// the state, so this is no refusal; a concurrent change shows as a version
// error.
func (f *File) mayBe(done string, states ...FileState) error {
	if slices.Contains(states, f.State) {
		return nil
	}
	return fmt.Errorf("file %s is %s and cannot be %s", f.ID, f.State, done)
}
