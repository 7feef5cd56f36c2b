package nacha

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// record is one line of a file, padded with spaces to 94 columns. Both slices
// are valid until the next call of next.
type record struct {
	number int    // line in the file, or record if the file has no lines
	text   []byte // always 94 characters of UTF-8: of 94 bytes, it is ASCII
	raw    []byte // as received; the same bytes as text if nothing was wrong
	fault  fault
}

// ascii reports whether every column is one byte.
func (r *record) ascii() bool { return len(r.text) == RecordLength }

// fault is what is wrong with the text of a line.
type fault string

const (
	sound      fault = ""
	overlong   fault = "record-length"
	unreadable fault = "character"
	ragged     fault = "rendering" // only if every byte must be as Render writes it
)

// longest is the greatest number of bytes of 94 characters in UTF-8.
const longest = RecordLength * 4

// lineReader splits a file into records: lines that end in LF, CRLF or CR, or
// consecutive records without line ends. Lines may be short, without their
// trailing spaces; blank lines are skipped. Spaces behind column 94, a byte
// order mark in front and 0x1A at the end are dropped.
type lineReader struct {
	in     *bufio.Reader
	number int
	runOn  bool // no line ends
	exact  bool // report everything that Render would not have written
	ending string
	buf    []byte // a padded line
	began  bool
	marked bool // a byte order mark
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(r, 64<<10)}
}

// next returns the next record that is not blank, or io.EOF.
func (l *lineReader) next() (record, error) {
	if !l.began {
		l.began = true
		if err := l.begin(); err != nil {
			return record{}, err
		}
	}
	for {
		read := l.line
		if l.runOn {
			read = l.block
		}
		rec, err := read()
		if err != nil {
			return record{}, err
		}
		if len(rec.raw) > 0 && len(bytes.TrimRight(rec.raw, " ")) == 0 {
			rec.raw = nil
		}
		if len(rec.raw) > 0 || l.exact {
			return rec, nil
		}
	}
}

// byteOrderMark may stand in front of a file.
const byteOrderMark = "\xEF\xBB\xBF"

// runOnSample is the number of bytes from which it is determined whether a file
// has lines.
const runOnSample = 2 * RecordsPerBlock * RecordLength

// begin drops a byte order mark and determines whether the file has lines.
func (l *lineReader) begin() error {
	if mark, err := l.in.Peek(len(byteOrderMark)); err == nil && string(mark) == byteOrderMark {
		_, _ = l.in.Discard(len(byteOrderMark))
		l.marked = true
	}
	head, err := l.in.Peek(runOnSample)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	l.runOn = runsOn(head)
	return nil
}

// runsOn reports whether a file that begins with head has records without line
// ends.
func runsOn(head []byte) bool {
	unbroken := true
	if end := bytes.IndexAny(head, "\r\n"); end >= 0 {
		head = head[:end]
		unbroken = len(head)%RecordLength == 0 || secondRecord(head)
	}
	return unbroken && len(bytes.TrimRight(head, " \x1A")) > RecordLength
}

// leastControl is the length of a file control record whose padding was
// trimmed.
const leastControl = 55

// secondRecord reports whether a long first line continues after its record
// like a file: with a batch header or a file control record. The last record of
// a file without line ends may be trimmed.
func secondRecord(line []byte) bool {
	line = bytes.TrimRight(line, " \x1A")
	n := blockSize(line)
	return len(line) >= n+leastControl && (line[n] == '5' || line[n] == '9')
}

// line reads up to the next line end.
func (l *lineReader) line() (record, error) {
	head, err := l.in.Peek(longest + 2)
	if err != nil && !errors.Is(err, io.EOF) {
		return record{}, err
	}
	last := err != nil
	if len(head) == 0 {
		return record{}, io.EOF
	}
	l.number++
	n, clean := scanLine(head, longest)
	if n == longest && !last {
		return l.tooLong(head)
	}
	raw, ending := head[:n], lineEnd(head[n:])
	if last && n+len(ending) == len(head) {
		if trimmed := bytes.TrimRight(raw, "\x1A"); len(trimmed) < len(raw) {
			raw = trimmed
			_, clean = scanLine(raw, longest)
		}
	}
	_, _ = l.in.Discard(n + len(ending))
	return l.judge(raw, ending, clean), nil
}

// lineEnd returns the line end that b begins with, or "" at the end of the
// file.
func lineEnd(b []byte) string {
	switch {
	case len(b) == 0:
		return ""
	case b[0] == '\n':
		return "\n"
	case len(b) > 1 && b[1] == '\n':
		return "\r\n"
	default:
		return "\r"
	}
}

// scanLine finds the line end among the first limit bytes and reports whether
// everything before it is printable.
func scanLine(b []byte, limit int) (n int, clean bool) {
	clean = true
	for i, c := range b[:min(len(b), limit)] {
		if c-0x20 > 0x7E-0x20 {
			if c == '\n' || c == '\r' {
				return i, clean
			}
			clean = false
		}
	}
	return min(len(b), limit), clean
}
