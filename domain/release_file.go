package domain

import (
	"fmt"
	"time"
)

type (
	// FileReleaseOrdered records that operations release a file that was never
	// delivered: from here on it is not rendered, delivered or sent out, and its
	// numbers stay used. After a rejection by the operator whose entries are not
	// all released, it says what becomes of the others.
	FileReleaseOrdered struct {
		Reason     string `json:"reason"`
		Then       Then   `json:"then"`
		NotCarried bool   `json:"not_carried,omitempty"` // of a file to download: the client did not take it to its bank
	}
	// FileReleased records that every entry of what was rejected, or of the file
	// that operations released, was released.
	FileReleased struct {
		Entries int `json:"entries"` // that are no longer in the file
		// Kept is the number of entries that stay filed, because the bank answered them
		// although their file or batch was not processed.
		Kept int `json:"kept,omitempty"`
	}
)

// Type names each event in the log.
func (FileReleaseOrdered) Type() string { return "file.release_ordered" }
func (FileReleased) Type() string       { return "file.released" }

func init() { register(empty[FileReleaseOrdered], empty[FileReleased]) }

// Then is what happens to the entries of a released file.
type Then string

// They wait for another file, or never leave.
const (
	ThenWait   Then = "wait"
	ThenReject Then = "reject"
)

// Rejects reports whether released entries do not wait again.
func (a Answered) Rejects() bool { return a.Ordered != nil && a.Ordered.Then == ThenReject }

// takeBack applies an order. If the operator acknowledged the file, that
// remains its state.
func (f *File) takeBack(e *FileReleaseOrdered, at time.Time) {
	f.Note, f.Answered.Reason, f.Answered.Ordered = e.Reason, e.Reason, e
	if f.Answered.Unreleased {
		return
	}
	if f.State == FileIsCut || f.State == FileIsHeld {
		f.Rendered = nil // from before it was redated
	}
	f.Answered.TakenBack, f.Answered.Unreleased = true, true
	f.enter(FileIsReleased, at)
}

func (f *File) released(e *FileReleased) {
	f.Answered.Unreleased = false
	if e.Kept > 0 {
		f.Note = fmt.Sprintf("%s; %d entries stay in it because the bank answered them: ask the operator", f.Answered.Reason, e.Kept)
	}
}

// FinishRelease records that every entry that had to be released was released.
type FinishRelease struct {
	Entries int // that are no longer in the file
	Kept    int // that stay, because the bank answered them
}

// Decide finishes the release once.
func (c FinishRelease) Decide(f File) ([]Event, error) {
	if !f.Answered.Unreleased {
		return nil, nil
	}
	return []Event{FileReleased{Entries: c.Entries, Kept: c.Kept}}, nil
}

// ReleaseFile takes back a cut file that was never delivered: one that cannot
// be rendered, or must not leave.
type ReleaseFile struct {
	Reason string
	Then   Then
	// NotCarried says that the client did not take a file for download to its bank;
	// only the client can know.
	NotCarried bool
}

// Decide releases a file once. One that the operator rejected is released
// already, or its release was interrupted, which Then completes.
func (c ReleaseFile) Decide(f File) ([]Event, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	order := []Event{FileReleaseOrdered{Reason: c.Reason, Then: c.Then, NotCarried: c.NotCarried}}
	waiting := f.State == FileIsCut || f.State == FileIsRendered || f.State == FileIsHeld
	switch before := f.Answered.Ordered; {
	case f.Cut == nil:
		return nil, Refuse(NotFound, "there is no file %q", f.ID)
	case before != nil && before.Then == c.Then:
		return nil, nil // already released
	case before != nil:
		return nil, Refuse(Conflict, "file %s was released before, its entries to %s", f.ID, before.Then)
	case c.Then == ThenWait && (f.Answered.Unreleased || f.State == FileIsRefused):
		return nil, nil // as the rejection requires
	case f.Answered.Unreleased:
		return order, nil
	case f.State == FileIsRefused:
		return nil, Refuse(Conflict, "the entries of file %s wait already: reject them one by one", f.ID)
	case !waiting:
		return nil, Refuse(TooLate, "file %s is %s: its delivery began", f.ID, f.State)
	case f.Opened.Method == ByDownload && f.State != FileIsHeld && !c.NotCarried: // the bytes of a held file were not given out
		return nil, Refuse(MaybeCarried, "file %s is for its client to carry: ask whether it reached the bank, and say not_carried if it did not", f.ID)
	}
	return order, nil
}

func (c ReleaseFile) check() error {
	var f fields
	if c.Reason == "" {
		f.bad("/reason", "required", "a reason is needed, and the client will read it")
	}
	if c.Then != ThenWait && c.Then != ThenReject {
		f.bad("/then", "enum", "must be wait or reject")
	}
	return f.refusal()
}
