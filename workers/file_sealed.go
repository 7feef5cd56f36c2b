package workers

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/achledger/achledger/eventstore/seal"
)

// sealed describes the sealed file files/<folder>/<name>: it is encrypted with
// the client's key and bound to that name.
func (f *Files) sealed(client, folder, name string) seal.File {
	return seal.File{Keys: f.Ledger.Keys, Client: client, Name: folder + "/" + name}
}

// keep stores content under files/<folder>/<name>. It returns when the file is
// durable; after a crash there is the old file or the new one.
func (f *Files) keep(client, folder, name string, content []byte) error {
	if err := f.keepSealed(f.sealed(client, folder, name), folder, name, content); err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Join(folder, name), err)
	}
	return f.at("after keep")
}

func (f *Files) keepSealed(as seal.File, folder, name string, content []byte) (err error) {
	if err := f.at("before keep"); err != nil {
		return err
	}
	k, err := f.Kept.Keep(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Drop()) }()
	w := as.Writer(k)
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := f.at("in keep"); err != nil {
		return err
	}
	return k.Commit(name)
}

// kept reads back what keep stored. Errors: fs.ErrNotExist if the file is
// missing; the keyring's error if it was changed.
func (f *Files) kept(client, folder, name string) ([]byte, error) {
	file, err := f.Kept.Open(folder, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(f.sealed(client, folder, name).Reader(file, file.Size()))
	if err != nil {
		return nil, fmt.Errorf("read files/%s/%s: %w", folder, name, err)
	}
	return content, nil
}
