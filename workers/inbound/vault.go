package inbound

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/eventstore/ledger"
)

// vault keeps files of the bank as they came, sealed with the ledger's own
// key. A file is named after the hash of its records, which is known at its
// end only; until then it has a temporary name.
type vault struct {
	keys   ledger.Keys
	folder string
}

const (
	keptFolder = "in"
	// incoming begins the temporary names of files that are being received.
	incoming = ".incoming-"
)

func openVault(keys ledger.Keys, folder string) (vault, error) {
	v := vault{keys, filepath.Join(folder, keptFolder)}
	if err := os.MkdirAll(v.folder, 0o700); err != nil {
		return v, err
	}
	left, err := filepath.Glob(filepath.Join(v.folder, incoming+"*"))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return v, err
}

func (v vault) path(id string) string { return filepath.Join(v.folder, id) }

// has reports whether a file is kept.
func (v vault) has(id string) bool {
	_, err := os.Stat(v.path(id))
	return err == nil
}

// create begins a file. Call commit or drop in the end.
func (v vault) create() (*keeping, error) {
	file, err := os.CreateTemp(v.folder, incoming+"*") // mode 0600
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	k := &keeping{vault: v, file: file, sealer: sealer{keys: v.keys, out: file, salt: hex.EncodeToString(salt)}}
	if _, err := file.Write(salt); err != nil {
		return nil, errors.Join(err, k.drop())
	}
	return k, nil
}

// keeping is a file that is being received.
type keeping struct {
	sealer
	vault vault
	file  *os.File
}

// commit makes the file durable under its id. A file of that id has the same
// records, and is replaced.
func (k *keeping) commit(id string) error {
	err := errors.Join(k.finish(), k.file.Sync(), k.file.Close())
	if err == nil {
		err = os.Rename(k.file.Name(), k.vault.path(id))
	}
	if err != nil {
		return fmt.Errorf("keep a file of the bank: %w", errors.Join(err, remove(k.file.Name())))
	}
	return syncFolder(k.vault.folder)
}

// drop forgets the file.
func (k *keeping) drop() error {
	_ = k.file.Close() // closed already after a failed commit
	return remove(k.file.Name())
}

// remove takes a file away that may be gone already.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// open reads a kept file. A missing one is fs.ErrNotExist, a changed one the
// keyring's error.
func (v vault) open(id string) (io.ReadCloser, error) {
	file, err := os.Open(v.path(id))
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltBytes)
	info, err := file.Stat()
	if err == nil {
		_, err = io.ReadFull(file, salt)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", v.path(id), err), file.Close())
	}
	return &opened{opener{keys: v.keys, in: file, salt: hex.EncodeToString(salt), left: info.Size() - saltBytes}, file}, nil
}

type opened struct {
	opener
	io.Closer
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
