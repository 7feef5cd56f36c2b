package seal

import (
	"fmt"
	"path/filepath"
)

// Backup copies the wrapped keys, without the master key, to a new keyring
// folder. It waits for a change by another process to end, so that all copied
// files are wrapped by the same master key.
//
// The log must be copied before: then every key that sealed something in the
// copied log is in this copy.
func Backup(dir, dest string) error {
	k, copied := inFolder(dir, disk{}), inFolder(dest, disk{})
	err := k.exclusively(func() error {
		if m, err := k.readMaster(); err == nil && m.handle.Len() > 1 {
			return errRotating
		}
		clients, err := k.clients()
		if err != nil {
			return err
		}
		if err := k.disk.makeFolder(folderWraps{copied}.folder()); err != nil {
			return err
		}
		for _, c := range clients {
			content, err := k.wraps.Read(c)
			if err != nil {
				return err
			}
			if err := copied.wraps.Create(c, content, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("back up the keys to %s: %w", filepath.Clean(dest), err)
	}
	return nil
}
