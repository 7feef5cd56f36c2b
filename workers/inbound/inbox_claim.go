package inbound

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/workers/regular"
)

// claim moves a file of the inbox into a folder of its own in claimFolder and
// returns its path below Dir. It stays there until it is moved to done or
// quarantine. After a crash it is found there and taken in; the folder's name
// identifies the arrival in the log.
func (b *inbox) claim(name string) (string, error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	folder := filepath.Join(claimFolder, hex.EncodeToString(id[:]))
	if err := b.in.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(folder, name)
	if err := b.in.Rename(name, path); err != nil {
		return "", errors.Join(err, b.in.Remove(folder))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[path] = b.files[name]
	delete(b.files, name)
	return path, nil
}

// claimed reports whether a path below Dir is that of a claimed file.
func claimed(path string) bool {
	return strings.HasPrefix(path, claimFolder+string(filepath.Separator))
}

// claimID returns the id of a claimed file's arrival.
func claimID(path string) string { return filepath.Base(filepath.Dir(path)) }

// paths lists the files in the inbox and the claimed ones, by paths below Dir.
func (b *inbox) paths() (paths []string, err error) {
	names, err := b.in.Names(".")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, ".") {
			paths = append(paths, name)
		}
	}
	claims, err := b.in.Names(claimFolder)
	if err != nil {
		return nil, err
	}
	for _, claim := range claims {
		folder := filepath.Join(claimFolder, claim)
		files, err := b.in.Names(folder)
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			paths = append(paths, filepath.Join(folder, name))
		}
		if len(files) == 0 { // a crash came before the file was moved here, or after it was moved on
			if err := b.in.Remove(folder); err != nil {
				return nil, err
			}
		}
	}
	return paths, nil
}

// renameNew renames a file and never replaces another one.
func renameNew(in regular.Folder, from, to string) error {
	err := in.Link(from, to)
	switch {
	case err == nil:
		return in.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	// Without hard links the name is checked before: only a file that somebody
	// makes in between would be replaced.
	if _, there := in.Lstat(to); !errors.Is(there, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, there)
	}
	return in.Rename(from, to)
}
