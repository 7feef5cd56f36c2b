package workers

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
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
			temporary := newTemporary("one.ach")
			must(t, plant(o.path(temporary), secret))
			if err := o.Put(ctx, temporary, []byte("other")); err == nil {
				t.Error("it was written to")
			}
			if got, err := os.ReadFile(secret); err != nil || string(got) != string(content) {
				t.Errorf("what the link leads to holds %q, %v", got, err)
			}
			must(t, o.remove(temporary))
			must(t, plant(o.path(temporary), secret))
			if place, err := o.Look(ctx, temporary, "one.ach", sum[:]); err != nil || place != Spoiled {
				t.Errorf("under the temporary name it is %q, %v", place, err)
			}
			must(t, o.remove(temporary))
			must(t, plant(o.path("one.ach"), secret))
			if place, err := o.Look(ctx, temporary, "one.ach", sum[:]); err != nil || place != Foreign {
				t.Errorf("under the final name it is %q, %v", place, err)
			}
		})
	}
}

func TestAKeptFileIsNotWrittenThroughALink(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	must(t, os.WriteFile(victim, []byte("as it was"), 0o600))
	must(t, os.Symlink(victim, filepath.Join(dir, ".one")))
	f := &Files{}
	must(t, f.replaceFile(filepath.Join(dir, "one"), writes("new")))
	must(t, os.WriteFile(filepath.Join(dir, ".one"), []byte("what a crash left"), 0o600))
	must(t, f.replaceFile(filepath.Join(dir, "one"), writes("newer")))
	for path, want := range map[string]string{victim: "as it was", filepath.Join(dir, "one"): "newer"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), got, err, want)
		}
	}
}

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}
