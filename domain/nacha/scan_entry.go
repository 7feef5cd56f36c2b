package nacha

// pending is an entry whose addenda are still being read.
type pending struct {
	open    bool
	ordinal int
	raw     []byte // canonical records
	starts  []int  // of each record in raw
	lines   []int  // of each record
}

// beginEntry keeps record 6 until the last addenda is read.
func (s *scanner) beginEntry(rec record) {
	s.blame(rec)
	if s.stage != inBatch {
		s.refuse(rec.number, RecordOrder, "", "an entry outside a batch")
		return
	}
	s.batchHash.add(&rec)
	s.entry.open = true
	s.entry.ordinal = s.batch.verdict.Totals.Entries + 1
	s.entry.raw, s.entry.starts, s.entry.lines = s.entry.raw[:0], s.entry.starts[:0], s.entry.lines[:0]
	s.entry.add(rec)
}

// addendum adds a record 7 to its entry.
func (s *scanner) addendum(rec record) {
	s.blame(rec)
	if !s.entry.open {
		s.refuse(rec.number, RecordOrder, "", "addenda without an entry")
		return
	}
	s.batchHash.add(&rec)
	if len(s.entry.lines) > MaxAddenda {
		s.batch.refuse(rec.number, AddendaField, "addenda", "are more than %d", MaxAddenda)
		s.batch.verdict.Totals.Addenda++
		return
	}
	s.entry.add(rec)
}

// add keeps a record.
func (p *pending) add(rec record) {
	p.starts = append(p.starts, len(p.raw))
	p.raw = append(append(p.raw, rec.text...), '\n')
	p.lines = append(p.lines, rec.number)
}

// endEntry reads the records of an entry and passes it to the Handler.
func (s *scanner) endEntry() error {
	if !s.entry.open {
		return nil
	}
	s.entry.open = false
	s.scanned = ScannedEntry{
		Kind:    KindForward,
		Batch:   s.batch.verdict.Ordinal,
		Ordinal: s.entry.ordinal,
		Line:    s.entry.lines[0],
		Raw:     string(s.entry.raw),
	}
	r := entryReader{batch: &s.batch, created: s.summary.Header.CreatedOn, exact: s.exact, lines: s.entry.lines, starts: s.entry.starts, out: &s.scanned}
	r.read()
	if len(s.scanned.Problems) > 0 {
		s.batch.verdict.Held++
	}
	if s.handler.Entry == nil {
		return nil
	}
	return s.handler.Entry(&s.scanned)
}
