package http

import (
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/projections"
)

// eventRecord is an ACH Connect event: a transaction's item.
type eventRecord struct {
	EventID            string
	TransactionID      string
	EventType          domain.ItemKind
	Status             string
	Direction          domain.Direction
	Timestamp          string
	ReplyToEventId     string `json:",omitempty"`
	ReturnCode         string `json:",omitempty"`
	ReturnTitle        string `json:",omitempty"`
	AddendaInformation string `json:",omitempty"`
	DateOfDeath        string `json:",omitempty"`
	SuspectedFraud     bool   `json:",omitempty"`
	ChangeCode         string `json:",omitempty"`
	CorrectedData      string `json:",omitempty"`
	Reason             string `json:",omitempty"`
	TraceNumber        string `json:",omitempty"`
	EffectiveEntryDate string `json:",omitempty"`
	SettlementDate     string `json:",omitempty"`
	FileID             string `json:",omitempty"`
	StatusHistory      []statusRecord
}

type statusRecord struct {
	Status string
	At     string
}

func newEventRecord(i projections.Item) eventRecord {
	r := eventRecord{
		EventID: i.ItemID, TransactionID: i.TransactionID, EventType: i.Kind, Status: i.Status, Direction: i.Direction,
		Timestamp: stamp(i.MadeAt), ReplyToEventId: i.ReplyTo, CorrectedData: i.CorrectedData, Reason: i.Reason,
		TraceNumber: i.Trace, EffectiveEntryDate: i.EffectiveOn, SettlementDate: i.SettledOn, FileID: i.FileID,
		AddendaInformation: i.Information, DateOfDeath: i.DateOfDeath, SuspectedFraud: codes.SuspectedFraud(i.Code, i.Information),
		StatusHistory: make([]statusRecord, len(i.History)),
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
	for n, h := range i.History {
		r.StatusHistory[n] = statusRecord{h.Status, stamp(h.At)}
	}
	return r
}

// stamp is an instant as every surface but ACH Pro writes it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
