package eventstore

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
)

// ChainHash computes the hash an event must carry after an event with the
// previous hash (32 zero bytes before position 1): SHA-256 over the previous
// hash, then for position, stream, version, event id, client, type, data,
// meta and recorded_at, in this order, the value's length in bytes as 8-byte
// big-endian followed by its bytes. An integer's bytes are its 8-byte
// big-endian form; recorded_at is in unix microseconds.
func (e Recorded) ChainHash(previous [32]byte) [32]byte {
	return newChain().hash(previous, &e)
}

// chain computes hashes one after the other without allocating.
type chain struct {
	sha     hash.Hash
	integer [16]byte // length and value of an integer, or a length
	sum     [32]byte
}

func newChain() *chain { return &chain{sha: sha256.New()} }

func (c *chain) hash(previous [32]byte, e *Recorded) [32]byte {
	c.sha.Reset()
	c.sum = previous
	c.sha.Write(c.sum[:])
	c.writeInteger(e.Position)
	c.writeString(e.Stream)
	c.writeInteger(e.Version)
	c.writeBytes(e.EventID[:])
	c.writeString(e.Client)
	c.writeString(e.Type)
	c.writeBytes(e.Data)
	c.writeBytes(e.Meta)
	c.writeInteger(e.RecordedAt.UnixMicro())
	c.sha.Sum(c.sum[:0])
	return c.sum
}

func (c *chain) writeInteger(v int64) {
	binary.BigEndian.PutUint64(c.integer[:8], 8)
	binary.BigEndian.PutUint64(c.integer[8:], uint64(v))
	c.sha.Write(c.integer[:])
}

func (c *chain) writeBytes(b []byte) {
	binary.BigEndian.PutUint64(c.integer[:8], uint64(len(b)))
	c.sha.Write(c.integer[:8])
	c.sha.Write(b)
}

func (c *chain) writeString(s string) {
	binary.BigEndian.PutUint64(c.integer[:8], uint64(len(s)))
	c.sha.Write(c.integer[:8])
	io.WriteString(c.sha, s)
}
