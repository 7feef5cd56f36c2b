package nacha

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Writer renders a file record by record, so that a file of any size needs no
// more memory than one entry. Call Begin, then Entry for each entry, and End
// for each batch, then Close. After an error the output must be discarded, and
// every later call returns the same error.
//
// moov-io/ach formats the records. The Writer itself orders, counts and sums,
// because moov puts international batches last whatever their number. It does
// not ask moov whether the file is valid, because moov refuses lawful entries
// (CCD without money) and accepts unlawful ones. Tests compare the result with
// moov's validation for every kind of file.
type Writer struct {
	out     *bufio.Writer
	ending  string
	records int
	file    Totals

	batch  BatchHeader
	open   bool
	kind   Kind
	trace  string
	totals Totals

	entry entryRecord
	err   error
}

// NewWriter checks and writes the file header.
func NewWriter(out io.Writer, h FileHeader, lineEnding string) (*Writer, error) {
	if lineEnding != "\n" && lineEnding != "\r\n" {
		return nil, fmt.Errorf("line ending must be LF or CRLF")
	}
	if err := h.Validate(); err != nil {
		return nil, err
	}
	w := &Writer{out: bufio.NewWriterSize(out, 64<<10), ending: lineEnding}
	w.line(fileHeaderRecord(&h))
	return w, w.err
}

// Begin opens a batch. Batch numbers ascend within the file.
func (w *Writer) Begin(h BatchHeader) error {
	f := fields{err: w.err}
	f.want(!w.open, "batch header", "comes before the end of batch %d", w.batch.Number)
	f.want(h.Number > w.batch.Number, "batch number", "does not ascend")
	if f.err == nil {
		f.err = h.Validate()
	}
	if w.err = f.in(func() string { return fmt.Sprintf("batch %d", h.Number) }); w.err != nil {
		return w.err
	}
	w.batch, w.open, w.kind, w.trace, w.totals = h, true, "", "", Totals{}
	w.line(batchHeaderRecord(&h))
	return w.err
}

// End closes the batch with the counts and sums of its entries.
func (w *Writer) End() error {
	f := fields{err: w.err}
	f.want(w.open, "batch control", "has no batch")
	f.want(w.totals.Entries > 0, "batch", "has no entries")
	if w.err = f.in(func() string { return fmt.Sprintf("batch %d", w.batch.Number) }); w.err != nil {
		return w.err
	}
	w.line(batchControlRecord(&w.batch, w.totals))
	w.totals.Batches = 1
	w.file.Add(w.totals)
	w.open = false
	return w.err
}

// Close writes the file control record and fills the last block with nines. A
// file without batches is legal: it shows that the transmission works.
func (w *Writer) Close() (Totals, error) {
	f := fields{err: w.err}
	f.want(!w.open, "file control", "comes before the end of batch %d", w.batch.Number)
	n := blocks(w.records + 1)
	f.want(w.file.Batches <= MaxFileBatches, "batch count", "is above %d", MaxFileBatches)
	f.want(n <= MaxFileBlocks, "block count", "is above %d", MaxFileBlocks)
	f.want(w.file.Entries+w.file.Addenda <= MaxFileRecords, "entry and addenda count", "is above %d", MaxFileRecords)
	f.want(w.file.DebitCents <= MaxTotalCents, "total debits", "are above twelve digits")
	f.want(w.file.CreditCents <= MaxTotalCents, "total credits", "are above twelve digits")
	if w.err = f.in(func() string { return "file control" }); w.err != nil {
		return Totals{}, w.err
	}
	w.line(fileControlRecord(w.file, n))
	for w.records%RecordsPerBlock != 0 {
		w.line(nines)
	}
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.file, w.err
}

// nines is a filler record.
var nines = strings.Repeat("9", RecordLength)

// line writes one record. Its length is checked last: whatever moov did with a
// field, a record has 94 characters or the file is not written.
func (w *Writer) line(record string) {
	if w.err != nil {
		return
	}
	w.records++
	if len(record) != RecordLength {
		w.err = fmt.Errorf("record %d: rendered %d characters, want %d", w.records, len(record), RecordLength)
		return
	}
	_, _ = w.out.WriteString(record) // bufio keeps the first error for Flush
	_, _ = w.out.WriteString(w.ending)
}
