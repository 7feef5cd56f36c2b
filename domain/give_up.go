package domain

// FileGivenUp records that a file which was never cut will not be completed:
// there were no trace numbers for it, or the client's rights changed while it
// was filled. Its entries are released; its numbers stay used.
type FileGivenUp struct {
	Code   Code   `json:"code"` // of the refusal
	Reason string `json:"reason"`
	// Then is what becomes of the entries filed in it: those of an order are
	// rejected, others wait again.
	Then Then `json:"then"`
}

// Type names the event in the log.
func (FileGivenUp) Type() string { return "file.given_up" }

func init() { register(empty[FileGivenUp]) }

// GiveUpFile closes a file that is not cut, so that nothing completes it later.
type GiveUpFile FileGivenUp

// Decide gives the file up.
func (c GiveUpFile) Decide(f File) ([]Event, error) {
	return []Event{FileGivenUp(c)}, f.mayBe("given up", FileOpen)
}

// giveUp applies the event.
func (f *File) giveUp(e *FileGivenUp, fact Fact) {
	f.Note, f.Answered.Reason = e.Reason, e.Reason
	f.Answered.Ordered = &FileReleaseOrdered{Reason: e.Reason, Then: e.Then}
	f.Answered.TakenBack, f.Answered.Unreleased = true, true
	f.enter(FileIsGivenUp, fact.Meta.At)
}
