package nacha

// openBatch is the batch that a scanner is reading.
type openBatch struct {
	problems
	header  BatchHeader
	class   class
	verdict Verdict
	trace   string // of the last entry
}

// refuse reports a problem of the batch.
func (b *openBatch) refuse(line int, code, field, message string, args ...any) {
	b.add(InBatch, line, code, field, message, args...)
}

// beginBatch reads record 5.
func (s *scanner) beginBatch(rec record) error {
	if err := s.dropBatch(rec.number); err != nil {
		return err
	}
	if s.blankModifier { // the daily file of a bank without entries may have none
		s.blankModifier = false
		s.refuse(1, BadModifier, "file ID modifier", "is not A-Z or 0-9")
	}
	s.summary.Totals.Batches++
	s.stage = inBatch
	s.batch = openBatch{verdict: Verdict{Ordinal: s.summary.Totals.Batches, Line: rec.number}}
	s.batchHash.add(&rec)
	s.blame(rec)
	r := string(rec.text)
	s.batch.header = readBatchHeader(r)
	s.batch.class = classOf(&s.batch.header)
	s.advices = s.batch.class.layout == advice
	s.batch.checkHeader(rec.number, s.exact, r)
	if s.handler.Batch == nil {
		return nil
	}
	return s.handler.Batch(&ScannedBatch{Header: s.batch.header, Ordinal: s.batch.verdict.Ordinal, Line: rec.number, Raw: r + "\n"})
}

// endBatch reads record 8 and compares it with the entries.
func (s *scanner) endBatch(rec record) error {
	s.blame(rec)
	if s.stage != inBatch {
		s.refuse(rec.number, RecordOrder, "", "a batch control record without a batch")
		return nil
	}
	s.batchHash.add(&rec)
	s.claim(s.batch.checkControl(rec.number, s.exact, string(rec.text)))
	return s.closeBatch()
}

// claim adds up the totals of the batch control records.
func (s *scanner) claim(t Totals) { s.claimed.Add(t) }

// dropBatch closes a batch without a control record.
func (s *scanner) dropBatch(line int) error {
	if s.stage != inBatch {
		return nil
	}
	b := &s.batch
	b.refuse(line, NoBatchControl, "", "the batch ends without a batch control record")
	if line > 0 {
		s.refuse(line, RecordOrder, "", "the batch before has no batch control record")
	}
	t := b.verdict.Totals
	s.claim(Totals{Entries: t.Entries + t.Addenda, EntryHash: t.EntryHash, DebitCents: t.DebitCents, CreditCents: t.CreditCents})
	return s.closeBatch()
}

// closeBatch reports the verdict.
func (s *scanner) closeBatch() error {
	b := &s.batch
	v := &b.verdict
	if v.Totals.Entries == 0 {
		b.refuse(v.Line, NoEntries, "", "the batch has no entries")
	}
	if v.Kind == KindForward && !b.class.unsupported && blankOrZero(b.header.EffectiveOn) && b.header.SettlementDay == "" {
		b.refuse(v.Line, EffectiveDate, "effective entry date", "is blank, and no operator has stamped a settlement day")
	}
	v.Hash = s.batchHash.hex()
	v.Problems, v.More = b.list, b.more
	v.Totals.Batches = 1
	t := v.Totals
	t.Batches = 0 // counted at its header
	s.summary.Totals.Add(t)
	s.stage = inFile
	if s.handler.End == nil {
		return nil
	}
	return s.handler.End(v)
}
