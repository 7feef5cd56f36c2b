package workers

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/achledger/achledger/workers/kept"
	"github.com/achledger/achledger/workers/regular"
)

// Where another account may write to the outbox, it can plant a link or a pipe
// under any name.
func TestNoLinkInTheOutboxIsFollowedAndNoPipeWaitedFor(t *testing.T) {
	ctx, content := context.Background(), []byte("a file for the bank")
	sum := sha256.Sum256(content)
	plants := map[string]func(at, secret string) error{
		"a link": func(at, secret string) error { return os.Symlink(secret, at) },
		"a pipe": func(at, _ string) error { return syscall.Mkfifo(at, 0o600) },
	}
	for name, plant := range plants {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			secret, o := filepath.Join(dir, "ledger.db"), Outbox(filepath.Join(dir, "outbox"))
			must(t, os.Mkdir(string(o), 0o700))
			must(t, os.WriteFile(secret, content, 0o600)) // even what has the content of the file is not the file
			temporary := newTemporary("one.ach", 0)
			path := func(name string) string { return filepath.Join(string(o), name) }
			must(t, plant(path(temporary), secret))
			if err := o.Stage(ctx, temporary, []byte("other")); err == nil {
				t.Error("it was written to")
			}
			if got, err := os.ReadFile(secret); err != nil || string(got) != string(content) {
				t.Errorf("what the link leads to holds %q, %v", got, err)
			}
			must(t, o.Remove(ctx, temporary))
			must(t, plant(path(temporary), secret))
			if place, err := o.Find(ctx, temporary, "one.ach", sum[:]); err != nil || place != Corrupt {
				t.Errorf("under the temporary name it is %q, %v", place, err)
			}
			must(t, o.Remove(ctx, temporary))
			must(t, plant(path("one.ach"), secret))
			if place, err := o.Find(ctx, temporary, "one.ach", sum[:]); err != nil || place != NameTaken {
				t.Errorf("under the final name it is %q, %v", place, err)
			}
			must(t, o.Stage(ctx, temporary, content)) // what was taken away left nothing behind
			if err := o.Publish(ctx, temporary, "one.ach"); err == nil {
				t.Error("it was replaced")
			}
			must(t, plant(path(withdrawn(temporary)), secret))
			must(t, o.Withdraw(ctx, temporary))
			if got, err := os.ReadFile(secret); err != nil || string(got) != string(content) {
				t.Errorf("in the end what the link leads to holds %q, %v", got, err)
			}
			if err := o.Stage(ctx, "../out.ach", content); err == nil {
				t.Error("a name leads out of the folder")
			}
		})
	}
}

func TestAKeptFileIsNotWrittenThroughALink(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	must(t, os.WriteFile(victim, []byte("as it was"), 0o600))
	must(t, os.Symlink(victim, filepath.Join(dir, ".incoming-one")))
	must(t, os.Symlink(victim, filepath.Join(dir, "one")))
	in := kept.Folder(filepath.Dir(dir))
	if _, err := in.Open(filepath.Base(dir), "one"); !errors.Is(err, regular.ErrOther) {
		t.Errorf("it is read through a link: %v", err)
	}
	k, err := in.Keep(filepath.Base(dir))
	must(t, err)
	_, err = k.Write([]byte("new"))
	must(t, errors.Join(err, k.Commit("one"), k.Drop()))
	for path, want := range map[string]string{victim: "as it was", filepath.Join(dir, "one"): "new"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), got, err, want)
		}
	}
}

func TestTheDestructionOfKeysRemovesNothingThroughALink(t *testing.T) {
	dir := t.TempDir()
	keys, inbox := filepath.Join(dir, "keys"), filepath.Join(dir, "inbox")
	must(t, errors.Join(os.Mkdir(keys, 0o700), os.Mkdir(inbox, 0o700)))
	must(t, os.WriteFile(filepath.Join(keys, "master"), nil, 0o600))
	must(t, os.Symlink(keys, filepath.Join(inbox, "done")))
	f := &Files{}
	f.Kept = kept.Folder(filepath.Join(dir, "files"))
	e := Erasure{Files: f, Inbox: inbox, Outbox: filepath.Join(dir, "outbox")}
	if err := e.Clean(&Erased{}); err == nil {
		t.Error("it goes where a link leads")
	}
	if _, err := os.Lstat(filepath.Join(keys, "master")); err != nil {
		t.Errorf("the master key: %v", err)
	}
}
