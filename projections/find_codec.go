package projections

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// posting says that a payment has a key: its place in its block, and a mark of
// its client.
type posting struct{ at, mark uint16 }

// postingList writes the sorted postings of a block into rows. In a row, a key
// is encoded as the number of bytes that it shares with the previous key,
// followed by the rest; then come its postings:
//
//	1 byte  bytes in common
//	1 byte  how many others
//	        the others
//	varint  how many postings
//	4 bytes each: where, and whose
type postingList struct {
	write func(first, postings []byte) error

	first, key []byte // of the current row; of the newest group
	row        []byte
	count      int // postings in the row
	group      []posting
}

// postingsInRow is the approximate number of postings in a row. A search seeks
// a row and reads all of it.
const postingsInRow = 100

func (l *postingList) add(key []byte, p posting) error {
	if l.group != nil && bytes.Equal(key, l.key) && l.count+len(l.group) < postingsInRow {
		l.group = append(l.group, p)
		return nil
	}
	if err := l.endGroup(key[0]); err != nil {
		return err
	}
	common := 0
	if len(l.row) == 0 {
		l.first = append(l.first[:0], key...)
	} else {
		for common < min(len(key), len(l.key)) && key[common] == l.key[common] {
			common++
		}
	}
	l.row = append(l.row, byte(common), byte(len(key)-common))
	l.row = append(l.row, key[common:]...)
	l.key = append(l.key[:0], key...)
	l.group = append(l.group[:0], p)
	return nil
}

// endGroup writes the group. It also writes the row if that is full or the next
// key is of another kind.
func (l *postingList) endGroup(next byte) error {
	if len(l.group) == 0 {
		return nil
	}
	l.row = binary.AppendUvarint(l.row, uint64(len(l.group)))
	for _, p := range l.group {
		l.row = binary.LittleEndian.AppendUint16(l.row, p.at)
		l.row = binary.LittleEndian.AppendUint16(l.row, p.mark)
	}
	l.count += len(l.group)
	l.group = l.group[:0]
	if l.count < postingsInRow && next == l.first[0] {
		return nil
	}
	err := l.write(l.first, l.row)
	l.row, l.count = l.row[:0], 0
	return err
}

func (l *postingList) end() error { return l.endGroup(0) }

var errPostings = errors.New("an index of payments in views.db cannot be read: run achledger rebuild")

// eachPosting calls each with the postings of a row under the keys of a range.
func eachPosting(row []byte, keys keyRange, each func(posting)) error {
	var key []byte
	for len(row) > 0 {
		if len(row) < 2 || len(row) < 2+int(row[1]) || int(row[0]) > len(key) {
			return errPostings
		}
		key = append(key[:row[0]], row[2:2+int(row[1])]...)
		row = row[2+int(row[1]):]
		n, size := binary.Uvarint(row)
		if size <= 0 || n > uint64(len(row)-size)/4 {
			return errPostings
		}
		row = row[size:]
		if bytes.Compare(key, keys.end) >= 0 {
			return nil
		}
		if bytes.Compare(key, keys.from) >= 0 {
			for i := range int(n) {
				each(posting{binary.LittleEndian.Uint16(row[4*i:]), binary.LittleEndian.Uint16(row[4*i+2:])})
			}
		}
		row = row[4*n:]
	}
	return nil
}
