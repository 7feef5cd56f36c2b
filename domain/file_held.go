package domain

import (
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
)

// Events of the guard's judgement of a file made by its client. It is judged as
// a whole, after its cut and before it is rendered.
type (
	// FileHeld records that a rule holds the file: it is not rendered, sent out or
	// delivered until a person approves or releases it.
	FileHeld struct {
		Reason string       `json:"reason"`
		By     guard.HeldBy `json:"by"`
	}
	// FileApproved ends a hold. The rule that held the file does not hold it again.
	FileApproved struct {
		Reason string `json:"reason,omitempty"`
	}
	// FileRejected records that nothing of the file leaves: a rule rejects it, or
	// nobody approved it in time.
	FileRejected struct {
		Reason string        `json:"reason"`
		By     *guard.HeldBy `json:"by,omitempty"`
	}
)

// Type names each event in the log.
func (FileHeld) Type() string     { return "file.held" }
func (FileApproved) Type() string { return "file.approved" }
func (FileRejected) Type() string { return "file.rejected" }

func init() { register(empty[FileHeld], empty[FileApproved], empty[FileRejected]) }

// evolveJudged applies the guard's events.
func (f *File) evolveJudged(fact Fact) {
	at := fact.Meta.At
	switch e := fact.Event.(type) {
	case *FileHeld:
		if by := f.HeldBy; by != nil && guard.Answered(by.Rule) != e.By.Rule {
			f.waive(by.Rule) // an engine allowed it, and another rule holds it
		}
		f.Note, f.HeldBy = e.Reason, &e.By
		f.enter(FileIsHeld, at)
	case *FileApproved:
		if f.HeldBy != nil {
			f.waive(f.HeldBy.Rule)
		}
		f.Note, f.HeldBy = e.Reason, nil
		f.enter(FileIsCut, at)
	case *FileRejected:
		f.Note, f.Answered.Reason, f.HeldBy = e.Reason, e.Reason, e.By
		f.Answered.Ordered = &FileReleaseOrdered{Reason: e.Reason, Then: ThenReject}
		f.Answered.TakenBack, f.Answered.Unreleased = true, true
		f.enter(FileIsRejected, at)
	}
}

// wasHeld reports whether a rule held the file at any time.
func (f *File) wasHeld() bool {
	return slices.ContainsFunc(f.History, func(s FileStep) bool { return s.State == FileIsHeld })
}

// waive notes a rule that holds the file no more.
func (f *File) waive(rule string) {
	rules := []string{rule}
	if _, asked := guard.IsAsked(rule); asked {
		rules = guard.AllowedWith(rule)
	}
	f.Waived = append(slices.Clip(f.Waived), rules...)
}

// ToJudge reports whether the guard has to judge the file before it is
// rendered. The entries of other files were judged before their cut.
func (f *File) ToJudge() bool {
	return f.State == FileIsCut && f.Opened.MadeByClient() && f.Rendered == nil
}

// GuardFile holds or rejects a file according to a verdict of the guard.
type GuardFile struct{ Verdict guard.Verdict }

// Decide holds or rejects a file that has to be judged.
func (c GuardFile) Decide(f File) ([]Event, error) {
	by := c.Verdict.HeldBy
	switch {
	case !f.ToJudge() || slices.Contains(f.Waived, by.Rule):
		return nil, nil
	case c.Verdict.Action == guard.Reject:
		return []Event{FileRejected{Reason: c.Verdict.Reason, By: &by}}, nil
	}
	if !f.SendBy.IsZero() {
		by.Deadline = f.SendBy.UTC().Format(time.RFC3339)
	}
	return []Event{FileHeld{Reason: c.Verdict.Reason, By: by}}, nil
}

// ApproveFile releases a held file from the rule that holds it. Another may still.
type ApproveFile struct{ Reason string }

// Decide ends the hold once.
func (c ApproveFile) Decide(f File) ([]Event, error) {
	switch {
	case f.State == FileIsHeld:
		return []Event{FileApproved{c.Reason}}, nil
	case len(f.Waived) > 0:
		return nil, nil
	case f.Cut == nil:
		return nil, Refuse(NotFound, "there is no such file")
	default:
		return nil, Refuse(Conflict, "file %s is %s and not held", f.ID, f.State)
	}
}

// LapseFile rejects a held file that nobody approved before the deadline that
// its dates were decided for, if the rule that holds it says so.
type LapseFile struct{ Now time.Time }

// Decide rejects it once the deadline has passed.
func (c LapseFile) Decide(f File) ([]Event, error) {
	if f.State != FileIsHeld || f.HeldBy == nil || !f.HeldBy.Rejects() || !c.Now.After(f.SendBy) {
		return nil, nil
	}
	return []Event{FileRejected{By: f.HeldBy, Reason: fmt.Sprintf("nobody approved it before its deadline, %s New York time: %s",
		f.SendBy.In(calendar.Eastern).Format("2006-01-02 15:04"), f.Note)}}, nil
}
