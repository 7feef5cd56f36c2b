package inbound

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// bankFiles stores files from the bank as received, sealed with the ledger's
// own key. A file's name is the hash of its records, which is known only at
// its end.
type bankFiles struct {
	keys ledger.Keys
	kept eventstore.Kept
}

const (
	keptFolder = "in"
	saltBytes  = 16 // at the beginning of a file
)

// sealed returns the sealing of a file that begins with the salt. The salt
// takes the place of the file's name, which is known only after the last
// record, too late for the first chunk.
func (s bankFiles) sealed(salt []byte) seal.File {
	return seal.File{Keys: s.keys, Client: domain.LedgerClient, Name: keptFolder + "/" + hex.EncodeToString(salt)}
}

// has reports whether a file is kept.
func (s bankFiles) has(id string) bool {
	file, err := s.kept.Open(keptFolder, id)
	return err == nil && file.Close() == nil
}

// create begins a file. End it with commit or drop.
func (s bankFiles) create() (*newFile, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	file, err := s.kept.Keep(keptFolder)
	if err != nil {
		return nil, err
	}
	k := &newFile{file: file, FileWriter: s.sealed(salt).Writer(file)}
	if _, err := file.Write(salt); err != nil {
		return nil, errors.Join(err, k.drop())
	}
	return k, nil
}

// newFile is a file that is being received.
type newFile struct {
	*seal.FileWriter
	file eventstore.Keeping
}

// commit makes the file durable under its id. A file of that id has the same
// records, and is replaced.
func (k *newFile) commit(id string) error {
	err := k.Close()
	if err == nil {
		err = k.file.Commit(id)
	}
	if err != nil {
		return fmt.Errorf("keep a file of the bank: %w", errors.Join(err, k.drop()))
	}
	return nil
}

// drop discards the file.
func (k *newFile) drop() error { return k.file.Drop() }

// open reads a kept file. The error of a missing file is fs.ErrNotExist, that
// of a changed one is the keyring's.
func (s bankFiles) open(id string) (io.ReadCloser, error) {
	file, err := s.kept.Open(keptFolder, id)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(file, salt); err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", id, err), file.Close())
	}
	return &unsealed{s.sealed(salt).Reader(file, file.Size()-saltBytes), file}, nil
}

type unsealed struct {
	io.Reader
	io.Closer
}
