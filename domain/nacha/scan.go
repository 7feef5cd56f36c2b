package nacha

import (
	"errors"
	"io"
)

// Handler is told what a Scan reads, in the order of the file. Any of its
// functions may be nil. An error from one ends the Scan, which returns it.
// What the pointers point at is good until the function returns; a copy of
// the value may be kept.
type Handler struct {
	File  func(*FileHeader) error
	Batch func(*ScannedBatch) error
	Entry func(*ScannedEntry) error
	End   func(*Verdict) error // of a batch, after its last entry
}

// ScannedBatch is a batch header as read. Whether its batch can be trusted
// is known at its Verdict only: run Check first, or undo.
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

	// Unsupported marks a class we do not read into fields; it also has a
	// problem, and waits for a person.
	Unsupported bool
	Problems    []Problem // of scope entry
}

// Verdict closes a batch.
type Verdict struct {
	Ordinal  int
	Line     int    // of the batch header
	Hash     string // SHA-256 of its canonical records, in hex
	Kind     Kind   // of its entries
	Totals   Totals // as summed, whatever the control record says
	Held     int    // entries with problems of their own
	Problems []Problem
	More     int // problems beyond those listed
	// Remarks are what is wrong with the batch and keeps nobody from applying
	// it.
	Remarks []Problem
}

func (v *Verdict) remark(line int, code, field, message string) {
	v.Remarks = append(v.Remarks, Problem{Line: line, Scope: InBatch, Code: code, Field: field, Message: message})
}

// OK reports whether the batch may be applied, entries with problems of their
// own aside.
func (v *Verdict) OK() bool { return len(v.Problems) == 0 }

// Summary is what is known of a file after its last byte.
type Summary struct {
	Header   FileHeader
	Hash     string // SHA-256 of the canonical records without padding, in hex
	Complete bool   // a file control record was read
	Foreign  bool   // text of another kind, of which nothing else was read
	Records  int    // without padding
	Totals   Totals // as summed
	Problems []Problem
	More     int // problems beyond those listed
}

// OK reports whether the file as a whole may be trusted; its batches have
// verdicts of their own.
func (s *Summary) OK() bool { return len(s.Problems) == 0 }

// Key is the header key under which an operator knows the file.
func (s *Summary) Key() string {
	h := &s.Header
	return HeaderKey(h.ImmediateOrigin, h.CreatedOn, h.CreatedAt, h.Modifier)
}

// Scan reads a file once, strictly, in memory that does not grow with it.
// Whatever is wrong with the file becomes a Problem; the error is one of
// reading r or of the Handler.
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
