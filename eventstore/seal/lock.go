package seal

// exclusively runs change while no other process changes the keyring. The
// caller keeps this process's own goroutines out with k.mu.
func (k *Keyring) exclusively(change func() error) error {
	if k.readOnly {
		return ErrReadOnly
	}
	return k.wraps.Exclusively(change)
}
