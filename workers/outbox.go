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
)

// Deliverer puts files where a bank takes them. Put and Begin are two steps,
// so that the log can say between them that the file may be gone.
type Deliverer interface {
	// Put stores a file under its temporary name and returns when it is
	// durable there. What stood under that name is replaced.
	Put(ctx context.Context, name string, content []byte) error
	// Begin gives the file its final name: from now on the bank may take it.
	// It never replaces a file that has that name.
	Begin(ctx context.Context, name string) error
	// Look finds out where a file is that Begin may have been called for.
	Look(ctx context.Context, name string, sha256 []byte) (Place, error)
}

// Place is where a file is while it is being delivered.
type Place string

// Places.
const (
	Nowhere   Place = "nowhere"        // taken by the bank, or lost: nobody can tell
	Temporary Place = "temporary name" // delivery has not begun
	Final     Place = "final name"     // delivered, and not taken yet
	Spoiled   Place = "damaged"        // not begun, and what bears the temporary name is not the file
	Foreign   Place = "another file"   // other content bears the final name, and nothing the temporary one
)

// Outbox delivers to a folder from which the bank, or a person, takes the
// files. Temporary names begin with a dot.
type Outbox string

var _ Deliverer = Outbox("")

// Put implements Deliverer.
func (o Outbox) Put(_ context.Context, name string, content []byte) error {
	if err := os.MkdirAll(string(o), 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	err := writeFile(o.temporary(name), func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s to the outbox: %w", name, err)
	}
	return nil
}

// Begin implements Deliverer.
func (o Outbox) Begin(_ context.Context, name string) error {
	if _, err := os.Lstat(o.final(name)); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return fmt.Errorf("put %s into the outbox: %w", name, err)
	}
	if err := os.Rename(o.temporary(name), o.final(name)); err != nil {
		return fmt.Errorf("put %s into the outbox: %w", name, err)
	}
	return syncFolder(string(o))
}

// Look implements Deliverer.
func (o Outbox) Look(_ context.Context, name string, sha []byte) (Place, error) {
	// A folder that is gone altogether says nothing about the file.
	if _, err := os.ReadDir(string(o)); err != nil {
		return "", fmt.Errorf("look into the outbox: %w", err)
	}
	content, err := os.ReadFile(o.final(name))
	taken := err == nil
	if sum := sha256.Sum256(content); taken && bytes.Equal(sum[:], sha) {
		return Final, nil
	}
	if !taken && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("look into the outbox: %w", err)
	}
	switch _, err := os.Lstat(o.temporary(name)); {
	case err == nil:
		return Temporary, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("look into the outbox: %w", err)
	case taken:
		return Foreign, nil
	default:
		return Nowhere, nil
	}
}

func (o Outbox) final(name string) string     { return filepath.Join(string(o), name) }
func (o Outbox) temporary(name string) string { return filepath.Join(string(o), "."+name) }
