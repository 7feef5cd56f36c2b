package seal

import (
	"errors"
	"fmt"
)

// existing returns the keys of a client; ErrNoKey if it has none.
func (k *Keyring) existing(client string) (*clientKeys, error) {
	k.mu.RLock()
	c := k.opened[client]
	k.mu.RUnlock()
	if c == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		var err error
		if c, err = k.load(client); err != nil {
			return nil, err
		}
	}
	return c.usable(client)
}

// orNew returns a client's keys. On first use it makes them, durably.
func (k *Keyring) orNew(client string) (*clientKeys, error) {
	c, err := k.existing(client)
	if !errors.Is(err, ErrNoKey) || k.readOnly {
		return c, err
	}
	return k.firstKeys(client)
}

// firstKeys makes the keys of a client that has none. It stands by itself so
// that orNew, which every payment calls, keeps nothing on the heap.
func (k *Keyring) firstKeys(client string) (c *clientKeys, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	err = k.exclusively(func() error {
		c, err = k.load(client) // another goroutine or process may have been first
		if errors.Is(err, ErrNoKey) {
			c, err = k.newKeys(client)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.usable(client)
}

// load reads and unwraps a client's keys, unless they are in memory. The caller
// holds k.mu. A rotation in another process may remove the old master key
// between the two reads; the client's file is wrapped by the new one then, and
// is read again.
func (k *Keyring) load(client string) (*clientKeys, error) {
	if c := k.opened[client]; c != nil {
		return c, nil
	}
	if !clientID.MatchString(client) {
		return nil, fmt.Errorf("%q is not a client id", client)
	}
	const attempts = 10
	var c *clientKeys
	var err error
	for range attempts {
		if c, err = k.read(client); !errors.Is(err, ErrWrongMaster) {
			break
		}
		if k.shared != nil && k.turn() != nil && !k.turned {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	k.opened[client] = c
	return c, nil
}

func (k *Keyring) read(client string) (*clientKeys, error) {
	w, err := k.readWrapped(client)
	if err != nil {
		return nil, err
	}
	if w.Destroyed {
		return &clientKeys{destroyed: true}, nil
	}
	m, err := k.readMaster()
	if err != nil {
		return nil, err
	}
	s, err := w.unwrap(m)
	if err != nil {
		return nil, err
	}
	return s.ready()
}

// newKeys makes a client's keys, durably.
func (k *Keyring) newKeys(client string) (*clientKeys, error) {
	m, err := k.readMaster()
	if err != nil {
		return nil, err
	}
	s, err := newKeysets()
	if err != nil {
		return nil, fmt.Errorf("make keys for client %s: %w", client, err)
	}
	content, err := wrap(m, client, s)
	if err != nil {
		return nil, err
	}
	if k.shared != nil && !m.made(k.mark) {
		return nil, k.wrongMaster()
	}
	if err := k.wraps.Create(client, content, k.mark); err != nil {
		return nil, fmt.Errorf("write the keys of client %s: %w", client, err)
	}
	c, err := s.ready()
	if err != nil {
		return nil, err
	}
	k.opened[client] = c
	return c, nil
}

func (c *clientKeys) usable(client string) (*clientKeys, error) {
	if c.destroyed {
		return nil, fmt.Errorf("%w: %s", ErrDestroyed, client)
	}
	return c, nil
}
