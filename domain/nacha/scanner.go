package nacha

import (
	"bytes"
	"strings"
)

// stage is the scanner's place in the order of records.
type stage int

const (
	atStart   stage = iota
	inFile          // between batches
	inBatch         // after record 5
	behindEnd       // after record 9
	unread          // the text is no NACHA file
)

// scanner is the state of one Scan.
type scanner struct {
	handler  Handler
	exact    bool
	stage    stage
	summary  Summary
	problems problems
	hash     *canon
	claimed  Totals // as the batch control records say
	padding  int

	blankModifier bool // of a file that had no batch yet
	advices       bool // the batches are of class ADV, and so is record 9

	batch     openBatch
	batchHash *canon
	entry     pending
	scanned   ScannedEntry
}

func newScanner(h Handler, exact bool) *scanner {
	s := &scanner{handler: h, exact: exact}
	if !exact { // Compare uses no hash
		s.hash, s.batchHash = newCanon(), newCanon()
	}
	return s
}

// take processes one record.
func (s *scanner) take(rec record) error {
	kind := rec.text[0]
	if kind == '9' && s.isPadding(rec.text) && s.stage != unread {
		return s.pad(rec)
	}
	if s.stage == atStart && !strings.ContainsRune("156789", rune(kind)) || s.stage == unread {
		s.foreign(rec)
		return nil
	}
	if kind != '7' {
		if err := s.endEntry(); err != nil {
			return err
		}
	}
	s.summary.Records++
	s.hash.addRaw(&rec)
	if s.stage == behindEnd && kind != '1' {
		s.refuse(rec.number, AfterEnd, "", "text behind the end of the file")
		return nil
	}
	if s.stage == atStart && kind != '1' {
		s.refuse(rec.number, NoFileHeader, "", "the first record is not a file header")
		s.stage = inFile
	}
	switch kind {
	case '1':
		return s.fileHeader(rec)
	case '5':
		return s.beginBatch(rec)
	case '6':
		s.beginEntry(rec)
	case '7':
		s.addendum(rec)
	case '8':
		return s.endBatch(rec)
	case '9':
		return s.fileControl(rec)
	default:
		s.blame(rec)
		s.refuse(rec.number, UnknownRecord, "record type", "is not 1, 5, 6, 7, 8 or 9")
	}
	return nil
}

// foreign processes a record of text that is no NACHA file: it reports that
// once, and nothing else is checked.
func (s *scanner) foreign(rec record) {
	s.summary.Records++
	s.hash.addRaw(&rec)
	if s.stage != unread {
		s.refuse(rec.number, NoFileHeader, "", "this is no NACHA file: it does not begin with a file header")
		s.stage, s.summary.Foreign = unread, true
	}
}

// refuse reports a problem of the whole file.
func (s *scanner) refuse(line int, code, field, message string, args ...any) {
	s.problems.add(InFile, line, code, field, message, args...)
}

// blame reports a fault in the text of a line: within a batch a bad character
// invalidates the batch, anything else the file.
func (s *scanner) blame(rec record) {
	switch rec.fault {
	case overlong:
		s.refuse(rec.number, RecordTooLong, "", "the line has more than 94 characters")
	case ragged:
		s.refuse(rec.number, Rendering, "", "the line is not written as the rest of the file")
	case unreadable:
		message := "a control character, below hex 20"
		if s.exact {
			message = "a character outside printable ASCII"
		}
		if s.stage == inBatch {
			s.batch.refuse(rec.number, BadCharacter, "", message)
		} else {
			s.refuse(rec.number, BadCharacter, "", message)
		}
	}
}

func (s *scanner) isPadding(text []byte) bool {
	return bytes.Count(text, []byte{'9'}) == RecordLength
}

// pad counts filler records; any number of them is accepted, including none.
func (s *scanner) pad(rec record) error {
	s.blame(rec)
	s.padding++
	if s.stage == behindEnd {
		return nil
	}
	if err := s.endEntry(); err != nil {
		return err
	}
	if err := s.dropBatch(rec.number); err != nil {
		return err
	}
	s.refuse(rec.number, NoFileControl, "", "filler records come before a file control record")
	s.stage = behindEnd
	return nil
}

// finish closes an open batch and entry and returns the summary.
func (s *scanner) finish() (Summary, error) {
	if err := s.endEntry(); err != nil {
		return s.summary, err
	}
	if err := s.dropBatch(0); err != nil {
		return s.summary, err
	}
	switch {
	case s.summary.Records == 0 && s.padding == 0:
		s.refuse(0, EmptyFile, "", "the file holds no record")
	case !s.summary.Complete && s.stage != behindEnd && s.stage != unread:
		s.refuse(0, NoFileControl, "", "the file ends without a file control record")
	}
	if s.exact && (s.summary.Records+s.padding)%RecordsPerBlock != 0 || s.exact && s.padding >= RecordsPerBlock {
		s.refuse(0, Rendering, "padding", "the last block is not filled to ten records")
	}
	s.summary.Hash = s.hash.hex()
	s.summary.Problems, s.summary.More = s.problems.list, s.problems.more
	return s.summary, nil
}
