package domain

import (
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// RedateFile decides the dates of a file again that has not left.
type RedateFile struct {
	Now   time.Time
	Terms *calendar.Terms // of its bank; nil: FedACH's
}

// Decide redates the file if the deadline its dates were decided for has
// passed. A file that the client carries belongs to the client once it is cut,
// and keeps its dates, unless a rule held it and it is not rendered yet: its bytes
// were not given out.
func (c RedateFile) Decide(f File) ([]Event, error) {
	if f.Opened.Method == ByDownload && (f.Rendered != nil || !f.wasHeld()) {
		return nil, nil
	}
	again, stale := Redate(c.Now, f.DatedAt, f.Batches, c.Terms)
	if !stale {
		return nil, nil
	}
	return []Event{again}, f.mayBe("dated again", FileIsCut, FileIsRendered, FileIsDelivering, DeliveryUnknown)
}

// RenderFile records the bytes that were made of a cut file.
type RenderFile struct {
	SHA256 []byte
	Size   int64
}

// Decide records them under the file's name.
func (c RenderFile) Decide(f File) ([]Event, error) {
	if err := f.mayBe("rendered", FileIsCut); err != nil {
		return nil, err
	}
	return []Event{FileRendered{Name: f.Name(), SHA256: c.SHA256, Size: c.Size}}, nil
}

// BeginDelivery records that from here on a file may have left.
type BeginDelivery struct {
	Method, Temporary string
	Encrypted         *Encrypted
}

// Decide begins the delivery; again if it was taken back, or if a person said
// that the bank does not have the file.
func (c BeginDelivery) Decide(f File) ([]Event, error) {
	return []Event{FileDelivering(c)}, f.mayBe("delivered", FileIsRendered, FileIsDelivering, DeliveryUnknown)
}

// EndDelivery records that a file has left.
type EndDelivery struct{}

// Decide ends a delivery in progress, or that of a file carried by its client.
func (EndDelivery) Decide(f File) ([]Event, error) {
	states := []FileState{FileIsDelivering, DeliveryUnknown}
	if f.Opened.Method == ByDownload {
		states = append(states, FileIsRendered)
	}
	return []Event{FileDelivered{}}, f.mayBe("delivered", states...)
}

// MarkDeliveryUnknown records that it is unknown whether a file has left.
type MarkDeliveryUnknown struct{ Reason string }

// Decide leaves the question to a person, or to the operator's acknowledgement.
func (c MarkDeliveryUnknown) Decide(f File) ([]Event, error) {
	return []Event{FileDeliveryUnknown(c)}, f.mayBe("in doubt", FileIsDelivering)
}

// HadLeft records what the log lacks of the life of a cut file that had left
// before its folder was restored from a backup.
type HadLeft struct {
	Again *FileRedated // how it was redated before it left; nil if it was not
	RenderFile
}

// Decide records what is missing.
func (c HadLeft) Decide(f File) (events []Event, err error) {
	if f.State == FileIsHeld {
		events = append(events, FileApproved{Reason: "it left before the ledger was restored from a backup"})
		f.enter(FileIsCut, time.Time{})
	}
	if c.Again != nil {
		events = append(events, *c.Again)
		f.enter(FileIsCut, time.Time{})
	}
	if f.State == FileIsCut {
		rendered, err := c.RenderFile.Decide(f)
		if err != nil {
			return nil, err
		}
		events = append(events, rendered...)
		f.enter(FileIsRendered, time.Time{})
	}
	if f.State == FileIsRendered {
		events = append(events, FileDelivering{Method: f.Opened.Method})
		f.enter(FileIsDelivering, time.Time{})
	}
	delivered, err := EndDelivery{}.Decide(f)
	return append(events, delivered...), err
}

// RedatedTo returns how the file was redated, if its batches went out with
// these effective entry dates; nil if these are its own dates, or differ
// otherwise than by redating.
func (f File) RedatedTo(effective []string) *FileRedated {
	if len(f.Batches) != len(effective) {
		return nil
	}
	again, ok := redated(f.Batches, func(i int) string { return effective[i] })
	if !ok {
		return nil
	}
	again.SendBy, again.Why = f.SendBy, "it went out dated again before the ledger was restored from a backup"
	return &again
}

// ConfirmChanges reports whether a person's word that the bank has the file
// changes anything. A delivered file needs none, and any other is refused.
func (f File) ConfirmChanges() (bool, error) { return f.settles(f.Unsettled()) }

// ResendChanges is the same for the word that the bank does not have it.
func (f File) ResendChanges() (bool, error) { return f.settles(f.State == DeliveryUnknown) }

func (f File) settles(open bool) (bool, error) {
	switch {
	case open:
		return true, nil
	case f.Transmitted():
		return false, nil
	default:
		return false, Refuse(Conflict, "file %s is %s: only one whose delivery is unknown can be settled", f.ID, f.State)
	}
}

// Unsettled reports whether a person may confirm the delivery: it is unknown
// whether the file was delivered, or whether its client carried it.
func (f File) Unsettled() bool {
	carried := f.Opened.Method == ByDownload && f.State == FileIsRendered
	return f.State == DeliveryUnknown || carried
}
