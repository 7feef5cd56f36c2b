package nacha

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strings"
)

// HeaderKey is the key by which the operator identifies a file: it rejects a
// second file with the same immediate origin, creation date, time and modifier.
// An origin with a leading zero or space is equal to its routing number.
func HeaderKey(origin, date, time, modifier string) string {
	if len(origin) == 10 && (origin[0] == '0' || origin[0] == ' ') && ValidRouting(origin[1:]) == nil {
		origin = origin[1:]
	}
	return strings.Join([]string{origin, date, time, modifier}, "/")
}

// canon hashes records in their canonical form: 94 columns and LF each. A nil
// canon hashes nothing.
type canon struct {
	sum  hash.Hash
	line []byte
}

func newCanon() *canon { return &canon{sum: sha256.New()} }

// add hashes the text of a record, so that a repeated entry is recognized
// whatever the encoding of its file. An unreadable record is hashed as
// received.
func (c *canon) add(rec *record) {
	if rec.fault == unreadable || rec.fault == overlong {
		c.write(rec.raw)
		return
	}
	c.write(rec.text)
}

// addRaw hashes a record that is not ASCII as received. The hash of a file is
// its id in the log, which may have files from before such records could be
// read.
func (c *canon) addRaw(rec *record) {
	if rec.ascii() {
		c.add(rec)
		return
	}
	c.write(rec.raw)
}

func (c *canon) write(line []byte) {
	if c == nil {
		return
	}
	c.line = append(append(c.line[:0], line...), '\n')
	_, _ = c.sum.Write(c.line)
}

// hex returns the hash and resets it.
func (c *canon) hex() string {
	if c == nil {
		return ""
	}
	s := hex.EncodeToString(c.sum.Sum(nil))
	c.sum.Reset()
	return s
}

// HashOf computes the Hash in the Summary of a rendered file, without reading
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
