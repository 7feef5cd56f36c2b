// Package kept keeps sealed files in a data folder.
package kept

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/workers/regular"
)

// Folder is the folder with kept files in its subfolders. Symbolic links in it
// are not followed.
type Folder string

var _ eventstore.Kept = Folder("")

// folders are the subfolders: the bank's and the clients' files are in "in",
// ours in "out".
var folders = []string{"in", "out"}

// unfinished is the first character of temporary names.
const unfinished = "."

// Open makes the subfolders.
func Open(path string) (Folder, error) {
	if err := regular.Folders(path, folders...); err != nil {
		return "", fmt.Errorf("make the folder of kept files: %w", err)
	}
	return Folder(path), nil
}

// Sweep removes the incomplete files that a crash left. Nobody may write into
// the folder meanwhile.
func (f Folder) Sweep() error {
	for _, folder := range folders {
		if err := f.in(folder, sweep); err != nil {
			return fmt.Errorf("look through the kept files: %w", err)
		}
	}
	return nil
}

func sweep(f regular.Folder) error {
	names, err := f.Names(".")
	for _, name := range names {
		if strings.HasPrefix(name, unfinished) {
			err = errors.Join(err, f.Take(name))
		}
	}
	return err
}

// List returns the subfolder and the name of every complete file.
func (f Folder) List(context.Context) (all [][2]string, err error) {
	for _, folder := range folders {
		err := f.in(folder, func(r regular.Folder) error {
			names, err := r.Names(".")
			for _, name := range names {
				if !strings.HasPrefix(name, unfinished) {
					all = append(all, [2]string{folder, name})
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// in calls do with a subfolder.
func (f Folder) in(folder string, do func(regular.Folder) error) error {
	opened, err := regular.In(filepath.Join(string(f), folder))
	if err != nil {
		return err
	}
	return errors.Join(do(opened), opened.Close())
}

// Keep implements eventstore.Kept.
func (f Folder) Keep(folder string) (eventstore.Keeping, error) {
	k := &keeping{folder: f, in: folder, name: unfinished + "incoming-" + rand.Text()}
	err := f.in(folder, func(r regular.Folder) (err error) {
		k.file, err = r.OpenFile(k.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		return err
	})
	return k, marked(err)
}

// marked marks the error of a disk without room: the same may succeed later.
func marked(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", eventstore.ErrStorageFull, err)
	}
	return err
}

// keeping is a file with a temporary name.
type keeping struct {
	file   *os.File
	folder Folder
	in     string
	name   string
}

// Write implements io.Writer.
func (k *keeping) Write(p []byte) (int, error) {
	n, err := k.file.Write(p)
	return n, marked(err)
}

// Commit implements eventstore.Keeping.
func (k *keeping) Commit(name string) error {
	if err := errors.Join(k.file.Sync(), k.file.Close()); err != nil {
		return marked(err)
	}
	return k.folder.in(k.in, func(r regular.Folder) error {
		if err := r.Rename(k.name, name); err != nil {
			return err
		}
		return r.Sync()
	})
}

// Drop implements eventstore.Keeping.
func (k *keeping) Drop() error {
	_ = k.file.Close() // already closed after a failed commit
	return k.folder.in(k.in, func(r regular.Folder) error { return r.Take(k.name) })
}

// Open implements eventstore.Kept.
func (f Folder) Open(folder, name string) (eventstore.KeptFile, error) {
	var o opened
	err := f.in(folder, func(r regular.Folder) (err error) {
		if o.File, err = r.Open(name); err != nil {
			return err
		}
		info, err := o.Stat()
		if err != nil {
			return errors.Join(err, o.Close())
		}
		o.size = info.Size()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

type opened struct {
	*os.File
	size int64
}

// Size implements eventstore.KeptFile.
func (o opened) Size() int64 { return o.size }

// Remove implements eventstore.Kept.
func (f Folder) Remove(folder, name string) error {
	return f.in(folder, func(r regular.Folder) error { return r.Remove(name) })
}
