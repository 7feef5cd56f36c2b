package domain

import (
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// Events of requests for return.
type (
	// TransactionAskedBack records that the receiving bank is asked to return
	// an entry of ours. The request is made outside ACH. The bank answers with
	// a return R06, or tells us its decision.
	TransactionAskedBack struct {
		ItemID  string `json:"item_id"`  // of the request
		ReplyTo string `json:"reply_to"` // the entry, as last presented
		Reason  string `json:"reason"`
		// AnswerBy is the end of the tenth banking day after the request, by
		// which the bank has to answer, RFC 3339.
		AnswerBy string `json:"answer_by"`
	}
	// TransactionUnanswered records that the receiving bank did not answer a
	// request for return in time. A later return still answers it.
	TransactionUnanswered struct {
		ItemID string `json:"item_id"`
		Reason string `json:"reason"`
	}
)

// Type names each event in the log.
func (TransactionAskedBack) Type() string  { return "transaction.asked_back" }
func (TransactionUnanswered) Type() string { return "transaction.unanswered" }

func init() { register(empty[TransactionAskedBack], empty[TransactionUnanswered]) }

// AnswerBy returns when the time ends in which the receiving bank has to answer
// a request for return; ok is false for other items.
func (i *Item) AnswerBy() (by time.Time, ok bool) {
	if i.AskedBack == nil {
		return time.Time{}, false
	}
	by, err := time.Parse(time.RFC3339, i.AskedBack.AnswerBy)
	return by, err == nil
}

// Answering returns the request for return that a return answers, or nil.
func (t *Transaction) Answering(ret *Item) *Item {
	for _, i := range t.Items {
		if i.Kind == ReturnRequest && i.AnsweredBy == ret.ID {
			return i
		}
	}
	return nil
}

// Unanswered closes a request for return that the receiving bank did not
// answer in time.
type Unanswered struct {
	ItemID string
	Now    time.Time
}

// Decide closes it once, after its last day. The entry is not affected.
func (c Unanswered) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Asked {
		return nil, nil
	}
	by, ok := i.AnswerBy()
	if !ok || c.Now.Before(by) {
		return nil, nil
	}
	last := calendar.DateOf(by.Add(-time.Second))
	return []Event{TransactionUnanswered{ItemID: i.ID, Reason: "the receiving bank did not answer by " + last.String()}}, nil
}

func (t *Transaction) askBack(f Fact, e *TransactionAskedBack) {
	amount := int64(0)
	if to, ok := t.Item(e.ReplyTo); ok {
		amount = to.AmountCents
	}
	t.add(f, Item{ID: e.ItemID, Kind: ReturnRequest, Direction: ToFed, State: Asked, ReplyTo: e.ReplyTo, AmountCents: amount, AskedBack: e})
}

// answerRequest links a received return to the newest request for it. A return
// by agreement, such as R06, also answers a request that the bank had declined
// or left unanswered. Any other return only answers a request that still waits:
// it makes the request pointless. A withdrawn request is never answered.
func (t *Transaction) answerRequest(f Fact, in *Incoming) {
	code := ""
	if r := in.Entry.Return; r != nil {
		code = r.Code
	}
	row, _ := codes.Return(code, calendar.DateOf(f.Meta.At))
	if i := t.RequestFor(in.ReplyTo); i != nil && (i.State == Asked || row.TimeFrame == codes.ByAgreement) {
		i.AnsweredBy = in.ItemID
		t.move(f, i.ID, WasAnswered, "")
	}
}

// RequestFor returns the newest request for return of an entry that was neither
// withdrawn nor answered, or nil.
func (t *Transaction) RequestFor(entry string) *Item {
	for _, i := range slices.Backward(t.Items) {
		if i.Kind != ReturnRequest || i.ReplyTo != entry || i.State == Recalled {
			continue
		}
		if i.State == WasAnswered {
			return nil
		}
		return i
	}
	return nil
}
