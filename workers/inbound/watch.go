package inbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Watch is a folder into which the bank, or a person, puts files. Any name
// without a dot in front is read. A file is taken when it has a file control
// record and its size has been stable; one that no further bytes could make
// right is taken too, and goes into quarantine. All times are the machine's.
type Watch struct {
	Dir     string
	Every   time.Duration // between two looks, 250 ms by default
	Stable  time.Duration // how long a size must stay, a second by default
	Overdue time.Duration // when an unfinished file raises an alarm, 15 minutes by default
}

// Waiting is a file in the inbox that is not all there yet, or cannot be
// read.
type Waiting struct {
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
)

// inbox is what is known of the folder. Whether a file was processed is not:
// that the log knows.
type inbox struct {
	Watch
	desk *Desk
	turn turn

	mu    sync.Mutex
	files map[string]*seen
}

// seen is a file in the inbox.
type seen struct {
	size     int64
	written  time.Time
	steadyAt time.Time // since when size and time are these
	refused  bool      // it was read as it is now: unfinished, or not at all
	moving   *Outcome  // it was taken, and has to be moved still
	alarmed  bool
	reason   string
}

func openInbox(w Watch, d *Desk) (*inbox, error) {
	w.Every = cmp.Or(w.Every, 250*time.Millisecond)
	w.Stable = cmp.Or(w.Stable, time.Second)
	w.Overdue = cmp.Or(w.Overdue, 15*time.Minute)
	for _, folder := range []string{doneFolder, quarantineFolder} {
		if err := os.MkdirAll(filepath.Join(w.Dir, folder), 0o700); err != nil {
			return nil, fmt.Errorf("make the inbox: %w", err)
		}
	}
	return &inbox{Watch: w, desk: d, turn: make(turn, 1), files: map[string]*seen{}}, nil
}

// Waiting lists the files in the inbox that wait for their rest, oldest
// first.
func (d *Desk) Waiting() []Waiting {
	if d.inbox == nil {
		return nil
	}
	d.inbox.mu.Lock()
	defer d.inbox.mu.Unlock()
	var list []Waiting
	for name, s := range d.inbox.files {
		if s.refused {
			list = append(list, Waiting{name, s.size, s.written, s.alarmed, s.reason})
		}
	}
	slices.SortFunc(list, func(a, b Waiting) int { return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Name, b.Name)) })
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
	names, err := b.list()
	if err != nil {
		return fmt.Errorf("look into the inbox: %w", err)
	}
	var errs []error
	for _, name := range names {
		err := b.step(ctx, name)
		if fatal(err) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("take %s from the inbox: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// list brings what is known up to what is there, and names the files in the
// order in which they were written.
func (b *inbox) list() ([]string, error) {
	entries, err := os.ReadDir(b.Dir)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	there := map[string]bool{}
	var names []string
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(b.Dir, e.Name()))
		if strings.HasPrefix(e.Name(), ".") || err != nil || !info.Mode().IsRegular() {
			continue
		}
		there[e.Name()] = true
		names = append(names, e.Name())
		s := b.files[e.Name()]
		if s == nil || s.size != info.Size() || !s.written.Equal(info.ModTime()) {
			b.files[e.Name()] = &seen{size: info.Size(), written: info.ModTime(), steadyAt: now}
		}
	}
	for name := range b.files {
		if !there[name] {
			delete(b.files, name)
		}
	}
	slices.SortStableFunc(names, func(x, y string) int { return b.files[x].written.Compare(b.files[y].written) })
	return names, nil
}

// step does what is to be done about a file now.
func (b *inbox) step(ctx context.Context, name string) error {
	b.mu.Lock()
	s := b.files[name]
	now := time.Now()
	steady := now.Sub(s.steadyAt) >= b.Stable
	b.mu.Unlock()
	switch {
	case s.moving != nil:
		return b.move(name, s)
	case s.refused:
		b.alarm(name, s, now)
		return nil
	case !steady:
		return nil
	}
	o, err := b.take(ctx, name)
	switch {
	case errors.Is(err, errUnfinished):
		b.refuse(s, "the rest of it is still to come")
		b.alarm(name, s, now)
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return nil // taken away meanwhile
	case errors.Is(err, fs.ErrPermission):
		b.refuse(s, "it cannot be read")
		return err
	case err != nil:
		b.mu.Lock()
		s.steadyAt = now // tried again after a pause
		b.mu.Unlock()
		return err
	}
	s.moving = &o
	return b.move(name, s)
}

func (b *inbox) take(ctx context.Context, name string) (Outcome, error) {
	file, err := os.Open(filepath.Join(b.Dir, name))
	if err != nil {
		return Outcome{}, err
	}
	defer file.Close()
	return b.desk.takeIn(ctx, name, FromInbox, file)
}

func (b *inbox) refuse(s *seen, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.refused, s.reason = true, reason
}

// alarm says once that a file has been waiting for its rest too long. It is
// left where it is.
func (b *inbox) alarm(name string, s *seen, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.alarmed || now.Sub(s.written) < b.Overdue {
		return
	}
	s.alarmed = true
	b.desk.Log.Error("a file in the inbox is unfinished", "name", name, "size", s.size, "since", s.written, "reason", s.reason)
}
