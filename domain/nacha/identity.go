package nacha

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strings"
)

// HeaderKey is what the operator tells files apart by: a second file with
// the same immediate origin, creation date, time and modifier is refused
// whole. An origin with a leading zero or space is its routing number.
func HeaderKey(origin, date, time, modifier string) string {
	if len(origin) == 10 && (origin[0] == '0' || origin[0] == ' ') && ValidRouting(origin[1:]) == nil {
		origin = origin[1:]
	}
	return strings.Join([]string{origin, date, time, modifier}, "/")
}

// canon hashes records in their canonical form: 94 columns and LF each.
type canon struct {
	sum  hash.Hash
	line []byte
}

func newCanon() *canon { return &canon{sum: sha256.New()} }

// add hashes the text of a record, so that its entries are known again
// however the file is encoded. One that cannot be read is hashed as it came.
func (c *canon) add(rec *record) {
	if rec.fault == unreadable || rec.fault == overlong {
		c.write(rec.raw)
		return
	}
	c.write(rec.text)
}

// addRaw hashes a record that is not ASCII as it came. The hash of a file is
// its id in the log, where files are that were read when no such record was.
func (c *canon) addRaw(rec *record) {
	if rec.ascii() {
		c.add(rec)
		return
	}
	c.write(rec.raw)
}

func (c *canon) write(line []byte) {
	c.line = append(append(c.line[:0], line...), '\n')
	_, _ = c.sum.Write(c.line)
}

// hex ends the hash and begins the next.
func (c *canon) hex() string {
	s := hex.EncodeToString(c.sum.Sum(nil))
	c.sum.Reset()
	return s
}

// HashOf is the Hash that the Summary of a rendered file has, without reading
// its fields. The error is one of reading r.
func HashOf(r io.Reader) (string, error) {
	lines, sum := newLineReader(r), newCanon()
	for {
		rec, err := lines.next()
		if errors.Is(err, io.EOF) {
			return sum.hex(), nil
		}
		if err != nil {
			return "", err
		}
		if string(rec.text) != nines {
			sum.addRaw(&rec)
		}
	}
}
