package inbound

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/regular"
)

// vault keeps files of the bank as they came, sealed with the ledger's own
// key. A file is named after the hash of its records, which is known at its
// end only; until then it has a temporary name.
type vault struct {
	keys ledger.Keys
	path string // of the folder
}

const (
	keptFolder = "in"
	// incoming begins the temporary names of files that are being received.
	incoming  = ".incoming-"
	saltBytes = 16 // in front of a file
)

func openVault(keys ledger.Keys, folder string) (v vault, err error) {
	if err := regular.Folders(folder, keptFolder); err != nil {
		return v, err
	}
	v = vault{keys: keys, path: filepath.Join(folder, keptFolder)}
	return v, v.in(func(f regular.Folder) error {
		names, err := f.Names(".")
		for _, name := range names {
			if strings.HasPrefix(name, incoming) {
				err = errors.Join(err, f.Take(name))
			}
		}
		return err
	})
}

// in does something in the folder.
func (v vault) in(do func(regular.Folder) error) error {
	f, err := regular.In(v.path)
	if err != nil {
		return err
	}
	return errors.Join(do(f), f.Close())
}

// sealed is how a file with such a salt in front is sealed: its name follows
// from its last record, too late to bind its first chunk to.
func (v vault) sealed(salt []byte) seal.File {
	return seal.File{Keys: v.keys, Client: domain.LedgerClient, Name: keptFolder + "/" + hex.EncodeToString(salt)}
}

// has reports whether a file is kept.
func (v vault) has(id string) bool {
	return v.in(func(f regular.Folder) error {
		info, err := f.Lstat(id)
		if err == nil && !info.Mode().IsRegular() {
			err = regular.ErrOther
		}
		return err
	}) == nil
}

// create begins a file. Call commit or drop in the end.
func (v vault) create() (k *keeping, err error) {
	name, salt := incoming+rand.Text(), make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	var file *os.File
	err = v.in(func(f regular.Folder) error {
		file, err = f.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		return err
	})
	if err != nil {
		return nil, err
	}
	k = &keeping{vault: v, file: file, name: name, FileWriter: v.sealed(salt).Writer(file)}
	if _, err := file.Write(salt); err != nil {
		return nil, errors.Join(err, k.drop())
	}
	return k, nil
}

// keeping is a file that is being received.
type keeping struct {
	*seal.FileWriter
	vault vault
	file  *os.File
	name  string
}

// commit makes the file durable under its id. A file of that id has the same
// records, and is replaced.
func (k *keeping) commit(id string) error {
	err := errors.Join(k.Close(), k.file.Sync(), k.file.Close())
	if err == nil {
		err = k.vault.in(func(f regular.Folder) error {
			if err := f.Rename(k.name, id); err != nil {
				return err
			}
			return f.Sync()
		})
	}
	if err != nil {
		return fmt.Errorf("keep a file of the bank: %w", errors.Join(err, k.drop()))
	}
	return nil
}

// drop forgets the file.
func (k *keeping) drop() error {
	_ = k.file.Close() // closed already after a failed commit
	return k.vault.in(func(f regular.Folder) error { return f.Take(k.name) })
}

// open reads a kept file. A missing one is fs.ErrNotExist, a changed one the
// keyring's error.
func (v vault) open(id string) (io.ReadCloser, error) {
	var file *os.File
	err := v.in(func(f regular.Folder) (err error) {
		file, err = f.Open(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltBytes)
	info, err := file.Stat()
	if err == nil {
		_, err = io.ReadFull(file, salt)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", id, err), file.Close())
	}
	return &opened{v.sealed(salt).Reader(file, info.Size()-saltBytes), file}, nil
}

type opened struct {
	io.Reader
	io.Closer
}
