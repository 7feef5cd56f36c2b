package nacha

import "fmt"

// Scan calls h with the values of the file as the function Scan would with the
// text that Render makes of it, with the same line numbers. It makes no text,
// so Raw and the hashes are empty. Spaces after a value are dropped, as a
// record cannot keep them.
//
// Call Render first, which refuses values that no record can contain. The error
// is one of the Handler, or names an entry that is not domestic or not a
// forward entry.
func (f *File) Scan(h Handler) (Summary, error) {
	s := Summary{Header: f.Header, Complete: true, Records: 2} // records 1 and 9
	if h.File != nil {
		if err := h.File(&f.Header); err != nil {
			return s, err
		}
	}
	for n := range f.Batches {
		totals, err := f.Batches[n].scan(n+1, s.Records, h)
		if err != nil {
			return s, err
		}
		s.Totals.Add(totals)
		s.Records += 2 + totals.Entries + totals.Addenda
	}
	return s, nil
}

// scan calls h with a batch whose header is at the given line.
func (b *Batch) scan(ordinal, line int, h Handler) (Totals, error) {
	v := Verdict{Ordinal: ordinal, Line: line, Kind: KindForward, Totals: Totals{Batches: 1}}
	header := b.Header.trimmed()
	if h.Batch != nil {
		if err := h.Batch(&ScannedBatch{Header: header, Ordinal: ordinal, Line: line}); err != nil {
			return v.Totals, err
		}
	}
	open := openBatch{header: header, class: classOf(&header)}
	for n := range b.Entries {
		e := b.Entries[n].trimmed()
		if e.Kind() != KindForward || e.IAT != nil {
			return v.Totals, fmt.Errorf("batch %d entry %s: only a domestic entry that begins a payment is taken without its text", header.Number, e.Trace)
		}
		scanned := open.judged(e, line+1+v.Totals.Entries+v.Totals.Addenda)
		scanned.Batch, scanned.Ordinal = ordinal, n+1
		if len(scanned.Problems) > 0 {
			v.Held++
		}
		rdfi, _ := number(e.Routing[:8])
		v.Totals.add(rdfi, TransactionCode(e.Code), e.AmountCents, e.addenda())
		if h.Entry == nil {
			continue
		}
		if err := h.Entry(scanned); err != nil {
			return v.Totals, err
		}
	}
	if h.End == nil {
		return v.Totals, nil
	}
	return v.Totals, h.End(&v)
}

// judged returns a forward entry with the problems for which an operator would
// return it. Line is that of its record 6.
func (b *openBatch) judged(e Entry, line int) *ScannedEntry {
	out := &ScannedEntry{Entry: e, Kind: KindForward, Line: line}
	r := entryReader{batch: b, out: out}
	for n := range 1 + e.addenda() {
		r.lines = append(r.lines, line+n)
	}
	r.forward()
	return out
}

// trimmed returns the header as it would be read from a record.
func (h BatchHeader) trimmed() BatchHeader {
	for _, field := range []*string{&h.CompanyName, &h.DiscretionaryData, &h.CompanyID, &h.Description, &h.DescriptiveDate, &h.EffectiveOn} {
		*field = trim(*field)
	}
	return h
}

// trimmed returns a domestic entry as it would be read from its records.
func (e Entry) trimmed() Entry {
	for _, field := range []*string{&e.Account, &e.IndividualID, &e.Name, &e.Discretionary, &e.Addenda02} {
		*field = trim(*field)
	}
	text := make(RunningText, 0, len(e.Addenda05))
	for _, line := range e.Addenda05 {
		text = append(text, spaced(line, addendaText))
	}
	text.trim()
	if e.Addenda05 = nil; len(text) > 0 {
		e.Addenda05 = text
	}
	return e
}
