package nacha

import "github.com/moov-io/ach"

// fileHeaderRecord is record 1. Bypassing validation lets moov keep a point
// of ten characters; without it the tenth is dropped.
func fileHeaderRecord(h *FileHeader) string {
	m := ach.NewFileHeader()
	m.SetValidation(&ach.ValidateOpts{BypassOriginValidation: true, BypassDestinationValidation: true})
	m.ImmediateDestination = h.ImmediateDestination
	m.ImmediateOrigin = h.ImmediateOrigin
	m.FileCreationDate = h.CreatedOn // empty would become today
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
