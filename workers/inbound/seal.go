package inbound

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

const (
	chunkBytes = 1 << 20 // of a kept file, sealed at a time
	saltBytes  = 16      // in front of it; each chunk is bound to it
)

// sealer writes a file in sealed chunks. Each is bound to the file's salt, its
// place in it and whether it is the last, so none can be moved, changed or
// cut off unnoticed.
type sealer struct {
	keys   ledger.Keys
	out    io.Writer
	salt   string
	chunk  []byte // not sealed yet: whether it is the last is known later
	chunks int
	bytes  int64
}

// Write implements io.Writer.
func (s *sealer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if len(s.chunk) == chunkBytes {
			if err := s.seal(false); err != nil {
				return n - len(p), err
			}
		}
		k := min(len(p), chunkBytes-len(s.chunk))
		s.chunk, p = append(s.chunk, p[:k]...), p[k:]
	}
	s.bytes += int64(n)
	return n, nil
}

// finish seals what is left.
func (s *sealer) finish() error { return s.seal(true) }

func (s *sealer) seal(last bool) error {
	sealed, err := s.keys.Seal(domain.LedgerClient, s.chunk, purpose(s.salt, s.chunks, last))
	if err != nil {
		return err
	}
	s.chunks++
	s.chunk = s.chunk[:0]
	if _, err := s.out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(sealed)))); err != nil {
		return err
	}
	_, err = s.out.Write(sealed)
	return err
}

func purpose(salt string, chunk int, last bool) string {
	return fmt.Sprintf("files/in/%s/%d/%t", salt, chunk, last)
}

// opener reads what a sealer wrote.
type opener struct {
	keys   ledger.Keys
	in     io.Reader
	salt   string
	left   int64 // sealed bytes
	chunks int
	chunk  []byte
}

// Read implements io.Reader.
func (o *opener) Read(p []byte) (int, error) {
	for len(o.chunk) == 0 {
		if o.left == 0 && o.chunks > 0 {
			return 0, io.EOF
		}
		if err := o.next(); err != nil {
			return 0, fmt.Errorf("open chunk %d of a file of the bank: %w", o.chunks, err)
		}
	}
	n := copy(p, o.chunk)
	o.chunk = o.chunk[n:]
	return n, nil
}

// maxSealed is more than a sealed chunk ever takes.
const maxSealed = chunkBytes + 1<<10

func (o *opener) next() error {
	var size uint32
	if err := binary.Read(o.in, binary.BigEndian, &size); err != nil {
		return unexpected(err)
	}
	if o.left -= 4 + int64(size); o.left < 0 || size > maxSealed {
		return io.ErrUnexpectedEOF
	}
	sealed := make([]byte, size)
	if _, err := io.ReadFull(o.in, sealed); err != nil {
		return unexpected(err)
	}
	chunk, err := o.keys.Open(domain.LedgerClient, sealed, purpose(o.salt, o.chunks, o.left == 0))
	o.chunk = chunk
	o.chunks++
	return err
}

// unexpected makes of the end of a file what it is in its middle.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
