package projections

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode"

	"github.com/achledger/achledger/domain/text"
)

// A key of the index of payments begins with a byte for its kind, so that the
// keys of a kind are next to each other and in order.
const (
	keyOfAmount  = 'a'
	keyOfCompany = 'c'
	keyOfName    = 'n'
	keyOfTail    = 't'
	keyOfID      = 'x'
)

// keyRange is the keys from the first up to the end, exclusive.
type keyRange struct{ from, end []byte }

func exactly(key []byte) keyRange { return keyRange{key, append(slices.Clone(key), 0)} }

func amountKey(key []byte, cents int64) []byte {
	return append(append(key, keyOfAmount), binary.BigEndian.AppendUint64(nil, uint64(cents))[3:]...) // eleven digits
}

func companyKey(key []byte, company string) []byte {
	return append(append(key, keyOfCompany), company...)
}

func nameKey(key []byte, word string) []byte { return append(append(key, keyOfName), word...) }

func tailKey(key []byte, tail string) []byte { return append(append(key, keyOfTail), tail...) }

// idKey contains only four bytes derived from a transaction's id; the row is
// compared afterwards.
func idKey(key []byte, id string) []byte {
	return binary.BigEndian.AppendUint32(append(key, keyOfID), hash(id))
}

// hash is FNV-1a. That of hash/fnv allocates twice for each text.
func hash(text string) uint32 {
	h := uint32(2166136261)
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * 16777619
	}
	return h
}

// clientMark is a hash of the client in a posting. It excludes nearly all
// payments of other clients; the row is compared afterwards.
func clientMark(client string) uint16 { return uint16(hash(client)) }

// Words splits a name into words as a search compares them: in ASCII, as we
// send names. A name from another bank may contain other letters.
func Words(name string) []string {
	if strings.ContainsFunc(name, func(r rune) bool { return r > '~' }) {
		if ascii, _, err := text.ToASCII(name); err == nil {
			name = ascii
		}
	}
	return strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// named reports whether each of the prefixes begins a word of the name.
func named(name string, begins []string) bool {
	if len(begins) == 0 {
		return true
	}
	words := Words(name)
	for _, begin := range begins {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, begin) }) {
			return false
		}
	}
	return true
}

// namesFrom is the range of the keys of words with a prefix.
func namesFrom(begin string) keyRange {
	r := keyRange{from: nameKey(nil, begin), end: nameKey(nil, begin)}
	for i := len(r.end) - 1; ; i-- { // UTF-8 has no byte 0xff
		if r.end[i]++; r.end[i] != 0 {
			return r
		}
	}
}
