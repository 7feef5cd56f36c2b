package inbound

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"
)

// entryID returns the id of an entry. It follows from the content of the batch
// and the entry's place in it, so the entry is recognized wherever the batch
// appears again. Ids of one batch are next to each other, which keeps the log's
// index cheap to write. It is a UUID of version 8, whose content is the
// application's to define (RFC 9562).
func entryID(batch [32]byte, ordinal int) string {
	id := derived("entry", batch[:])
	binary.BigEndian.PutUint32(id[12:], uint32(ordinal))
	return id.String()
}

// transactionID returns the id of the transaction that an entry begins.
func transactionID(entry string) string { return beside("transaction", entry) }

// answerID returns the id of the item that answers an entry, where the ledger
// begins the entry's transaction.
func answerID(entry string) string { return beside("answer", entry) }

// beside derives another id from an entry's, next to those of the same batch.
func beside(what, entry string) string {
	from := uuid.MustParse(entry)
	id := derived(what, from[:12])
	copy(id[12:], from[12:])
	return id.String()
}

func derived(what string, from []byte) uuid.UUID {
	sum := sha256.Sum256(append([]byte(what+"/"), from...))
	var id uuid.UUID
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}
