package nacha

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// columns decodes a line that is not printable ASCII, with one column for each
// character. Every value above hex 1F is valid in an alphameric field (NACHA
// Operating Rules, appendix three), but the rules do not specify the encoding:
// the line is UTF-8 if it then has 94 columns, and Latin-1 if it has 94 bytes;
// a trimmed line is UTF-8 if that is possible. Control characters become
// question marks, and the line is unreadable.
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

// blockSize returns the number of bytes of the first record of a file without
// line ends: 94, or those of 94 characters of UTF-8 if these are followed by
// another record, or by nothing.
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

// beginsRecord reports whether b begins like a record, or is empty.
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
