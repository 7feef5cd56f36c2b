package workers

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/regular"
)

// sealed is how content is kept under files/<folder>/<name>: with the client's
// key, bound to that name.
func (f *Files) sealed(client, folder, name string) seal.File {
	return seal.File{Keys: f.Ledger.Keys, Client: client, Name: folder + "/" + name}
}

// keep stores content under files/<folder>/<name>. It returns when the file is
// durable; a crash leaves the old or the new one.
func (f *Files) keep(client, folder, name string, content []byte) error {
	err := f.replaceFile(folder, name, func(out io.Writer) error {
		w := f.sealed(client, folder, name).Writer(out)
		if _, err := w.Write(content); err != nil {
			return err
		}
		return w.Close()
	})
	if err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Join(folder, name), err)
	}
	return nil
}

// kept reads back what keep stored. A missing file is fs.ErrNotExist; a
// changed one is the keyring's error.
func (f *Files) kept(client, folder, name string) ([]byte, error) {
	path := filepath.Join(f.Folder, folder, name)
	in, err := regular.In(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	file, err := in.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(f.sealed(client, folder, name).Reader(file, info.Size()))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return content, nil
}

// replaceFile writes a file under a temporary name, which begins with a dot,
// makes it durable and puts it in its place. What a crash left under that name
// is removed first; whatever else bears it is not followed.
func (f *Files) replaceFile(folder, name string, write func(io.Writer) error) (err error) {
	in, err := regular.In(filepath.Join(f.Folder, folder))
	if err != nil {
		return err
	}
	defer in.Close()
	temporary := "." + name
	if err := f.at("before keep"); err != nil {
		return err
	}
	if err := in.Take(temporary); err != nil {
		return err
	}
	if err := in.WriteNew(temporary, write); err != nil {
		return err
	}
	if err := f.at("in keep"); err != nil {
		return err
	}
	if err := in.Rename(temporary, name); err != nil {
		return err
	}
	if err := in.Sync(); err != nil {
		return err
	}
	return f.at("after keep")
}
