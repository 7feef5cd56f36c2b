package domain

import (
	"cmp"
	"errors"

	"github.com/achledger/achledger/domain/nacha"
)

// Values of a probe in place of what the cut or the rendering decides.
const (
	probeNumber = 1
	probeDay    = "260102"
	probeTime   = "0900"
	probeText   = "PROBE"
	probeTrace  = "0000001"
	probePoint  = "000000001"
)

// batchProbe is a valid batch header.
func batchProbe() nacha.BatchHeader {
	return nacha.BatchHeader{
		ServiceClass: nacha.MixedClass, CompanyName: probeText, CompanyID: probeText, SEC: "PPD", Description: probeText,
		EffectiveOn: probeDay, OriginatorStatus: "1", ODFI: "00000001", Number: probeNumber,
	}
}

// ODFI returns our ODFI that sends the transaction's items, with nine digits:
// the one that originated the transaction, or the one that received it.
func (t *Transaction) ODFI() string {
	switch {
	case t.Originated != nil:
		return t.Originated.Proposal.FromRouting
	case t.Received != nil:
		return t.Received.Entry.Routing
	default:
		return ""
	}
}

// Renderable reports why no file could carry the entry under its batch header,
// or nil. The file writer validates the entry with placeholders for what is
// decided later: number, class and date of the batch, the trace number; and for
// account number and corrected data, which are sealed, if they are empty. ODFI
// is the bank whose file it is, by nine digits or eight.
//
// The error is a *nacha.FieldError.
func (e Entry) Renderable(odfi string) error {
	h, entry := e.Header, e.Entry
	h.Number, h.SettlementDay = probeNumber, ""
	debit := nacha.TransactionCode(entry.Code).Debit()
	h.ServiceClass = nacha.ServiceClass(debit, !debit)
	h.EffectiveOn = cmp.Or(h.EffectiveOn, probeDay)
	entry.Trace = odfi[:min(len(odfi), 8)] + probeTrace
	setIfEmpty(&entry.Account, probeText)
	if c := entry.Correction; c != nil && c.Data == "" {
		probe := *c
		probe.Data = probeText
		entry.Correction = &probe
	}
	if c := entry.RefusedChange; c != nil && c.Data == "" {
		probe := *c
		probe.Data = probeText
		entry.RefusedChange = &probe
	}
	if err := h.Validate(); err != nil {
		return err
	}
	return entry.Validate(&h)
}

// Renderable reports why no file could have such a header, or nil. The error is
// a *nacha.FieldError.
func (s FileSettings) Renderable() error {
	h := s.fileHeader("", probeDay, probeTime, "A")
	return h.Validate()
}

// FieldRule says which field of an entry breaks which rule, for people:
// "company name is blank or zero".
func FieldRule(err error) string {
	var f *nacha.FieldError
	if errors.As(err, &f) {
		return f.Field + " " + f.Reason
	}
	return err.Error()
}
