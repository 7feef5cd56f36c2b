package nacha

import "github.com/moov-io/ach"

// changeRecord is addenda 98 of a notification of change.
func changeRecord(c *Correction, trace string) string {
	m := ach.NewAddenda98()
	m.ChangeCode = c.Code
	m.OriginalTrace = c.OriginalTrace
	m.OriginalDFI = c.OriginalRouting
	m.CorrectedData = c.Data
	m.TraceNumber = trace
	return m.String()
}

// refusedChangeRecord is addenda 98 of a refused notification of change.
func refusedChangeRecord(r *RefusedChange, trace string) string {
	m := ach.NewAddenda98Refused()
	m.RefusedChangeCode = r.Code
	m.OriginalTrace = r.OriginalTrace
	m.OriginalDFI = r.OriginalRouting
	m.CorrectedData = r.Data
	m.ChangeCode = r.ChangeCode
	m.TraceSequenceNumber = r.ChangeTrace
	m.TraceNumber = trace
	return m.String()
}
