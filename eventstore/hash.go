package eventstore

import (
	"crypto/sha256"
	"encoding/binary"
)

// ChainHash computes the hash that an event must have after an event with the
// previous hash (32 zero bytes before position 1): SHA-256 over the previous
// hash, then for position, stream, version, event id, client, type, data, meta
// and recorded_at, in this order, the value's length in bytes as 8-byte
// big-endian followed by its bytes. An integer's bytes are its 8-byte
// big-endian form; recorded_at is in unix microseconds.
func (e Recorded) ChainHash(previous [32]byte) [32]byte {
	return new(Chain).Hash(previous, &e)
}

// Chain computes hashes one after another and reuses its buffer.
type Chain struct{ buffer []byte }

// Hash is Recorded.ChainHash of an event.
func (c *Chain) Hash(previous [32]byte, e *Recorded) [32]byte {
	b := append(c.buffer[:0], previous[:]...)
	b = appendInteger(b, e.Position)
	b = appendString(b, e.Stream)
	b = appendInteger(b, e.Version)
	b = appendBytes(b, e.EventID[:])
	b = appendString(b, e.Client)
	b = appendString(b, e.Type)
	b = appendBytes(b, e.Data)
	b = appendBytes(b, e.Meta)
	b = appendInteger(b, e.RecordedAt.UnixMicro())
	c.buffer = b
	return sha256.Sum256(b)
}

func appendLength(b []byte, n int) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }

func appendInteger(b []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(appendLength(b, 8), uint64(v))
}

func appendBytes(b, v []byte) []byte { return append(appendLength(b, len(v)), v...) }

func appendString(b []byte, v string) []byte { return append(appendLength(b, len(v)), v...) }
