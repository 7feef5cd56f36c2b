package seal

import (
	"encoding/binary"
	"fmt"
	"io"
)

const (
	chunkBytes = 1 << 20            // plain bytes sealed at a time
	maxSealed  = chunkBytes + 1<<10 // upper bound of a sealed chunk
)

// FileKeys seals and opens the chunks of a file. Keyring is one.
type FileKeys interface {
	Seal(client string, plain []byte, purpose string) ([]byte, error)
	Open(client string, sealed []byte, purpose string) ([]byte, error)
}

// File is a file on disk, sealed with a client's key in chunks, each after its
// length. A chunk is bound to the name of the file, to its index and to whether
// it is the last, so that none can be moved, changed or cut off unnoticed. The
// name must never change.
type File struct {
	Keys         FileKeys
	Client, Name string
}

func (f File) purpose(chunk int, last bool) string {
	return fmt.Sprintf("files/%s/%d/%t", f.Name, chunk, last)
}

// FileWriter seals what is written to it. Close seals the last chunk; without
// it the file is incomplete.
type FileWriter struct {
	file   File
	out    io.Writer
	chunk  []byte // not sealed yet: it may be the last
	chunks int
	Bytes  int64 // written so far, before sealing
}

// Writer seals the file into out.
func (f File) Writer(out io.Writer) *FileWriter { return &FileWriter{file: f, out: out} }

// Write implements io.Writer.
func (w *FileWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if len(w.chunk) == chunkBytes {
			if err := w.seal(false); err != nil {
				return n - len(p), err
			}
		}
		k := min(len(p), chunkBytes-len(w.chunk))
		w.chunk, p = append(w.chunk, p[:k]...), p[k:]
	}
	w.Bytes += int64(n)
	return n, nil
}

// Close seals the last chunk.
func (w *FileWriter) Close() error { return w.seal(true) }

func (w *FileWriter) seal(last bool) error {
	sealed, err := w.file.Keys.Seal(w.file.Client, w.chunk, w.file.purpose(w.chunks, last))
	if err != nil {
		return err
	}
	w.chunks++
	w.chunk = w.chunk[:0]
	if _, err := w.out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(sealed)))); err != nil {
		return err
	}
	_, err = w.out.Write(sealed)
	return err
}

// FileReader reads what a FileWriter wrote. A file that was changed is the
// keyring's error; one that was cut off is that or io.ErrUnexpectedEOF.
type FileReader struct {
	file   File
	in     io.Reader
	left   int64 // sealed bytes not read yet
	chunks int
	chunk  []byte
}

// Reader opens the file from in, which has size bytes.
func (f File) Reader(in io.Reader, size int64) *FileReader {
	return &FileReader{file: f, in: in, left: size}
}

// Read implements io.Reader.
func (r *FileReader) Read(p []byte) (int, error) {
	for len(r.chunk) == 0 {
		if r.left == 0 && r.chunks > 0 {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, fmt.Errorf("open chunk %d of a sealed file: %w", r.chunks, err)
		}
	}
	n := copy(p, r.chunk)
	r.chunk = r.chunk[n:]
	return n, nil
}

func (r *FileReader) next() error {
	var size uint32
	if err := binary.Read(r.in, binary.BigEndian, &size); err != nil {
		return unexpected(err)
	}
	if r.left -= 4 + int64(size); r.left < 0 || size > maxSealed {
		return io.ErrUnexpectedEOF
	}
	sealed := make([]byte, size)
	if _, err := io.ReadFull(r.in, sealed); err != nil {
		return unexpected(err)
	}
	chunk, err := r.file.Keys.Open(r.file.Client, sealed, r.file.purpose(r.chunks, r.left == 0))
	r.chunk = chunk
	r.chunks++
	return err
}

// unexpected turns io.EOF into io.ErrUnexpectedEOF.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
