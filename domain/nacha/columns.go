package nacha

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// columns gives each character of a line that is not printable ASCII one
// column. Every value above hex 1F is valid in an alphameric field (NACHA
// Operating Rules, appendix three), though in which encoding the rules do not
// say: the line is UTF-8 if that makes 94 columns, and Latin-1 if bytes do; a
// trimmed line is UTF-8 if it can be. Control characters become question
// marks, and the line is unreadable.
func columns(raw []byte) (text []byte, f fault) {
	text = decoded(raw)
	for i, c := range text {
		if c < 0x20 {
			text[i], f = '?', unreadable
		}
	}
	return text, f
}

// decoded returns a copy of the line in UTF-8.
func decoded(raw []byte) []byte {
	trimmed := bytes.TrimRight(raw, " ")
	is94 := func(width func([]byte) int) bool {
		return width(raw) == RecordLength || width(trimmed) == RecordLength
	}
	bytesWide := func(b []byte) int { return len(b) }
	if utf8.Valid(raw) && (is94(widthOf) || !is94(bytesWide)) {
		return bytes.Clone(raw)
	}
	text := make([]byte, 0, 2*len(raw))
	for _, c := range raw {
		text = utf8.AppendRune(text, rune(c))
	}
	return text
}

// widthOf is how many columns decoded text takes.
func widthOf(text []byte) int { return utf8.RuneCount(text) }

// bytesOf is how many bytes the first columns of decoded text take.
func bytesOf(text []byte, columns int) int {
	n := 0
	for ; columns > 0 && n < len(text); columns-- {
		_, size := utf8.DecodeRune(text[n:])
		n += size
	}
	return n
}

// blockSize is how many bytes the first record of an unbroken file takes: 94,
// or those of 94 characters of UTF-8 where another record, or nothing, stands
// behind them.
func blockSize(b []byte) int {
	plain := min(len(b), RecordLength)
	if !bytes.ContainsFunc(b[:plain], func(r rune) bool { return r >= utf8.RuneSelf }) {
		return plain
	}
	n := bytesOf(b, RecordLength)
	if !utf8.Valid(b[:n]) || !beginsRecord(b[n:]) && beginsRecord(b[plain:]) {
		return plain
	}
	return n
}

// beginsRecord reports whether b begins as a record does, or is at its end.
func beginsRecord(b []byte) bool {
	return len(b) == 0 || strings.IndexByte("156789\x1A", b[0]) >= 0
}

// cut returns columns from to to of a record that is not ASCII, 1-based and
// inclusive.
func cut(rec string, from, to int) string {
	text := []byte(rec)
	text = text[bytesOf(text, from-1):]
	return string(text[:bytesOf(text, to-from+1)])
}
