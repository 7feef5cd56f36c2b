package seal

import (
	"fmt"
	"path/filepath"
)

// Backup copies the wrapped keys, and not the master key, to a new keyring
// folder. It waits for a change under way in another process, so that every
// copied file is wrapped by the one master key.
//
// The log must be copied first: a key made meanwhile is then in the copy, or
// sealed nothing in it.
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
