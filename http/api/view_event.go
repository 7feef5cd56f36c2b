package api

import (
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
)

// EventRecord is a transaction's item as ACH Connect shows it, which calls it
// an event.
type EventRecord struct {
	EventID            string
	TransactionID      string
	EventType          domain.ItemKind
	Status             string
	Direction          domain.Direction
	Timestamp          string
	ReplyToEventId     string        `json:",omitempty"`
	ReturnCode         string        `json:",omitempty"`
	ReturnTitle        string        `json:",omitempty"`
	AddendaInformation string        `json:",omitempty"`
	DateOfDeath        string        `json:",omitempty"`
	StatementDate      string        `json:",omitempty"`
	Amount             string        `json:",omitempty"` // of a return fee or a request for return, dollars
	SuspectedFraud     bool          `json:",omitempty"`
	ChangeCode         string        `json:",omitempty"`
	CorrectedData      string        `json:",omitempty"`
	Reason             string        `json:",omitempty"`
	HeldBy             *guard.HeldBy `json:",omitempty"`
	decisionRecord
	MissedCorrection   *MissedCorrection `json:",omitempty"`
	AnswerBy           string            `json:",omitempty"` // of a request for return
	AnsweredBy         string            `json:",omitempty"` // of a request for return: the return that came for it
	Answers            string            `json:",omitempty"` // of a return: the request that it came for
	TraceNumber        string            `json:",omitempty"`
	EffectiveEntryDate string            `json:",omitempty"`
	SettlementDate     string            `json:",omitempty"`
	FileID             string            `json:",omitempty"`
	StatusHistory      []statusRecord
}

type statusRecord struct {
	Status string
	At     string
}

// NewEventRecord converts an item.
func NewEventRecord(i projections.Item) EventRecord {
	r := EventRecord{
		EventID: i.ItemID, TransactionID: i.TransactionID, EventType: i.Kind, Status: i.Status, Direction: i.Direction,
		Timestamp: Timestamp(i.MadeAt), ReplyToEventId: i.ReplyTo, CorrectedData: i.CorrectedData, Reason: i.Reason, HeldBy: i.HeldBy,
		TraceNumber: i.Trace, EffectiveEntryDate: i.EffectiveOn, SettlementDate: i.SettledOn, FileID: i.FileID,
		AddendaInformation: i.Information, DateOfDeath: i.DateOfDeath, StatementDate: i.StatementDate, SuspectedFraud: codes.SuspectedFraud(i.Code, i.Information),
		StatusHistory: make([]statusRecord, len(i.History)),
	}
	if i.Kind == domain.ReturnFee || i.Kind == domain.ReturnRequest {
		r.Amount = text.FormatDollars(i.AmountCents)
	}
	switch i.Kind {
	case domain.Correction, domain.RefusedChange:
		r.ChangeCode = i.Code
	default:
		r.ReturnCode = i.Code
		if i.Code != "" {
			code, _ := codes.Return(i.Code, calendar.DateOf(i.MadeAt))
			r.ReturnTitle = code.Title
		}
	}
	if q := i.Request; q != nil {
		if !q.AnswerBy.IsZero() {
			r.AnswerBy = Timestamp(q.AnswerBy)
		}
		r.AnsweredBy, r.Answers = q.AnsweredBy, q.Answers
	}
	r.MissedCorrection = NewMissedCorrection(i.Missed)
	r.decisionRecord = newDecisionRecord(i.Decision)
	if i.Decision != nil && r.Reason == "" {
		r.Reason = i.Decision.Reason
	}
	for n, h := range i.History {
		r.StatusHistory[n] = statusRecord{h.Status, Timestamp(h.At)}
	}
	return r
}

// Timestamp formats an instant as every surface except ACH Pro writes it.
func Timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// RespondEvent writes one event of a transaction.
func (s *Kit) RespondEvent(c echo.Context, who Caller, status int, st TransactionView, item string) error {
	i := slices.IndexFunc(st.items, func(i projections.Item) bool { return i.ItemID == item })
	if i < 0 {
		return domain.Refuse(domain.NotFound, "transaction %s has no event %s", st.Transaction.ID, item)
	}
	r := NewEventRecord(st.items[i])
	if !who.May(domain.ScopeReveal) {
		return c.JSON(status, &r)
	}
	whole := r
	opened, err := s.revealEvent(st, &whole)
	if err == nil && opened {
		opened, err = s.mayReveal(c, st.Transaction.Client, domain.RevealedEvent, item)
	}
	if err != nil {
		return err
	}
	if opened {
		r = whole
	}
	return c.JSON(status, &r)
}

// revealEvent does the same for the corrected data of one event.
func (s *Kit) revealEvent(st TransactionView, r *EventRecord) (opened bool, err error) {
	i, ok := st.Transaction.Item(r.EventID)
	if !ok || r.CorrectedData == "" {
		return false, nil
	}
	data, err := s.Ledger.OpenDataOf(&st.Transaction, i)
	switch {
	case err == nil && data == "":
		return false, nil
	case err == nil:
		r.CorrectedData = data
		return true, nil
	case seal.NotCheckable(err):
		return false, nil
	default:
		return false, err
	}
}
