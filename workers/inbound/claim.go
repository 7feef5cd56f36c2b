package inbound

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// claim renames a file of the inbox to a name of ours and returns that, below
// Dir: the file lies alone in a folder of claimFolder until it goes to done or
// quarantine. After a crash it is found there and taken in; the folder's name
// tells the log that it is the same arrival.
func (b *inbox) claim(name string) (string, error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	folder := filepath.Join(claimFolder, hex.EncodeToString(id[:]))
	if err := os.Mkdir(filepath.Join(b.Dir, folder), 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(folder, name)
	if err := os.Rename(filepath.Join(b.Dir, name), filepath.Join(b.Dir, path)); err != nil {
		return "", errors.Join(err, os.Remove(filepath.Join(b.Dir, folder)))
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

// claimID is what tells a claimed file's arrival from others.
func claimID(path string) string { return filepath.Base(filepath.Dir(path)) }

// paths lists the names in the inbox and what is claimed, below Dir.
func (b *inbox) paths() (paths []string, err error) {
	entries, err := os.ReadDir(b.Dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			paths = append(paths, e.Name())
		}
	}
	claims, err := os.ReadDir(filepath.Join(b.Dir, claimFolder))
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		folder := filepath.Join(claimFolder, c.Name())
		files, err := os.ReadDir(filepath.Join(b.Dir, folder))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			paths = append(paths, filepath.Join(folder, f.Name()))
		}
		if len(files) == 0 { // a crash came before the rename, or after the last one
			if err := os.Remove(filepath.Join(b.Dir, folder)); err != nil {
				return nil, err
			}
		}
	}
	return paths, nil
}

// place gives a file another name and never replaces what bears it.
func place(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	// No hard links here: looked at before, the name is free but for somebody
	// who takes it at this moment.
	if _, there := os.Lstat(to); !errors.Is(there, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, there)
	}
	return os.Rename(from, to)
}
