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

// Watch is a folder into which the bank, or a person, puts files. Every file is
// read whose name does not begin with a dot, but no symbolic links. A file is
// taken when it has a file control record and its size has been stable. A file
// that no further bytes could make valid is taken too, and quarantined. Taking
// begins with a rename: what is put under the old name from then on is another
// file. All times are the machine's.
type Watch struct {
	Dir     string
	Every   time.Duration // between polls, 250 ms by default
	Stable  time.Duration // how long the size must be unchanged, a second by default
	Overdue time.Duration // when an unfinished file raises an alarm, 15 minutes by default
	// Again is when an unfinished or unreadable file is looked at again although
	// nothing of it has changed, a minute by default: its bank may have been set
	// up since, or its permissions changed.
	Again time.Duration
}

// overdueAfter is the default of Overdue.
const overdueAfter = 15 * time.Minute

// UnfinishedFile is a file in the inbox that is incomplete or cannot be read.
type UnfinishedFile struct {
	Name    string
	Size    int64
	Since   time.Time // last write
	Overdue bool      // the alarm was raised
	Reason  string
}

// Folders inside the inbox.
const (
	doneFolder       = "done"
	quarantineFolder = "quarantine"
	claimFolder      = ".taking" // see claim
)

// inbox is the state of the folder. It does not know which files were
// processed; the log does.
type inbox struct {
	Watch
	intake *Intake
	lock   contextMutex
	// in is open while the lock is held.
	in regular.Folder

	mu    sync.Mutex
	files map[string]*inboxFile // by path below Dir
}

// inboxFile is a file in the inbox.
type inboxFile struct {
	size     int64
	written  time.Time
	steadyAt time.Time // when size and time last changed
	refused  bool      // in its current state it is incomplete or cannot be read
	lookedAt time.Time // when that was found
	moving   *Outcome  // set when it was taken and not moved yet
	alarmed  bool
	reason   string
}

func openInbox(w Watch, t *Intake) (*inbox, error) {
	w.Every = cmp.Or(w.Every, 250*time.Millisecond)
	w.Stable = cmp.Or(w.Stable, time.Second)
	w.Overdue = cmp.Or(w.Overdue, overdueAfter)
	w.Again = cmp.Or(w.Again, time.Minute)
	if err := regular.Folders(w.Dir, doneFolder, quarantineFolder, claimFolder); err != nil {
		return nil, fmt.Errorf("make the inbox: %w", err)
	}
	return &inbox{Watch: w, intake: t, lock: make(contextMutex, 1), files: map[string]*inboxFile{}}, nil
}

// UnfinishedFiles lists the incomplete and unreadable files in the inbox,
// oldest first.
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

// look takes every file that is ready, oldest first. A file that fails does not
// delay the others.
func (b *inbox) look(ctx context.Context) error {
	give, err := b.lock.take(ctx)
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

// list updates the state of the files and returns their paths below Dir, oldest
// first.
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
		case f == nil && claimed(path): // by a run that ended before it was moved
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

// step does what is due for a file.
func (b *inbox) step(ctx context.Context, path string) error {
	b.mu.Lock()
	f := b.files[path]
	now := time.Now()
	steady := now.Sub(f.steadyAt) >= b.Stable
	b.mu.Unlock()
	switch {
	case f.moving != nil:
		return b.move(ctx, path, f)
	case f.refused && now.Sub(f.lookedAt) < b.Again:
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
		return nil // removed meanwhile
	case errors.Is(err, fs.ErrPermission):
		b.postpone(f, "it cannot be read")
		b.alarm(path, f, now)
		return err
	case err != nil:
		b.mu.Lock()
		f.steadyAt = now // try again after the same pause
		b.mu.Unlock()
		return err
	}
	f.moving = &o
	return b.move(ctx, path, f)
}

// take claims a complete file and takes it in. It returns the file's new path.
func (b *inbox) take(ctx context.Context, path string) (string, Outcome, error) {
	if !claimed(path) {
		if err := b.finished(ctx, path); err != nil && !errors.Is(err, errTooLarge) {
			return path, Outcome{}, err
		}
		b.intake.at("before claim")
		if err := eventstore.CheckLeader(ctx); err != nil {
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

// finished returns errUnfinished while a file is incomplete.
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
	f.refused, f.lookedAt, f.reason = true, time.Now(), reason
}

// alarm logs once that a file has been incomplete for too long. The file stays
// where it is.
func (b *inbox) alarm(path string, f *inboxFile, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.alarmed || now.Sub(f.written) < b.Overdue {
		return
	}
	f.alarmed = true
	b.intake.Log.Error("a file in the inbox is unfinished", "name", filepath.Base(path), "size", f.size, "since", f.written, "reason", f.reason)
}
