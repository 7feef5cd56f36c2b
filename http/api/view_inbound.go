package api

import (
	"time"

	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// InboundRecord is a file of the bank as operations see it.
type InboundRecord struct {
	ID          string          `json:"id"`
	Of          string          `json:"of,omitempty"` // of a duplicate: the file that came before
	Name        string          `json:"name"`
	Source      string          `json:"source"`
	State       string          `json:"state"`
	ReceivedAt  time.Time       `json:"received_at"`
	Batches     int             `json:"batches"`
	Entries     int             `json:"entries"`
	DebitCents  int64           `json:"debit_cents"`
	CreditCents int64           `json:"credit_cents"`
	Applied     int             `json:"applied"`
	Unmatched   int             `json:"unmatched"`
	Skipped     int             `json:"skipped"`
	Repeats     int             `json:"repeats"`
	Reasons     []inboundReason `json:"reasons"`
	Remarks     []inboundReason `json:"remarks,omitempty"`
}

type inboundReason struct {
	Line    int    `json:"line"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// NewInboundRecord shows a file that came from the bank.
func NewInboundRecord(f projections.Inbound) InboundRecord {
	shown := InboundRecord{
		ID: f.ID, Name: f.Name, Source: f.Source, State: f.State, ReceivedAt: f.ReceivedAt, Batches: f.Batches, Entries: f.Entries,
		DebitCents: f.DebitCents, CreditCents: f.CreditCents, Applied: f.Applied, Unmatched: f.Unmatched, Skipped: f.Skipped,
		Repeats: f.Repeats, Reasons: []inboundReason{},
	}
	if f.State == projections.InboundDuplicate {
		shown.Of = f.ID
	}
	for _, r := range f.Reasons {
		shown.Reasons = append(shown.Reasons, inboundReason{r.Line, r.Code, reasonText(r)})
	}
	for _, r := range f.Remarks {
		shown.Remarks = append(shown.Remarks, inboundReason{r.Line, r.Code, reasonText(r)})
	}
	return shown
}

func reasonText(p nacha.Problem) string {
	if p.Field == "" {
		return p.Message
	}
	return p.Field + ": " + p.Message
}
