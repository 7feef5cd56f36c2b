package inbound

import (
	"github.com/achledger/achledger/domain/nacha"
)

// fileEnd tracks how a file ends, to distinguish one that is still being
// written from an invalid one.
type fileEnd struct {
	line   int  // number of the last line so far; 0: none
	length int  // of that line, in characters
	first  byte // first byte of its last record of 94 characters
	blanks int  // number of 0x1A at its end
	rest   int  // bytes missing in its last UTF-8 character
	cr     bool // the last byte was CR
	start  byte // first byte of the file
	some   bool // there are bytes
	nuls   int  // number of NULs at the end
	gap    bool // at least a record's length of NULs somewhere
}

// Write implements io.Writer.
func (e *fileEnd) Write(p []byte) (int, error) {
	for _, c := range p {
		if !e.some {
			e.start, e.some = c, true
		}
		e.nuls++
		if c != 0 {
			e.nuls = 0
		}
		e.gap = e.gap || e.nuls >= nacha.RecordLength
		e.take(c)
	}
	return len(p), nil
}

func (e *fileEnd) take(c byte) {
	switch {
	case c == '\n' && e.cr: // CRLF: the CR has ended the line
	case c == '\n' || c == '\r':
		if e.length == 0 {
			e.line++ // a blank line
		}
		e.length, e.blanks, e.rest = 0, 0, 0
	case c == ' ' && e.length > 0 && e.length%nacha.RecordLength == 0: // spaces after column 94
	case e.rest > 0 && c&0xC0 == 0x80:
		e.rest--
	default:
		if e.length == 0 {
			e.line++
		}
		if e.length%nacha.RecordLength == 0 {
			e.first = c
		}
		e.length++
		e.rest = following(c)
		e.blanks++
		if c != 0x1A {
			e.blanks = 0
		}
	}
	e.cr = c == '\r'
}

// following returns how many bytes follow the first byte of a UTF-8 character.
func following(c byte) int {
	switch {
	case c >= 0xF0:
		return 3
	case c >= 0xE0:
		return 2
	case c >= 0xC0:
		return 1
	default:
		return 0
	}
}

// leastControl is the length of a file control record without trailing blanks.
const leastControl = 55

// open reports whether the file ends in the middle of a record. A last line
// without a line end is complete with 94 characters, or if it is a file control
// record without trailing blanks.
func (e *fileEnd) open() bool {
	n := e.length - e.blanks
	rest := n % nacha.RecordLength
	return n > 0 && rest != 0 && !(e.first == '9' && rest >= leastControl)
}

// record returns the number of the last record as the scanner counts: lines or,
// without line ends, 94 characters each.
func (e *fileEnd) record() int {
	if e.line == 1 {
		return max(1, (e.length+nacha.RecordLength-1)/nacha.RecordLength)
	}
	return e.line
}

// preallocated reports whether the file has preallocated space that is not written
// yet: some programs set the full size before they copy. Only content that
// begins like a NACHA file, or with a NUL, is checked.
func (e *fileEnd) preallocated() bool {
	return (e.gap || e.nuls > 0) && (e.start == 0 || e.start == '1')
}

// finished reports whether a file in a folder is complete: it has a file
// control record, or no further bytes could make it valid.
func (rv *review) finished() bool {
	if rv.end.preallocated() {
		return false
	}
	for _, p := range rv.Problems {
		if !rv.mendable(p) {
			return true
		}
	}
	return rv.Complete && !rv.end.open()
}

// mendable reports whether a problem may disappear when the rest of the file
// arrives.
func (rv *review) mendable(p nacha.Problem) bool {
	switch p.Code {
	case nacha.EmptyFile:
		return true
	case nacha.NoFileControl:
		return p.Line == 0
	case nacha.NoFileHeader, nacha.UnknownRecord, nacha.RecordOrder, nacha.SecondFile, nacha.RecordTooLong, nacha.BadCharacter:
		return false
	default:
		return rv.end.open() && p.Line == rv.end.record()
	}
}
