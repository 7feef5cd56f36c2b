package nacha

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// judge makes a record of a line.
func (l *lineReader) judge(raw []byte, ending string, clean bool) record {
	rec := record{number: l.number, raw: raw}
	text := raw
	switch {
	case !clean:
		rec.fault = unreadable
		text = columns(raw)
		if len(text) > RecordLength {
			rec.fault = overlong
		}
	case len(raw) > RecordLength:
		rec.fault = overlong
	case l.exact && l.isRagged(raw, ending):
		rec.fault = ragged
	}
	rec.text = l.pad(text)
	return rec
}

// isRagged reports whether the line is not as Render writes it: 94 columns
// and the same line end throughout.
func (l *lineReader) isRagged(raw []byte, ending string) bool {
	if l.ending == "" {
		l.ending = ending
	}
	return len(raw) != RecordLength || ending != l.ending || ending == "\r" || ending == "" || l.marked
}

// columns gives every character one column, so that what stands behind a
// letter of several bytes is still found in its place. Anything that is not
// printable ASCII becomes a question mark.
func columns(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r < 0x20 || r > 0x7E {
			r = '?'
		}
		out = append(out, byte(r))
		raw = raw[size:]
	}
	return out
}

// pad fills text with spaces to 94 columns, and cuts what is longer.
func (l *lineReader) pad(text []byte) []byte {
	if len(text) == RecordLength {
		return text
	}
	n := copy(l.buf[:], text)
	for ; n < RecordLength; n++ {
		l.buf[n] = ' '
	}
	return l.buf[:]
}

// tooLong reads a line that can be no record, and keeps its beginning.
func (l *lineReader) tooLong(head []byte) (record, error) {
	raw := bytes.Clone(head[:RecordLength])
	rec := record{number: l.number, fault: overlong, text: l.pad(columns(raw)), raw: raw}
	for {
		head, err := l.in.Peek(longest + 2)
		if err != nil && !errors.Is(err, io.EOF) {
			return record{}, err
		}
		n, _ := scanLine(head, longest)
		if n < longest {
			n += len(lineEnd(head[n:]))
			_, _ = l.in.Discard(n)
			return rec, nil
		}
		_, _ = l.in.Discard(n)
	}
}

// block reads the next 94 bytes of a file without line ends, past any that
// stand between its blocks.
func (l *lineReader) block() (record, error) {
	for {
		c, err := l.in.ReadByte()
		if err != nil {
			return record{}, err
		}
		if c != '\n' && c != '\r' {
			_ = l.in.UnreadByte()
			break
		}
	}
	raw, err := l.in.Peek(RecordLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return record{}, err
	}
	_, _ = l.in.Discard(len(raw))
	l.number++
	if err != nil {
		raw = bytes.TrimRight(raw, "\r\n\x1A")
	}
	rec := record{number: l.number, raw: raw, text: l.pad(raw)}
	if _, clean := scanLine(raw, RecordLength); !clean || bytes.ContainsAny(raw, "\r\n") {
		rec.fault, rec.text = unreadable, l.pad(columns(raw))
	} else if l.exact {
		rec.fault = ragged
	}
	return rec, nil
}
