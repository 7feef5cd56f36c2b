package workers

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"
)

// derivedID derives an id from a seed, always the same one: a UUID of version
// 8, whose content an application may define (RFC 9562).
func derivedID(seed ...[]byte) uuid.UUID {
	h := sha256.New()
	for _, s := range seed {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(s)))
		h.Write(length[:])
		h.Write(s)
	}
	var id uuid.UUID
	copy(id[:], h.Sum(nil))
	return version8(id)
}

func version8(id uuid.UUID) uuid.UUID {
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// entryIDs are the ids of the n-th transaction of a file, counted from 0, and
// of its item. They are derived from the file's id, so that a repeated or
// resumed request finds the same transactions. Ids of one file are close to
// each other, which keeps the log's index cheap to write.
func entryIDs(fileID string, n int) (transaction, item string) {
	of := func(what string) string {
		id := derivedID([]byte(what), []byte(fileID))
		binary.BigEndian.PutUint32(id[12:], uint32(n))
		return id.String()
	}
	return of("transaction"), of("item")
}
