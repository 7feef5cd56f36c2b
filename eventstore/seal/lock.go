package seal

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"
)

// exclusively runs change while no other process changes the keyring: a
// client's key is never wrapped by a master key that is just being retired.
// The caller keeps this process's own goroutines out with k.mu.
func (k *Keyring) exclusively(change func() error) error {
	if k.readOnly {
		return ErrReadOnly
	}
	l := flock.New(filepath.Join(k.dir, "lock"))
	if err := l.Lock(); err != nil {
		return fmt.Errorf("lock the keyring: %w", err)
	}
	return errors.Join(change(), l.Unlock())
}
