package inbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/workers/regular"
)

// Watch is a folder into which the bank, or a person, puts files. Any name
// without a dot in front is read, symbolic links are not. A file is taken when
// it has a file control record and its size has been stable; one that no
// further bytes could make right is taken too, and goes into quarantine. Taking
// begins with a rename to a name of ours: what is put under the old name from
// then on is another file. All times are the machine's.
type Watch struct {
	Dir     string
	Every   time.Duration // between two looks, 250 ms by default
	Stable  time.Duration // how long a size must stay, a second by default
	Overdue time.Duration // when an unfinished file raises an alarm, 15 minutes by default
}

// UnfinishedFile is a file in the inbox that is not all there yet, or cannot be
// read.
type UnfinishedFile struct {
	Name    string
	Size    int64
	Since   time.Time // when it was written to last
	Overdue bool      // the alarm was raised
	Reason  string
}

// Folders inside the inbox.
const (
	doneFolder       = "done"
	quarantineFolder = "quarantine"
	claimFolder      = ".taking" // see claim
)

// inbox is what is known of the folder. Whether a file was processed is not:
// that the log knows.
type inbox struct {
	Watch
	intake *Intake
	turn   turn
	// in is the folder while somebody has the turn.
	in regular.Folder

	mu    sync.Mutex
	files map[string]*inboxFile // by path below Dir
}

// inboxFile is a file in the inbox.
type inboxFile struct {
	size     int64
	written  time.Time
	steadyAt time.Time // since when size and time are these
	refused  bool      // it was read as it is now: unfinished, or not at all
	moving   *Outcome  // it was taken, and has to be moved still
	alarmed  bool
	reason   string
}

func openInbox(w Watch, t *Intake) (*inbox, error) {
	w.Every = cmp.Or(w.Every, 250*time.Millisecond)
	w.Stable = cmp.Or(w.Stable, time.Second)
	w.Overdue = cmp.Or(w.Overdue, 15*time.Minute)
	if err := regular.Folders(w.Dir, doneFolder, quarantineFolder, claimFolder); err != nil {
		return nil, fmt.Errorf("make the inbox: %w", err)
	}
	return &inbox{Watch: w, intake: t, turn: make(turn, 1), files: map[string]*inboxFile{}}, nil
}

// UnfinishedFiles lists the files in the inbox that wait for their rest, oldest
// first.
func (t *Intake) UnfinishedFiles() []UnfinishedFile {
	if t.inbox == nil {
		return nil
	}
	t.inbox.mu.Lock()
	defer t.inbox.mu.Unlock()
	var list []UnfinishedFile
	for name, f := range t.inbox.files {
		if f.refused {
			list = append(list, UnfinishedFile{filepath.Base(name), f.size, f.written, f.alarmed, f.reason})
		}
	}
	slices.SortFunc(list, func(a, b UnfinishedFile) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Name, b.Name))
	})
	return list
}

// look takes every file that is ready, oldest first. One that fails does not
// hold up the others.
func (b *inbox) look(ctx context.Context) error {
	give, err := b.turn.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	if b.in, err = regular.In(b.Dir); err != nil {
		return fmt.Errorf("look into the inbox: %w", err)
	}
	defer b.in.Close()
	paths, err := b.list()
	if err != nil {
		return fmt.Errorf("look into the inbox: %w", err)
	}
	var errs []error
	for _, path := range paths {
		err := b.step(ctx, path)
		if fatal(err) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("take %s from the inbox: %w", filepath.Base(path), err))
		}
	}
	return errors.Join(errs...)
}

// list brings what is known up to what is there, and names the files by their
// paths below Dir, in the order in which they were written.
func (b *inbox) list() ([]string, error) {
	paths, err := b.paths()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	there := map[string]bool{}
	var list []string
	for _, path := range paths {
		info, err := b.in.Lstat(path)
		if err != nil || !info.Mode().IsRegular() && !claimed(path) {
			continue
		}
		there[path] = true
		list = append(list, path)
		f := b.files[path]
		switch {
		case f == nil && claimed(path): // by a run that ended before it was done
			b.files[path] = &inboxFile{size: info.Size(), written: info.ModTime()}
		case f == nil || f.size != info.Size() || !f.written.Equal(info.ModTime()):
			b.files[path] = &inboxFile{size: info.Size(), written: info.ModTime(), steadyAt: now}
		}
	}
	for path := range b.files {
		if !there[path] {
			delete(b.files, path)
		}
	}
	slices.SortStableFunc(list, func(x, y string) int { return b.files[x].written.Compare(b.files[y].written) })
	return list, nil
}

// step does what is to be done about a file now.
func (b *inbox) step(ctx context.Context, path string) error {
	b.mu.Lock()
	f := b.files[path]
	now := time.Now()
	steady := now.Sub(f.steadyAt) >= b.Stable
	b.mu.Unlock()
	switch {
	case f.moving != nil:
		return b.move(ctx, path, f)
	case f.refused:
		b.alarm(path, f, now)
		return nil
	case !steady:
		return nil
	}
	path, o, err := b.take(ctx, path)
	switch {
	case errors.Is(err, errUnfinished):
		b.postpone(f, "the rest of it is still to come")
		b.alarm(path, f, now)
		return nil
	case errors.Is(err, fs.ErrNotExist) && !claimed(path):
		return nil // taken away meanwhile
	case errors.Is(err, fs.ErrPermission):
		b.postpone(f, "it cannot be read")
		return err
	case err != nil:
		b.mu.Lock()
		f.steadyAt = now // tried again after a pause
		b.mu.Unlock()
		return err
	}
	f.moving = &o
	return b.move(ctx, path, f)
}

// take claims a file that is all there and takes it in. It returns where the
// file is then.
func (b *inbox) take(ctx context.Context, path string) (string, Outcome, error) {
	if !claimed(path) {
		if err := b.finished(ctx, path); err != nil && !errors.Is(err, errTooLarge) {
			return path, Outcome{}, err
		}
		b.intake.at("before claim")
		if err := eventstore.StillLeads(ctx); err != nil {
			return path, Outcome{}, err
		}
		to, err := b.claim(path)
		if err != nil {
			return path, Outcome{}, err
		}
		path = to
		b.intake.at("after claim")
	}
	file, err := b.in.Open(path)
	if err != nil {
		return path, Outcome{}, err
	}
	defer file.Close()
	from := provenance{name: filepath.Base(path), source: FromInbox, id: claimID(path)}
	content, err := b.intake.bounded(file)
	var o Outcome
	if err == nil {
		o, err = b.intake.takeIn(ctx, from, content)
	}
	if errors.Is(err, errTooLarge) {
		return path, b.intake.tooLargeToTake(from.name), nil
	}
	return path, o, err
}

// finished is errUnfinished while the rest of a file is still to come.
func (b *inbox) finished(ctx context.Context, path string) error {
	file, err := b.in.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := b.intake.bounded(file)
	if err != nil {
		return err
	}
	whole, err := b.intake.finished(ctx, content)
	if err == nil && !whole {
		err = errUnfinished
	}
	return err
}

func (b *inbox) postpone(f *inboxFile, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f.refused, f.reason = true, reason
}

// alarm says once that a file has been waiting for its rest too long. It is
// left where it is.
func (b *inbox) alarm(path string, f *inboxFile, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.alarmed || now.Sub(f.written) < b.Overdue {
		return
	}
	f.alarmed = true
	b.intake.Log.Error("a file in the inbox is unfinished", "name", filepath.Base(path), "size", f.size, "since", f.written, "reason", f.reason)
}
