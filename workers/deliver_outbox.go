package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/achledger/achledger/workers/regular"
)

// Outbox delivers to a folder from which the bank, or a person, takes the
// files.
type Outbox string

var _ Deliverer = Outbox("")

// Stage implements Deliverer.
func (o Outbox) Stage(_ context.Context, temporary string, content []byte) error {
	if err := os.MkdirAll(string(o), 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	return o.in("write "+temporary+" to the outbox", func(f regular.Folder) error {
		err := f.WriteNew(temporary, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
		if err != nil {
			err = errors.Join(err, f.Take(temporary))
		}
		return err
	})
}

// Publish implements Deliverer.
func (o Outbox) Publish(_ context.Context, temporary, name string) error {
	return o.in("put "+name+" into the outbox", func(f regular.Folder) error {
		if err := f.RenameNew(temporary, name); err != nil {
			return err
		}
		return f.Sync()
	})
}

// Find implements Deliverer. A folder that is gone altogether says nothing
// about the file. A process that died may have given the final name and not made
// it durable, and whoever finds it records it as delivered.
func (o Outbox) Find(_ context.Context, temporary, name string, sha []byte) (Location, error) {
	var found findings
	err := o.in("look into the outbox", func(f regular.Folder) (err error) {
		if found.temporary, err = hash(f, temporary); err != nil {
			return err
		}
		if found.withdrawn, err = hash(f, withdrawn(temporary)); err != nil {
			return err
		}
		if found.final, err = hash(f, name); err != nil || found.final == nil {
			return err
		}
		return f.Sync()
	})
	if err != nil {
		return "", err
	}
	return found.location(sha), nil
}

// Withdraw implements Deliverer.
func (o Outbox) Withdraw(_ context.Context, temporary string) error {
	return o.in("withdraw "+temporary+" from the outbox", func(f regular.Folder) error {
		if err := f.Rename(temporary, withdrawn(temporary)); err != nil {
			return err
		}
		return f.Sync()
	})
}

// Remove implements Deliverer.
func (o Outbox) Remove(_ context.Context, temporary string) error {
	return o.in("clear the outbox", func(f regular.Folder) error { return f.Take(temporary) })
}

// Clear implements Deliverer.
func (o Outbox) Clear(_ context.Context, needless func(name string) bool) error {
	err := o.in("clear the outbox", func(f regular.Folder) error {
		names, err := f.Names(".")
		for _, have := range names {
			if needless(have) {
				err = errors.Join(err, f.Take(have))
			}
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there is no outbox yet
	}
	return err
}

// Close implements Deliverer.
func (o Outbox) Close() error { return nil }

// in calls do with the folder.
func (o Outbox) in(what string, do func(regular.Folder) error) error {
	f, err := regular.In(string(o))
	if err == nil {
		err = errors.Join(do(f), f.Close())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// read reads a file of the outbox.
func (o Outbox) read(name string) (content []byte, err error) {
	err = o.in("read "+name+" in the outbox", func(f regular.Folder) error {
		content, err = read(f, name)
		return err
	})
	return content, err
}

// hash returns the SHA-256 of a file, or nil if the name is free. Anything but
// a regular file has an empty sum: it is not ours, and links are not followed.
func hash(f regular.Folder, name string) ([]byte, error) {
	file, err := f.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, regular.ErrOther):
		return []byte{}, nil
	case err != nil:
		return nil, err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return sum.Sum(nil), file.Close()
}

func read(f regular.Folder, name string) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(file)
	return content, errors.Join(err, file.Close())
}

// findings are the SHA-256 sums of what is under the names of a file, nil for a
// name that is free.
type findings struct{ temporary, withdrawn, final []byte }

func (f findings) location(sha []byte) Location {
	switch {
	case bytes.Equal(f.final, sha):
		return Final
	case bytes.Equal(f.temporary, sha):
		return Temporary
	case f.temporary != nil:
		return Corrupt
	case f.withdrawn != nil:
		return Withdrawn
	case f.final != nil:
		return NameTaken
	default:
		return Nowhere
	}
}
