package seal

// exclusively runs change while no other process changes the keyring, with the
// master key in use at that time. The caller holds k.mu against this process's
// own goroutines.
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
