package nacha

import (
	"bytes"
	"cmp"
	"errors"
	"io"
)

// judge converts a line to a record. Spaces after column 94 are ignored.
func (l *lineReader) judge(raw []byte, ending string, clean bool) record {
	rec := record{number: l.number, raw: raw}
	text, width := raw, len(raw)
	if !clean {
		text, rec.fault = columns(raw)
		width = widthOf(text)
	}
	if width > RecordLength {
		trimmed := bytes.TrimRight(text, " ")
		text, width = trimmed, width-(len(text)-len(trimmed))
	}
	switch {
	case width > RecordLength:
		rec.fault = overlong
	case rec.fault != sound:
	case l.exact && !clean:
		rec.fault = unreadable // Render writes ASCII only
	case l.exact && l.isRagged(raw, ending):
		rec.fault = ragged
	}
	rec.text = l.pad(text, width)
	return rec
}

// isRagged reports whether the line is not as Render writes it: 94 columns
// and the same line end throughout.
func (l *lineReader) isRagged(raw []byte, ending string) bool {
	l.ending = cmp.Or(l.ending, ending)
	return len(raw) != RecordLength || ending != l.ending || ending == "\r" || ending == "" || l.marked
}

// pad pads text with spaces to 94 columns, or cuts it to them.
func (l *lineReader) pad(text []byte, width int) []byte {
	switch {
	case width == RecordLength:
		return text
	case width > RecordLength:
		return text[:bytesOf(text, RecordLength)]
	}
	l.buf = append(l.buf[:0], text...)
	for ; width < RecordLength; width++ {
		l.buf = append(l.buf, ' ')
	}
	return l.buf
}

// tooLong reads a line that begins with more bytes than 94 characters can have.
// It is a record only if the rest consists of spaces.
func (l *lineReader) tooLong(head []byte) (record, error) {
	raw := bytes.Clone(head[:longest])
	_, clean := scanLine(raw, longest)
	spaces := true
	for first := true; ; first = false {
		head, err := l.in.Peek(longest + 2)
		if err != nil && !errors.Is(err, io.EOF) {
			return record{}, err
		}
		n, _ := scanLine(head, longest)
		spaces = spaces && (first || len(bytes.Trim(head[:n], " ")) == 0)
		ending := ""
		if n < longest {
			ending = lineEnd(head[n:])
		}
		_, _ = l.in.Discard(n + len(ending))
		switch {
		case n == longest:
		case spaces:
			return l.judge(raw, ending, clean), nil
		default:
			text, _ := columns(raw)
			return record{number: l.number, fault: overlong, text: l.pad(text, widthOf(text)), raw: raw[:RecordLength]}, nil
		}
	}
}

// block reads the next record of a file without line ends. It skips line ends
// between blocks. A record that ends with a line end was trimmed.
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
	head, err := l.in.Peek(longest)
	if err != nil && !errors.Is(err, io.EOF) {
		return record{}, err
	}
	last := err != nil
	if end := bytes.IndexAny(head, "\r\n"); end >= 0 {
		head = head[:end]
	}
	raw := head[:blockSize(head)]
	_, _ = l.in.Discard(len(raw))
	l.number++
	if last {
		raw = bytes.TrimRight(raw, "\x1A")
	}
	_, clean := scanLine(raw, len(raw))
	rec := l.judge(raw, "", clean)
	if l.exact && rec.fault == sound {
		rec.fault = ragged
	}
	return rec, nil
}
