package nacha

import (
	"fmt"

	"github.com/moov-io/ach"
)

// returnRecord is addenda 99 of a returned entry. In an IAT return the
// information begins with the amount of the forward entry.
func returnRecord(r *Return, iat bool, trace string) string {
	m := ach.NewAddenda99()
	m.ReturnCode = r.Code
	m.OriginalTrace = r.OriginalTrace
	m.DateOfDeath = r.DateOfDeath
	m.OriginalDFI = r.OriginalRouting
	m.AddendaInformation = r.Information
	if iat {
		m.AddendaInformation = fmt.Sprintf("%010d%s", r.OriginalAmountCents, r.Information)
	}
	m.TraceNumber = trace
	return m.String()
}

// dishonoredRecord is addenda 99 of a return that the ODFI dishonors.
func dishonoredRecord(d *Dishonored, trace string) string {
	m := ach.NewAddenda99Dishonored()
	m.DishonoredReturnReasonCode = d.Code
	m.OriginalEntryTraceNumber = d.OriginalTrace
	m.OriginalReceivingDFIIdentification = d.OriginalRouting
	m.ReturnTraceNumber = d.ReturnTrace
	m.ReturnSettlementDate = d.ReturnSettlement
	m.ReturnReasonCode = d.ReturnCode
	m.AddendaInformation = d.Information
	m.TraceNumber = trace
	return m.String()
}

// contestedRecord is addenda 99 of a dishonored return that the RDFI contests.
func contestedRecord(c *Contested, trace string) string {
	m := ach.NewAddenda99Contested()
	m.ContestedReturnCode = c.Code
	m.OriginalEntryTraceNumber = c.OriginalTrace
	m.DateOriginalEntryReturned = spaced(c.ReturnedOn, 6)
	m.OriginalReceivingDFIIdentification = c.OriginalRouting
	m.OriginalSettlementDate = spaced(c.OriginalSettlement, 3)
	m.ReturnTraceNumber = c.ReturnTrace
	m.ReturnSettlementDate = c.ReturnSettlement
	m.ReturnReasonCode = c.ReturnCode
	m.DishonoredReturnTraceNumber = c.DishonoredTrace
	m.DishonoredReturnSettlementDate = c.DishonoredSettlement
	m.DishonoredReturnReasonCode = c.DishonoredCode
	m.TraceNumber = trace
	return m.String()
}
