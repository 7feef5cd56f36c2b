package projections

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"github.com/achledger/achledger/domain/text"
)

// A key of the index of payments begins with what it is, so that those of a
// kind lie together, in order.
const (
	keyOfAmount  = 'a'
	keyOfCompany = 'c'
	keyOfName    = 'n'
	keyOfTail    = 't'
	keyOfID      = 'x'
)

// keyRange are the keys from the first up to the end, exclusive.
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

// idKey has four bytes of a transaction's id: its row decides.
func idKey(key []byte, id string) []byte {
	return binary.BigEndian.AppendUint32(append(key, keyOfID), hash(id))
}

func hash(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}

// clientMark is what a posting says about whose it is: enough to pass over
// nearly all of another client's. The row decides.
func clientMark(client string) uint16 { return uint16(hash(client)) }

// Words are the words of a name as a search compares them: in ASCII, as we
// send it; what came from another bank may hold other letters.
func Words(name string) []string {
	if strings.ContainsFunc(name, func(r rune) bool { return r > '~' }) {
		if ascii, _, err := text.ToASCII(name); err == nil {
			name = ascii
		}
	}
	return strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// named reports whether each of the words begins a word of the name.
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

// namesFrom are the keys of the words that begin so.
func namesFrom(begin string) keyRange {
	r := keyRange{from: nameKey(nil, begin), end: nameKey(nil, begin)}
	for i := len(r.end) - 1; ; i-- { // a byte of UTF-8 is never the last of all
		if r.end[i]++; r.end[i] != 0 {
			return r
		}
	}
}
