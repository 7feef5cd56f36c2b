package domain

import (
	"maps"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// RedateFile dates a file again that has not left.
type RedateFile struct {
	Now   time.Time
	Terms *calendar.Terms // of its bank; nil: FedACH's
}

// Decide dates it again if the deadline its dates were decided for has passed.
// A file that the client carries is the client's from its cut on, and keeps
// its dates.
func (c RedateFile) Decide(f File) ([]Event, error) {
	if f.Opened.Method == ByDownload {
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

// BeginDelivery records that a file may leave from here on.
type BeginDelivery struct {
	Method, Temporary string
	Encrypted         *Encrypted
}

// Decide begins it; again where it was taken back, or where a person said that
// the bank does not have the file.
func (c BeginDelivery) Decide(f File) ([]Event, error) {
	return []Event{FileDelivering(c)}, f.mayBe("delivered", FileIsRendered, FileIsDelivering, DeliveryUnknown)
}

// EndDelivery records that a file has left.
type EndDelivery struct{}

// Decide ends a delivery that began, and that of a file its client carried.
func (EndDelivery) Decide(f File) ([]Event, error) {
	states := []FileState{FileIsDelivering, DeliveryUnknown}
	if f.Opened.Method == ByDownload {
		states = append(states, FileIsRendered)
	}
	return []Event{FileDelivered{}}, f.mayBe("delivered", states...)
}

// DoubtDelivery records that nobody knows whether a file has left.
type DoubtDelivery struct{ Reason string }

// Decide leaves it to a person, or to the operator's acknowledgement.
func (c DoubtDelivery) Decide(f File) ([]Event, error) {
	return []Event{FileDeliveryUnknown(c)}, f.mayBe("in doubt", FileIsDelivering)
}

// HadLeft records that a cut file had left before its folder was restored from
// a backup: what the log lacks of its life.
type HadLeft struct {
	Again *FileRedated // as it was dated again before it left; nil if it was not
	RenderFile
}

// Decide records what is missing.
func (c HadLeft) Decide(f File) (events []Event, err error) {
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

// RedatedTo is how the file was dated again, if its batches went out with these
// effective entry dates; nil where they are its own, or differ otherwise than
// by that.
func (f File) RedatedTo(effective []string) *FileRedated {
	if len(f.Batches) != len(effective) {
		return nil
	}
	dates := map[string]string{}
	for n, b := range f.Batches {
		to := effective[n]
		if known, seen := dates[b.EffectiveOn]; b.Answers && to != b.EffectiveOn || seen && !b.Answers && known != to {
			return nil
		}
		if !b.Answers {
			dates[b.EffectiveOn] = to
		}
	}
	maps.DeleteFunc(dates, func(from, to string) bool { return from == to })
	if len(dates) == 0 {
		return nil
	}
	return &FileRedated{Dates: dates, SendBy: f.SendBy, Why: "it went out dated again before the ledger was restored from a backup"}
}

// Unsettled reports whether a person may say that the file was delivered:
// nobody knows whether it was, or whether its client carried it.
func (f File) Unsettled() bool {
	carried := f.Opened.Method == ByDownload && f.State == FileIsRendered
	return f.State == DeliveryUnknown || carried
}
