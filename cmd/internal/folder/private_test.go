package folder

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// others returns the permissions of everybody but the owner on a path.
func others(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode() & othersAnything
}

func TestWhatIsPrivateIsMadeSoAtTheStart(t *testing.T) {
	f, _ := used(t)
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(f.Keys(), 0o700); err != nil {
		t.Fatal(err)
	}
	private := []string{f.Keys(), f.join("keys/master"), f.Kept(), f.CredentialFile(), f.Log()}
	put(t, f.join("keys/master"), "key")
	put(t, f.CredentialFile(), "secret")
	for _, path := range append(private, f.Outbox(), string(f)) {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	exposed, err := f.Private()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range private {
		if others(t, path) != 0 || !slices.Contains(exposed, path) {
			t.Errorf("%s is open to others, or nobody is told that it was: %v", path, exposed)
		}
	}
	if others(t, f.Outbox()) == 0 || others(t, string(f)) == 0 {
		t.Error("a bank's account was shut out of the outbox")
	}
	if again, err := f.Private(); err != nil || len(again) != 0 {
		t.Errorf("at the next start %v, %v are told", again, err)
	}
}

func TestAFolderOthersWriteToIsRefusedWithTheCommandThatMendsIt(t *testing.T) {
	f, _ := used(t)
	if err := os.Chmod(string(f), 0o775); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Private(); err == nil || !strings.Contains(err.Error(), "chmod go-w "+string(f)) {
		t.Errorf("got %v", err)
	}
	if err := os.Chmod(string(f), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Private(); err != nil {
		t.Errorf("after the command: %v", err)
	}
}

func TestANewFolderIsItsOwnersAlone(t *testing.T) {
	f := Folder(t.TempDir())
	if err := os.Chmod(string(f), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Private(); err != nil || others(t, string(f)) != 0 {
		t.Errorf("others may %o, %v", others(t, string(f)), err)
	}
}

// Root can write into any folder, and what it makes there the server that runs as the
// folder's owner could not read.
func TestRootWritesIntoNoFolderOfAnotherUser(t *testing.T) {
	f, _ := used(t)
	if err := f.MustBeOurs(); err != nil {
		t.Errorf("our own folder: %v", err)
	}
	if err := Folder(t.TempDir()).MustBeOurs(); err != nil {
		t.Errorf("a new folder: %v", err)
	}
	owner, err := "65432", os.Chown(f.Log(), 65432, -1)
	if os.Geteuid() != 0 { // who cannot give a file away looks at one of root's
		owner, err = "root", errors.Join(os.Remove(f.Log()), os.Symlink("/etc/passwd", f.Log()))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := f.MustBeOurs(); err == nil || !strings.Contains(err.Error(), "runuser -u "+owner) {
		t.Errorf("another user's folder: %v, want the user to run the command as", err)
	}
}
