package eventstore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
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

// Record returns the i-th event of an append as it stands in the log after a
// head, recorded under an id at unix microseconds.
func (c *Chain) Record(after Head, a *Append, i int, id [16]byte, at int64) Recorded {
	e := Recorded{
		Position: after.Position + 1, Stream: a.Stream, Version: a.Expect + int64(i) + 1, EventID: id,
		Client: a.Client, Type: a.Events[i].Type, Data: orEmpty(a.Events[i].Data), Meta: orEmpty(a.Events[i].Meta),
		RecordedAt: time.UnixMicro(at).UTC(),
	}
	e.Hash = c.Hash(after.Hash, &e)
	return e
}

// Follow returns the head after an event of a log that is copied, which must
// follow the head before it.
func (c *Chain) Follow(head Head, e *Recorded) (Head, error) {
	if e.Position != head.Position+1 || c.Hash(head.Hash, e) != e.Hash {
		return head, fmt.Errorf("event %d does not follow event %d of the copy: its target holds another log", e.Position, head.Position)
	}
	return Head{Position: e.Position, Hash: e.Hash}, nil
}

var emptyObject = json.RawMessage("{}")

func orEmpty(data json.RawMessage) json.RawMessage {
	if len(data) == 0 {
		return emptyObject
	}
	return data
}

func appendLength(b []byte, n int) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }

func appendInteger(b []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(appendLength(b, 8), uint64(v))
}

func appendBytes(b, v []byte) []byte { return append(appendLength(b, len(v)), v...) }

func appendString(b []byte, v string) []byte { return append(appendLength(b, len(v)), v...) }
