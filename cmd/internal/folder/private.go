package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"syscall"
)

// Permissions of others than the owner in a file's mode.
const (
	othersAnything fs.FileMode = 0o077
	othersWrite    fs.FileMode = 0o022
)

// Private makes what holds keys, numbers or names readable by its owner only,
// and returns what others could read until now. Outbox and inbox are left as
// they are, and so is the path to them: a bank's account may have been given
// access.
//
// A folder in which others can write is refused, with the command to fix it,
// since they could have replaced anything; so is what cannot be made private. A
// folder that was not used before is made private silently.
func (f Folder) Private() (exposed []string, err error) {
	if err := f.ownersAlone(); err != nil {
		return nil, err
	}
	paths := []string{f.Keys(), f.join("keys/master"), f.Kept(), f.NATS(), f.CredentialFile(), f.kindFile(), f.instance()}
	for _, database := range []string{f.Log(), f.Views()} {
		paths = append(paths, database, database+"-wal", database+"-shm")
	}
	for _, path := range paths {
		was, err := tighten(path)
		if err != nil {
			return exposed, err
		}
		if was {
			exposed = append(exposed, path)
		}
	}
	return exposed, nil
}

// ownersAlone handles the folder itself.
func (f Folder) ownersAlone() error {
	info, err := os.Stat(string(f))
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	used, err := f.HasLog()
	switch {
	case err != nil:
		return fmt.Errorf("look at the data folder: %w", err)
	case !used:
		_, err := tighten(string(f))
		return err
	case info.Mode()&othersWrite != 0:
		return fmt.Errorf("others can write to %s (mode %04o), and so could put other keys or another log there: find out who did, then: chmod go-w %s",
			f, info.Mode().Perm(), f)
	}
	return nil
}

// MustBeOurs refuses a folder whose log, or without one whose views, belong to
// another user. Root can write there, and that user's server could not read what
// root makes.
func (f Folder) MustBeOurs() error {
	info, err := os.Stat(f.Log())
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Stat(f.Views())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look whose %s is: %w", f, err)
	}
	uid := info.Sys().(*syscall.Stat_t).Uid
	if int(uid) == os.Geteuid() {
		return nil
	}
	owner := fmt.Sprint(uid)
	if u, err := user.LookupId(owner); err == nil {
		owner = u.Username
	}
	return fmt.Errorf("%s belongs to the user %s, whose server could not read what you write there: run the command as that user, such as with runuser -u %s", f, owner, owner)
}

// tighten removes everybody's permissions on a path except its owner's, and
// reports whether there were any. A missing path is fine.
func tighten(path string) (was bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at who can read %s: %w", path, err)
	}
	mode := info.Mode().Perm()
	if mode&othersAnything == 0 {
		return false, nil
	}
	if err := os.Chmod(path, mode&^othersAnything); err != nil {
		return false, fmt.Errorf("others can read %s (mode %04o), and it cannot be made private (%w). As its owner: chmod go= %s", path, mode, err, path)
	}
	return true, nil
}
