package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
)

// bodyFile holds a large body on disk while it arrives and waits to be
// processed. It contains account numbers, so it is encrypted with a key that
// exists in memory only; like every spool file it has no name.
type bodyFile struct {
	file  *os.File
	key   cipher.Block
	write cipher.Stream
	size  int64
	out   []byte // waits to be written
}

func newBodyFile(folder string) (*bodyFile, error) {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	file, err := Unnamed(folder)
	if err != nil {
		return nil, fmt.Errorf("keep a body: %w", err)
	}
	return &bodyFile{file: file, key: block, write: counter(block)}, nil
}

// counter begins the key stream; a key is used for one file.
func counter(block cipher.Block) cipher.Stream {
	return cipher.NewCTR(block, make([]byte, aes.BlockSize))
}

// Write implements io.Writer.
func (f *bodyFile) Write(p []byte) (int, error) {
	f.out = append(f.out[:0], p...)
	f.write.XORKeyStream(f.out, f.out)
	n, err := f.file.Write(f.out)
	f.size += int64(n)
	if err != nil {
		err = fmt.Errorf("keep a body: %w", err)
	}
	return n, err
}

// content returns everything that was written.
func (f *bodyFile) content() ([]byte, error) {
	b := make([]byte, f.size)
	if _, err := f.file.ReadAt(b, 0); err != nil {
		return nil, fmt.Errorf("read a body: %w", err)
	}
	counter(f.key).XORKeyStream(b, b)
	return b, nil
}

// close frees the file; it may be called twice.
func (f *bodyFile) close() error {
	if err := f.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
