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
	"path/filepath"

	"github.com/achledger/achledger/workers/regular"
)

// Outbox delivers to a folder from which the bank, or a person, takes the
// files.
type Outbox string

var _ Deliverer = Outbox("")

// Put implements Deliverer.
func (o Outbox) Put(_ context.Context, temporary string, content []byte) error {
	if err := os.MkdirAll(string(o), 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	err := writeNew(o.path(temporary), func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s to the outbox: %w", temporary, errors.Join(err, o.remove(temporary)))
	}
	return nil
}

// Begin implements Deliverer.
func (o Outbox) Begin(_ context.Context, temporary, name string) error {
	if err := renameNew(o.path(temporary), o.path(name)); err != nil {
		return fmt.Errorf("put %s into the outbox: %w", name, err)
	}
	return syncFolder(string(o))
}

// Look implements Deliverer. A folder that is gone altogether says nothing
// about the file.
func (o Outbox) Look(_ context.Context, temporary, name string, sha []byte) (Place, error) {
	var found findings
	_, err := os.ReadDir(string(o))
	for _, f := range []struct {
		name string
		sum  *[]byte
	}{{temporary, &found.temporary}, {withdrawn(temporary), &found.withdrawn}, {name, &found.final}} {
		if err == nil {
			*f.sum, err = o.hash(f.name)
		}
	}
	if err != nil {
		return "", fmt.Errorf("look into the outbox: %w", err)
	}
	return found.place(sha), nil
}

// Withdraw implements Deliverer.
func (o Outbox) Withdraw(_ context.Context, temporary string) error {
	if err := os.Rename(o.path(temporary), o.path(withdrawn(temporary))); err != nil {
		return fmt.Errorf("withdraw %s from the outbox: %w", temporary, err)
	}
	return syncFolder(string(o))
}

// Remove implements Deliverer.
func (o Outbox) Remove(_ context.Context, temporary string) error { return o.remove(temporary) }

// Clear implements Deliverer.
func (o Outbox) Clear(_ context.Context, needless func(name string) bool) error {
	entries, err := os.ReadDir(string(o))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if needless(e.Name()) {
			err = errors.Join(err, o.remove(e.Name()))
		}
	}
	return err
}

// Close implements Deliverer.
func (o Outbox) Close() error { return nil }

// hash is the SHA-256 of a file, nil when there is none. What bears the name
// and is no file has a sum that no file has: it is not followed, and not ours.
func (o Outbox) hash(name string) ([]byte, error) {
	content, err := o.read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, regular.ErrOther):
		return []byte{}, nil
	case err != nil:
		return nil, err
	}
	sum := sha256.Sum256(content)
	return sum[:], nil
}

func (o Outbox) read(name string) (content []byte, err error) {
	file, err := regular.Open(o.path(name))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(file)
}

func (o Outbox) remove(name string) error {
	if err := os.Remove(o.path(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (o Outbox) path(name string) string { return filepath.Join(string(o), name) }

// findings are the SHA-256 sums of what bears the names of a file, nil where
// nothing does.
type findings struct{ temporary, withdrawn, final []byte }

func (f findings) place(sha []byte) Place {
	switch {
	case bytes.Equal(f.final, sha):
		return Final
	case bytes.Equal(f.temporary, sha):
		return Temporary
	case f.temporary != nil:
		return Spoiled
	case f.withdrawn != nil:
		return Withdrawn
	case f.final != nil:
		return Foreign
	default:
		return Nowhere
	}
}
