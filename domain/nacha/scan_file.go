package nacha

import "strings"

// at returns positions from to to, 1-based and inclusive as in the rules.
func at(rec string, from, to int) string {
	if len(rec) == RecordLength { // ASCII
		return rec[from-1 : to]
	}
	return cut(rec, from, to)
}

// textAt returns an alphameric field without the padding after it.
func textAt(rec string, from, to int) string { return trim(at(rec, from, to)) }

// dayAt returns a Julian settlement day. Zeros count as blank: no operator has
// stamped a day.
func dayAt(rec string, from, to int) string { return unlessZero(textAt(rec, from, to)) }

// unlessZero returns "" for a field of zeros.
func unlessZero(s string) string {
	if blankOrZero(s) {
		return ""
	}
	return s
}

// fileHeader reads record 1.
func (s *scanner) fileHeader(rec record) error {
	if s.stage != atStart {
		if s.stage == inBatch {
			if err := s.dropBatch(rec.number); err != nil {
				return err
			}
		}
		s.refuse(rec.number, SecondFile, "", "a second file header: two files in one")
		s.stage = behindEnd // nothing after it is read
		return nil
	}
	s.blame(rec)
	r := string(rec.text)
	h := &s.summary.Header
	*h = FileHeader{
		ImmediateDestination:     point(at(r, 4, 13)),
		ImmediateOrigin:          point(at(r, 14, 23)),
		CreatedOn:                at(r, 24, 29),
		CreatedAt:                trim(at(r, 30, 33)),
		Modifier:                 at(r, 34, 34),
		ImmediateDestinationName: textAt(r, 41, 63),
		ImmediateOriginName:      textAt(r, 64, 86),
		Reference:                textAt(r, 87, 94),
	}
	s.checkFileHeader(rec.number, r, h)
	s.stage = inFile
	if s.handler.File == nil {
		return nil
	}
	return s.handler.File(h)
}

// point reads a sending or receiving point: a space and nine characters, or
// ten.
func point(field string) string { return trim(strings.TrimPrefix(field, " ")) }

// checkFileHeader checks the fields for which the operator rejects a whole
// file.
func (s *scanner) checkFileHeader(line int, r string, h *FileHeader) {
	if at(r, 2, 3) != "01" || at(r, 35, 40) != "094101" {
		s.refuse(line, HeaderConstant, "priority, record size, blocking factor, format", "must be 01, 094, 10 and 1")
	}
	f := fields{read: true}
	f.point("immediate origin", h.ImmediateOrigin)
	f.point("immediate destination", h.ImmediateDestination)
	if field := f.first(); field != nil {
		s.refuse(line, SendingPoint, field.Field, field.Reason)
	}
	if _, err := ParseDate(h.CreatedOn); err != nil {
		s.refuse(line, CreationTime, "creation date", "is not a day written YYMMDD")
	}
	if h.CreatedAt != "" && !validTime(h.CreatedAt) {
		s.refuse(line, CreationTime, "creation time", "is not HHMM")
	}
	if s.blankModifier = h.Modifier == " "; s.blankModifier { // a fault if a batch follows
		return
	}
	if !validModifier(h.Modifier) {
		s.refuse(line, BadModifier, "file ID modifier", "is not A-Z or 0-9")
	}
}

// fileControl reads record 9 and compares it with the rest of the file. A count
// or sum may agree with the entries or with the batch control records: if one
// batch is out of balance only that batch is refused, not the file.
func (s *scanner) fileControl(rec record) error {
	if err := s.dropBatch(rec.number); err != nil {
		return err
	}
	s.blame(rec)
	s.summary.Complete = true
	s.stage = behindEnd
	r := string(rec.text)
	debits, credits, reserved := at(r, 32, 43), at(r, 44, 55), at(r, 56, 94)
	if s.advices {
		debits, credits, reserved = at(r, 32, 51), at(r, 52, 71), at(r, 72, 94)
	}
	sum, claim := &s.summary.Totals, &s.claimed
	s.total(rec.number, BatchCount, "batch count", at(r, 2, 7), int64(sum.Batches), int64(sum.Batches))
	n := int64(blocks(s.summary.Records))
	s.total(rec.number, BlockCount, "block count", at(r, 8, 13), n, n)
	s.total(rec.number, EntryCount, "entry and addenda count", at(r, 14, 21), int64(sum.Entries+sum.Addenda), int64(claim.Entries))
	s.total(rec.number, EntryHash, "entry hash", at(r, 22, 31), sum.EntryHash, claim.EntryHash)
	s.total(rec.number, TotalDebits, "total debits", debits, sum.DebitCents, claim.DebitCents)
	s.total(rec.number, TotalCredits, "total credits", credits, sum.CreditCents, claim.CreditCents)
	if s.exact && !blank(reserved) {
		s.refuse(rec.number, Rendering, "reserved", "is not blank")
	}
	return nil
}

func (s *scanner) total(line int, code, field, text string, sums ...int64) {
	n, ok := wide(text)
	for _, sum := range sums {
		if ok && n == sum {
			return
		}
	}
	s.refuse(line, code, field, "says %s, the records make %d", text, sums[0])
}

// wide reads the 20 digits of a total of advices; an actual total has at most
// 18.
func wide(s string) (int64, bool) {
	for len(s) > 18 && s[0] == '0' {
		s = s[1:]
	}
	return number(s)
}
