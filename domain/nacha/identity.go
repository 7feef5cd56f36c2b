package nacha

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
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

// canon hashes records in their canonical form: 94 columns and LF each. A
// line that is not clean text is hashed as it came.
type canon struct {
	sum  hash.Hash
	line [RecordLength + 1]byte
}

func newCanon() *canon { return &canon{sum: sha256.New()} }

func (c *canon) add(rec *record) {
	if rec.fault == unreadable || rec.fault == overlong {
		_, _ = c.sum.Write(rec.raw)
		_, _ = c.sum.Write([]byte{'\n'})
		return
	}
	copy(c.line[:], rec.text)
	c.line[RecordLength] = '\n'
	_, _ = c.sum.Write(c.line[:])
}

// hex ends the hash and begins the next.
func (c *canon) hex() string {
	s := hex.EncodeToString(c.sum.Sum(nil))
	c.sum.Reset()
	return s
}
