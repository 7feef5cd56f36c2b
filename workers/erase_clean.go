package workers

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/workers/regular"
)

// Clean removes the files that hold the client's account numbers under another
// key or in the clear: kept files of the bank, of which the log has the other
// clients' entries sealed as well, and files in outbox and inbox. Settle must
// have found them before.
func (e *Erasure) Clean(done *Erased) error {
	for id := range e.inbound {
		err := e.Files.Kept.Remove(inFolder, id)
		switch {
		case err == nil:
			done.Removed++
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	if err := removeAll(e.Outbox, ".", e.names, done); err != nil {
		return err
	}
	taken, err := names(e.Inbox, "done")
	if err == nil {
		err = removeAll(e.Inbox, "done", taken, done)
	}
	if err != nil {
		return err
	}
	if left, _ := names(e.Inbox, "quarantine"); len(left) > 0 {
		done.Left = append(done.Left, text.Count(len(left), "file lies", "files lie")+" in inbox/quarantine in the clear: look through what is there")
	}
	return nil
}

// names lists the content of a folder below another; there is none if the
// folder does not exist.
func names(path, folder string) ([]string, error) {
	f, err := regular.In(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.Names(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return list, err
}

// removeAll removes those of the listed files that exist in a folder below
// another. It follows no links.
func removeAll(path, folder string, list []string, done *Erased) error {
	f, err := regular.In(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.IsFolder(folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	for _, name := range list {
		err := f.Remove(filepath.Join(folder, name))
		switch {
		case err == nil:
			done.Removed++
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}
