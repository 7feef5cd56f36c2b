package seal

import (
	"errors"
	"fmt"
	"io/fs"
)

// Shared stores wrapped keys that several processes use. Each process has the
// master key in a folder of its own.
type Shared interface {
	Wraps
	// Mark returns the mark of the master key that wraps these keys; see Mark.
	Mark() ([]byte, error)
	// Rewrap durably replaces one mark by another, and the content of every
	// client by new content, all of it or nothing. It is an error if it would
	// leave out a client, or if anything is not as it was read.
	Rewrap(was, is []byte, clients []string, before, after [][]byte) error
}

// OpenWith opens a keyring whose wrapped keys are not beside its master key.
// The master key is in a folder. After a rotation it is in the file next, which
// then replaces the one in the folder.
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
// every call for a client that has keys returns ErrNoMaster.
func OpenReadOnlyWith(dir string, w Wraps) *Keyring {
	k := inFolder(dir, disk{})
	k.wraps, k.readOnly = w, true
	return k
}

// Forget drops the keys in memory, which are read again when they are needed,
// and switches to the master key that wraps them now. It is called when another
// process has changed some keys.
//
// Errors: ErrWrongMaster and ErrNotReplaced.
func (k *Keyring) Forget() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.opened)
	return k.turn()
}

// Next returns an identifier of the next master key, the same in every process
// that has it; "" if there is none, or if it is in use already.
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

// turn switches to the master key that wraps the keys now. The caller holds
// k.mu, or is the only user of the keyring.
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

// settle replaces the previous master key by the next one, which is in use.
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

// rotateShared wraps every client's keys by the next master key, in one step,
// and switches to that. If it stops at any point, either the old or the new
// master key opens all of them. Repeating it changes nothing.
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

// rewrapped returns the content of every client, wrapped by the current master
// key and by the next. Destroyed keys stay as they are.
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
