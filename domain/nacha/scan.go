package nacha

import (
	"errors"
	"io"
)

// Handler gets the records that a Scan reads, in the order of the file. Any of
// its functions may be nil. An error from one ends the Scan, which returns it.
// The pointers are valid until the function returns; a copy of the value may be
// kept.
type Handler struct {
	File  func(*FileHeader) error
	Batch func(*ScannedBatch) error
	Entry func(*ScannedEntry) error
	End   func(*Verdict) error // of a batch, after its last entry
}

// ScannedBatch is a batch header as read. Whether the batch is valid is known
// only at its Verdict: run Check first, or undo.
type ScannedBatch struct {
	Header  BatchHeader
	Ordinal int // from 1 within the file
	Line    int
	Raw     string // the record, 94 columns and LF
}

// ScannedEntry is an entry as read, with its addenda.
type ScannedEntry struct {
	Entry   Entry
	Kind    Kind
	Batch   int    // ordinal of its batch
	Ordinal int    // from 1 within the batch
	Line    int    // of record 6
	Raw     string // its records, each 94 columns and LF

	// Unsupported marks a class that is not read into fields. The entry also
	// has a problem, and waits for a person.
	Unsupported bool
	Problems    []Problem // of scope entry
}

// Verdict is the result for a batch.
type Verdict struct {
	Ordinal  int
	Line     int    // of the batch header
	Hash     string // SHA-256 of its canonical records, in hex
	Kind     Kind   // of its entries
	Totals   Totals // as computed, whatever the control record says
	Held     int    // entries with problems of their own
	Problems []Problem
	More     int // problems beyond those listed
	// Remarks are faults with which the batch is applied nevertheless.
	Remarks []Problem
}

func (v *Verdict) remark(line int, code, field, message string) {
	v.Remarks = append(v.Remarks, Problem{Line: line, Scope: InBatch, Code: code, Field: field, Message: message})
}

// OK reports whether the batch may be applied, except for entries with problems
// of their own.
func (v *Verdict) OK() bool { return len(v.Problems) == 0 }

// Summary is the result for a file.
type Summary struct {
	Header   FileHeader
	Hash     string // SHA-256 of the canonical records without padding, in hex
	Complete bool   // a file control record was read
	Foreign  bool   // text of another kind; nothing else of it was read
	Records  int    // without padding
	Totals   Totals // as computed
	Problems []Problem
	More     int // problems beyond those listed
}

// OK reports whether the file as a whole is valid; its batches have verdicts of
// their own.
func (s *Summary) OK() bool { return len(s.Problems) == 0 }

// Key is the header key by which an operator identifies the file.
func (s *Summary) Key() string {
	h := &s.Header
	return HeaderKey(h.ImmediateOrigin, h.CreatedOn, h.CreatedAt, h.Modifier)
}

// Scan reads a file once, strictly, in memory that does not grow with it. Every
// fault of the file becomes a Problem; the error is one of reading r or of the
// Handler.
func Scan(r io.Reader, h Handler) (Summary, error) {
	return scan(newLineReader(r), h)
}

func scan(lines *lineReader, h Handler) (Summary, error) {
	s := newScanner(h, lines.exact)
	for {
		rec, err := lines.next()
		if errors.Is(err, io.EOF) {
			return s.finish()
		}
		if err != nil {
			return s.summary, err
		}
		if err := s.take(rec); err != nil {
			return s.summary, err
		}
	}
}
