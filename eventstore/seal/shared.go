package seal

import (
	"errors"
	"fmt"
	"io/fs"
)

// Shared are wrapped keys that several processes use, each with the master key in
// a folder of its own.
type Shared interface {
	Wraps
	// Mark is what the master key that belongs to these keys made; see Mark.
	Mark() ([]byte, error)
	// Rewrap puts the mark of another master key in the place of one, and the
	// content of every client in the place of what was read, all of it or nothing,
	// durably. A client that is not named is an error.
	Rewrap(was, is []byte, clients []string, before, after [][]byte) error
}

// OpenWith opens a keyring whose wrapped keys lie elsewhere than beside its master
// key. That is in a folder or, after the keys were wrapped by another one, in the
// file next, whose content then takes the place of the one before.
//
// Errors: ErrNoMaster, ErrWrongMaster and ErrNotReplaced, with what to do.
func OpenWith(dir, next string, w Shared) (*Keyring, error) {
	k := inFolder(dir, disk{})
	k.wraps, k.shared, k.next = w, w, next
	err := k.disk.sweep(dir)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = k.turn()
	}
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	return k, nil
}

// OpenReadOnlyWith is OpenWith for reading. Without a master key in the folder
// every call for a client with a key answers ErrNoMaster.
func OpenReadOnlyWith(dir string, w Wraps) *Keyring {
	k := inFolder(dir, disk{})
	k.wraps, k.readOnly = w, true
	return k
}

// Forget drops the keys in memory and takes the master key that belongs to the
// wrapped ones: another process changed some of them. They are read again when they
// are needed.
//
// Errors: ErrWrongMaster and ErrNotReplaced.
func (k *Keyring) Forget() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.opened)
	return k.turn()
}

// Next names the next master key, empty where there is none: no file, or one that
// is in use already. Two processes with the same next one have the same name for it.
func (k *Keyring) Next() string {
	k.mu.RLock()
	mark := k.mark
	k.mu.RUnlock()
	m, err := k.disk.readMaster(k.next)
	if err != nil || m.handle.Len() > 1 || m.made(mark) {
		return ""
	}
	return m.print()
}

// turn takes the master key that belongs to the wrapped keys by now. The caller
// holds k.mu, or has the keyring alone.
func (k *Keyring) turn() error {
	if k.shared == nil {
		return nil
	}
	mark, err := k.shared.Mark()
	if err != nil {
		return err
	}
	own, ownErr := k.disk.readMaster(k.ownMaster())
	if ownErr == nil && own.made(mark) {
		k.mark, k.turned = mark, false
		return nil
	}
	next, err := k.disk.readMaster(k.next)
	switch {
	case err == nil && next.made(mark):
		k.mark, k.turned = mark, true
		return k.settle(next, ownErr)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case ownErr == nil:
		return k.wrongMaster()
	case errors.Is(ownErr, fs.ErrNotExist):
		_, ownErr = k.readMaster() // says what to do
	}
	return ownErr
}

// settle puts the next master key, which is in use, in the place of the one before.
func (k *Keyring) settle(next master, ownErr error) error {
	content, err := next.encode()
	if err != nil {
		return err
	}
	put := k.disk.replace
	if errors.Is(ownErr, fs.ErrNotExist) {
		put = k.disk.create
	}
	if err := put(k.ownMaster(), content); err != nil {
		return fmt.Errorf("%w: %s belongs in the place of %s, copy it there: %w", ErrNotReplaced, k.next, k.ownMaster(), err)
	}
	k.turned = false
	return nil
}

func (k *Keyring) wrongMaster() error {
	return fmt.Errorf("%w: %s is not the one that this ledger's keys are wrapped by: copy that one there; "+
		"after a rotation it is the one that was named with --master-key-file-next, and may be named so here",
		ErrWrongMaster, k.ownMaster())
}

// rotateShared wraps every client's keys by the next master key, in one step, and
// takes that one. Whenever it stops, the old or the new master key opens all of
// them; done again, it finds the new one in use.
func (k *Keyring) rotateShared() error {
	next, err := k.disk.readMaster(k.next)
	if k.next == "" || errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is no next master key here: make one with achledger keys make FILE, copy it to every node, and start each with --master-key-file-next FILE")
	}
	if err == nil && next.handle.Len() > 1 {
		err = fmt.Errorf("%s holds several keys", k.next)
	}
	if err != nil || next.made(k.mark) {
		return err
	}
	now, err := k.readMaster()
	if err != nil {
		return err
	}
	clients, before, after, err := k.rewrapped(now, next)
	if err != nil {
		return err
	}
	mark, err := next.makeMark()
	if err != nil {
		return err
	}
	if err := k.shared.Rewrap(k.mark, mark, clients, before, after); err != nil {
		return err
	}
	return k.turn()
}

// rewrapped are the wrapped keys of every client, by one master key and by the next.
// Those that were destroyed stay as they are.
func (k *Keyring) rewrapped(now, next master) (clients []string, before, after [][]byte, err error) {
	if clients, err = k.clients(); err != nil {
		return nil, nil, nil, err
	}
	for _, client := range clients {
		w, err := k.readWrapped(client)
		if err != nil {
			return nil, nil, nil, err
		}
		is := w.was
		if !w.Destroyed {
			s, err := w.unwrap(now)
			if err == nil {
				is, err = wrap(next, client, s)
			}
			if err != nil {
				return nil, nil, nil, err
			}
		}
		before, after = append(before, w.was), append(after, is)
	}
	return clients, before, after, nil
}
