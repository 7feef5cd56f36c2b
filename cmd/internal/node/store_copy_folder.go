package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/workers/kept"
)

// folderEnd is a data folder as the source or target of a copy.
type folderEnd struct {
	folder folder.Folder
	is     folder.Kind
	store  *sqlite.Store // of the source
	copy   *sqlite.Copy  // of the target
	onOff  *delivery.Switch
	lies   beside
}

func (e *folderEnd) name() string {
	path, _ := filepath.Abs(string(e.folder))
	return path
}
func (e *folderEnd) kind() folder.Kind         { return e.is }
func (e *folderEnd) source() eventstore.Source { return e.store }
func (e *folderEnd) target() eventstore.Copy   { return e.copy }
func (e *folderEnd) beside() beside            { return e.lies }
func (e *folderEnd) control() *delivery.Switch { return e.onOff }

// deserted implements end: the copy has the folder's lock.
func (e *folderEnd) deserted(context.Context) error { return nil }

func (e *folderEnd) openSource(ctx context.Context) (err error) {
	if err = e.folder.MustExist(); err != nil {
		return err
	}
	if e.is, err = e.folder.Kind(); err != nil {
		return err
	}
	if e.store, err = sqlite.Open(string(e.folder), sqlite.Options{}); err != nil {
		return err
	}
	log, err := Identify(ctx, e.store)
	contradiction := ""
	if err == nil {
		contradiction, err = differs(ctx, e.folder, e.store)
	}
	if err == nil {
		e.onOff, err = e.folder.OpenDelivery(log, contradiction)
	}
	if err == nil {
		e.lies.wraps, err = seal.FolderWraps(e.folder.Keys())
	}
	e.lies.kept = kept.Folder(e.folder.Kept())
	if err != nil {
		return errors.Join(err, e.close())
	}
	return nil
}

// openTarget prepares the folder of the copied ledger. It contains the master
// key, and possibly what an interrupted copy left.
func (e *folderEnd) openTarget(_ context.Context, is folder.Kind) (err error) {
	switch _, err := os.Stat(e.folder.Instance()); {
	case err == nil:
		return fmt.Errorf("%s holds a ledger that is in use: name a new folder", e.folder)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look at the new folder: %w", err)
	}
	e.is = is
	if err = e.folder.Make(); err == nil {
		err = e.folder.Settle(is)
	}
	if err == nil {
		e.lies.wraps, err = seal.FolderWraps(e.folder.Keys())
	}
	if err == nil {
		e.lies.kept, err = kept.Open(e.folder.Kept())
	}
	if err == nil {
		e.copy, err = sqlite.OpenCopy(string(e.folder))
	}
	return err
}

func (e *folderEnd) idle(ctx context.Context) error {
	unread, err := unreadIn(e.folder.Inbox())
	if err == nil && unread > 0 {
		err = fmt.Errorf("%s not been read yet in %s: start the server, and let it take in what is there", text.Count(unread, "file has", "files have"), e.folder.Inbox())
	}
	if err != nil {
		return err
	}
	return nothingUnderWay(ctx, e.folder.Views(), e.store)
}

// unreadIn counts the files that wait in an inbox.
func unreadIn(inbox string) (n int, err error) {
	for _, path := range []string{inbox, filepath.Join(inbox, ".taking")} {
		entries, err := os.ReadDir(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, err
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") && (path != inbox || !e.IsDir()) {
				n++
			}
		}
	}
	return n, nil
}

func (e *folderEnd) empty(context.Context) (bool, error) {
	has, err := e.folder.HasLog()
	return !has, err
}

func (e *folderEnd) verify(ctx context.Context, progress func(done, total int64)) (eventstore.Report, error) {
	return sqlite.Verify(ctx, string(e.folder), progress)
}

func (e *folderEnd) arrive(_ context.Context, r delivery.Record, log delivery.Log) error {
	return e.folder.Arrived(r, log)
}

func (e *folderEnd) close() (err error) {
	if e.store != nil {
		err = e.store.Close()
	}
	if e.copy != nil {
		err = errors.Join(err, e.copy.Close())
	}
	return err
}
