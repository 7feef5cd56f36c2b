package domain

import (
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain/ack"
)

// Events of the operator's acknowledgement of a file.
type (
	// FileAcknowledged records that the operator accepted or pended the file, or
	// found it to be a duplicate. A duplicate releases no entry: the first one may
	// have been processed.
	FileAcknowledged struct {
		Result ack.Result `json:"result"`
		Note   string     `json:"note,omitempty"`
	}
	// FileRefused records that the operator rejected the file, or the named batches
	// of it; their entries are released and wait for another file.
	FileRefused struct {
		Reason  string `json:"reason"`
		Batches []int  `json:"batches,omitempty"` // none: the whole file
	}
)

// Type names each event in the log.
func (FileAcknowledged) Type() string { return "file.acknowledged" }
func (FileRefused) Type() string      { return "file.refused" }

func init() { register(empty[FileAcknowledged], empty[FileRefused]) }

// Answered is the outcome of a file according to the operator, or to operations
// if they released it.
type Answered struct {
	Result     ack.Result
	Refused    bool  // the whole file was rejected
	Batches    []int // the rejected ones
	Reason     string
	Unreleased bool // entries that were rejected or taken back may still be filed
	Differing  []*FileTotalsDiffer
	// TakenBack is true where operations released the whole file before it
	// was delivered.
	TakenBack bool
	// Ordered is the release that operations ordered; nil where entries are
	// released by the operator's rejection only.
	Ordered *FileReleaseOrdered
}

// Covers reports whether the entries of a batch are to be released.
func (a Answered) Covers(batch int) bool {
	return a.Refused || a.TakenBack || slices.Contains(a.Batches, batch)
}

func (f *File) evolveAnswered(fact Fact) {
	switch e := fact.Event.(type) {
	case *FileAcknowledged:
		f.Note, f.Answered.Result = e.Note, e.Result
		if e.Result != ack.Duplicate {
			f.enter(FileIsAcked, fact.Meta.At)
		}
	case *FileRefused:
		f.Note, f.Answered.Reason, f.Answered.Unreleased, f.Answered.Ordered = e.Reason, e.Reason, true, nil
		if len(e.Batches) > 0 {
			f.Answered.Batches = append(f.Answered.Batches, e.Batches...)
			return
		}
		f.Answered.Refused, f.Answered.Result = true, ack.Rejected
		f.enter(FileIsRefused, fact.Meta.At)
	case *FileTotalsDiffer:
		f.Answered.Differing = append(f.Answered.Differing, e)
	case *FileReleaseOrdered:
		f.takeBack(e, fact.Meta.At)
	case *FileReleased:
		f.released(e)
	case *FileGivenUp:
		f.giveUp(e, fact)
	}
}

// Acknowledge records the operator's answer to a file.
type Acknowledge struct {
	ack.Acknowledgement
	ByHand bool // a person hands it in, having asked the operator
}

// Decide records the answer once. An answer also shows that the file was
// delivered, if that was unknown. One that contradicts an earlier answer is
// refused: a person has to look.
func (c Acknowledge) Decide(f File) ([]Event, error) {
	switch {
	case f.Cut == nil:
		return nil, Refuse(NotFound, "there is no such file")
	case f.Answered.TakenBack:
		return nil, Refuse(Conflict, "file %s was released because it had not been delivered, but the operator acknowledges it: find out why before its entries leave again", f.ID)
	case !f.Transmitted() && !f.mayBeAtTheBank():
		return nil, Refuse(Conflict, "file %s has not been delivered, but the operator acknowledges it", f.ID)
	}
	if err := c.misread(f); err != nil {
		return nil, err
	}
	var events []Event
	if !f.Transmitted() {
		events = append(events, FileDelivered{})
	}
	answer, err := c.answer(f)
	if err != nil {
		return nil, err
	}
	answer = append(c.differing(f), answer...)
	if len(answer) == 0 {
		return nil, nil
	}
	return append(events, answer...), nil
}

// misread refuses rejected batches that say nothing certain about the entries of
// a file: if they were released, they might be paid twice, and if not, never.
func (c Acknowledge) misread(f File) error {
	switch c.Result {
	case ack.Rejected, ack.Duplicate: // of the whole file
		return nil
	case ack.Pended:
		if len(c.Batches) > 0 {
			return Refuse(Conflict, "file %s is pended, and batches of it are rejected: ask the operator whether it takes them", f.ID)
		}
	}
	for _, b := range c.Batches {
		if !slices.ContainsFunc(f.Batches, func(has FileBatch) bool { return has.Number == b.Number }) {
			return Refuse(Conflict, "file %s has no batch %d, which the operator rejected: ask which batches it did not take", f.ID, b.Number)
		}
	}
	return nil
}

// mayBeAtTheBank reports whether the bank may have a file although the log does
// not say that it was delivered: its delivery began, or its client could have
// carried it.
func (f *File) mayBeAtTheBank() bool {
	carried := f.Opened.Method == ByDownload && f.Rendered != nil
	return carried || f.State == FileIsDelivering || f.State == DeliveryUnknown
}

func (c Acknowledge) answer(f File) ([]Event, error) {
	before := f.Answered
	switch c.Result {
	case ack.Duplicate:
		// A file that was acknowledged before is not the duplicate: that was another
		// copy. But what follows about a pended one may be about either.
		if before.Result != "" && before.Result != ack.Pended {
			return nil, nil
		}
		return []Event{FileAcknowledged{c.Result, "the operator has a file with this origin, date, time and modifier: look before anything is sent again"}}, nil
	case ack.Rejected:
		switch {
		case before.Refused:
			return nil, nil
		case before.Result == ack.Accepted:
			return nil, Refuse(Conflict, "file %s was accepted before; now it is rejected: ask the operator", f.ID)
		case before.Result == ack.Duplicate && !c.ByHand:
			return nil, Refuse(Conflict, "the operator has two copies of file %s, or another file of its name, and rejects one: ask it, and hand its rejection in when it processed none of this file's entries", f.ID)
		}
		return []Event{FileRefused{Reason: c.Reason}}, nil
	}
	if before.Refused {
		return nil, Refuse(Conflict, "file %s was rejected before; now it is %s: ask the operator", f.ID, c.Result)
	}
	if c.Result == ack.Pended && before.Result != "" {
		return nil, nil
	}
	var events []Event
	if before.Result != c.Result {
		events = append(events, FileAcknowledged{c.Result, c.Reason})
	}
	return append(events, c.rejectedBatches(before)...), nil
}

func (c Acknowledge) rejectedBatches(before Answered) []Event {
	var events []Event
	for _, b := range c.Batches {
		if !slices.Contains(before.Batches, b.Number) {
			events = append(events, FileRefused{Reason: fmt.Sprintf("batch %d: %s", b.Number, b.Reason), Batches: []int{b.Number}})
		}
	}
	return events
}
