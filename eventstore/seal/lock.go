package seal

// exclusively runs change while no other process changes the keyring, with the
// master key that belongs to it by then. The
// caller keeps this process's own goroutines out with k.mu.
func (k *Keyring) exclusively(change func() error) error {
	if k.readOnly {
		return ErrReadOnly
	}
	return k.wraps.Exclusively(func() error {
		if err := k.turn(); err != nil && !k.turned {
			return err
		}
		return change()
	})
}
