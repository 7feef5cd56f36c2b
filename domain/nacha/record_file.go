package nacha

import "github.com/moov-io/ach"

// fileHeaderRecord is record 1. Unless its validation of points is bypassed,
// moov drops the tenth character of a point.
func fileHeaderRecord(h *FileHeader) string {
	m := ach.NewFileHeader()
	m.SetValidation(&ach.ValidateOpts{BypassOriginValidation: true, BypassDestinationValidation: true})
	m.ImmediateDestination = h.ImmediateDestination
	m.ImmediateOrigin = h.ImmediateOrigin
	m.FileCreationDate = h.CreatedOn // moov replaces an empty one by today
	m.FileCreationTime = h.CreatedAt
	m.FileIDModifier = h.Modifier
	m.ImmediateDestinationName = h.ImmediateDestinationName
	m.ImmediateOriginName = h.ImmediateOriginName
	m.ReferenceCode = h.Reference
	return m.String()
}

// fileControlRecord is record 9.
func fileControlRecord(t Totals, blocks int) string {
	m := ach.NewFileControl()
	m.BatchCount = t.Batches
	m.BlockCount = blocks
	m.EntryAddendaCount = t.Entries + t.Addenda
	m.EntryHash = int(t.EntryHash)
	m.TotalDebitEntryDollarAmountInFile = int(t.DebitCents)
	m.TotalCreditEntryDollarAmountInFile = int(t.CreditCents)
	return m.String()
}
