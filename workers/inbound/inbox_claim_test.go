package inbound

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/workers/regular"
)

// lookUntil looks into the inbox and calls do at the n-th step with a durable
// effect; ended reports that there was no such step.
func (w *world) lookUntil(n int, do func()) (at string, ended bool) {
	w.t.Helper()
	w.fault = func(step string) {
		if n--; n == 0 {
			at = step
			do()
		}
	}
	defer func() {
		w.fault = nil
		if r := recover(); r != nil && r != any(crash{}) {
			panic(r)
		}
	}()
	w.look()
	return at, n > 0
}

// A bank that always uses the same name replaces a file by the next one.
func TestAFileThatReplacesAnotherWhileThatIsTakenIsReadToo(t *testing.T) {
	first, second := renderAs(t, "0701", credits("4001", "4002")), renderAs(t, "0702", credits("4003"))
	var steps []string
	for n := 1; ; n++ {
		w := watching(t)
		path := w.drop("returns.ach", first)
		step, ended := w.lookUntil(n, func() {
			must(t, os.WriteFile(filepath.Join(w.folder, "next"), second, 0o600))
			must(t, os.Rename(filepath.Join(w.folder, "next"), path))
		})
		if ended {
			break
		}
		steps = append(steps, step)
		w.look()
		want, names := 3, []string{"returns.ach", "returns.ach.2"}
		if step == "before claim" { // the bank itself replaced the first file
			want, names = 1, names[:1]
		}
		if got := len(w.received(gym)); got != want || !slices.Equal(w.in("done"), names) || len(w.in(""))+len(w.claims()) > 0 {
			t.Errorf("replaced %s: %d payments, want %d; done %v, left %v %v", step, got, want, w.in("done"), w.in(""), w.claims())
		}
		w.close()
	}
	for _, step := range []string{"before claim", "after claim", "before received", "after applied", "before move", "after move"} {
		if !slices.Contains(steps, step) {
			t.Errorf("no file came %s: %v", step, steps)
		}
	}
}

func TestACrashAtAnyStepOfAFileInTheInboxIsOneArrivalOfEachFileInIt(t *testing.T) {
	two := slices.Concat(renderAs(t, "0701", credits("4001", "4002")), renderAs(t, "0702", credits("4003")))
	for n := 1; ; n++ {
		w := watching(t)
		w.drop("two.ach", two)
		step, ended := w.lookUntil(n, func() { panic(crash{}) })
		if ended {
			break
		}
		w.restart()
		w.look()
		received, repeated := len(w.events((domain.InboundReceived{}).Type())), len(w.events((domain.InboundRepeated{}).Type()))
		if got := len(w.received(gym)); got != 3 || received != 2 || repeated != 0 {
			t.Errorf("crash %s: %d payments of %d files, %d repeated", step, got, received, repeated)
		}
		if !slices.Equal(w.in("done"), []string{"two.ach"}) || len(w.in(""))+len(w.claims()) > 0 {
			t.Errorf("crash %s: done %v, left %v %v", step, w.in("done"), w.in(""), w.claims())
		}
		w.close()
	}
}

func TestEachOfTwoFilesInOneIsAnArrivalOfItsOwn(t *testing.T) {
	good, bad := renderAs(t, "0701", credits("4001")), edit(t, renderAs(t, "0702", credits("4002")), "9000001", "9000002")
	for name, tt := range map[string]struct {
		content []byte
		states  []string
		folder  string
	}{
		"both good":          {slices.Concat(good, renderAs(t, "0703", credits("4003"))), []string{"applied", "applied"}, "done"},
		"the first is bad":   {slices.Concat(bad, good), []string{"quarantined", "applied"}, "done"},
		"the second is bad":  {slices.Concat(good, bad), []string{"applied", "quarantined"}, "done"},
		"the same twice":     {slices.Concat(good, good), []string{"applied", "duplicate"}, "done"},
		"the bad one twice":  {slices.Concat(bad, bad), []string{"quarantined", "duplicate"}, "quarantine"},
		"without line ends":  {bytes.ReplaceAll(slices.Concat(good, bad), []byte("\n"), nil), []string{"applied", "quarantined"}, "done"},
		"between CRLF lines": {bytes.ReplaceAll(slices.Concat(good, bad), []byte("\n"), []byte("\r\n")), []string{"applied", "quarantined"}, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watching(t)
			w.drop("two.ach", tt.content)
			w.look()
			if got := w.in(tt.folder); len(got) == 0 || got[0] != "two.ach" {
				t.Errorf("%s %v", tt.folder, got)
			}
			w = newWorld(t)
			var states []string
			for _, o := range w.feed(tt.content).Files() {
				states = append(states, o.State)
			}
			if !slices.Equal(states, tt.states) {
				t.Errorf("states %v, want %v", states, tt.states)
			}
			w.sound()
		})
	}
}

func TestTheSecondOfTwoFilesIsTheSameFileByItself(t *testing.T) {
	w := newWorld(t)
	second := renderAs(t, "0702", credits("4003"))
	both := w.feed(slices.Concat(renderAs(t, "0701", credits("4001")), second))
	report, err := nacha.Check(bytes.NewReader(second))
	must(t, err)
	if len(both.More) != 1 || both.More[0].ID != report.Hash {
		t.Errorf("%+v", both)
	}
	if o := w.feed(second); o.State != Duplicate {
		t.Errorf("alone it is %+v", o)
	}
}

func TestAMoveNeverReplacesAFileAndIsFinishedAfterACrash(t *testing.T) {
	dir := t.TempDir()
	in := folder(t, dir)
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string) { must(t, os.WriteFile(path(name), []byte(name), 0o600)) }
	write("a")
	write("to")
	none := func(string) error { return nil }
	must(t, moveTo(in, "a", "to", none))
	if read(t, dir, "to") != "to" || read(t, dir, "to.2") != "a" {
		t.Error("it replaced another file")
	}
	write("b")
	must(t, os.Link(path("b"), path("b-moved"))) // the crash came while it had both names
	must(t, moveTo(in, "b", "b-moved", none))
	if _, err := os.Lstat(path("b")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old name is left: %v", err)
	}
}

func TestASymbolicLinkInTheInboxIsNotRead(t *testing.T) {
	w := watching(t)
	outside := filepath.Join(w.folder, "outside")
	must(t, os.WriteFile(outside, vector(t, "05"), 0o600))
	must(t, os.Symlink(outside, filepath.Join(w.watch.Dir, "link.ach")))
	w.look()
	w.nothingApplied()
	in := folder(t, w.watch.Dir)
	if _, err := in.Open("link.ach"); !errors.Is(err, regular.ErrOther) {
		t.Errorf("it can be opened: %v", err)
	}
	must(t, os.Remove(filepath.Join(w.watch.Dir, "link.ach")))
	must(t, os.Mkdir(filepath.Join(w.watch.Dir, claimFolder, "0011223344556677"), 0o700))
	must(t, os.Symlink(outside, filepath.Join(w.watch.Dir, claimFolder, "0011223344556677", "link.ach")))
	if err := w.intake.inbox.look(t.Context()); !errors.Is(err, regular.ErrOther) {
		t.Errorf("one among those that are being taken: %v", err)
	}
	w.nothingApplied()
}

func folder(t *testing.T, path string) regular.Folder {
	in, err := regular.In(path)
	must(t, err)
	t.Cleanup(func() { must(t, in.Close()) })
	return in
}

func TestNoLinkIsFollowedOnTheWayOutOfTheInbox(t *testing.T) {
	for _, name := range []string{"done", "quarantine", claimFolder} {
		inbox := filepath.Join(t.TempDir(), "inbox")
		must(t, os.Mkdir(inbox, 0o700))
		must(t, os.Symlink(t.TempDir(), filepath.Join(inbox, name)))
		if _, err := openInbox(Watch{Dir: inbox}, nil); err == nil {
			t.Errorf("the inbox is opened with a link for %s", name)
		}
	}
	good := renderAs(t, "0701", credits("4001"))
	for place, content := range map[string][]byte{
		"done/x.ach":                   good,
		"quarantine/x.ach":             edit(t, good, "9000001", "9000002"),
		"quarantine/x.ach.reasons.txt": edit(t, good, "9000001", "9000002"),
	} {
		w := watching(t)
		victim := filepath.Join(w.folder, "victim")
		must(t, os.WriteFile(victim, []byte("as it was"), 0o600))
		must(t, os.Symlink(victim, filepath.Join(w.watch.Dir, place)))
		w.drop("x.ach", content)
		w.look()
		if len(w.in("")) > 0 || len(w.claims()) > 0 {
			t.Errorf("%s holds the file up: %v %v", place, w.in(""), w.claims())
		}
		if read(t, w.folder, "victim") != "as it was" {
			t.Errorf("%s is written through", place)
		}
		w.close()
	}
	// A folder that becomes a link later is not followed either.
	w := watching(t)
	done, elsewhere := filepath.Join(w.watch.Dir, "done"), filepath.Join(w.folder, "elsewhere")
	must(t, errors.Join(os.Remove(done), os.Mkdir(elsewhere, 0o700), os.Symlink(elsewhere, done)))
	w.drop("x.ach", good)
	if err := w.intake.inbox.look(t.Context()); err == nil {
		t.Error("the file was moved to where a link leads")
	}
	if names, err := os.ReadDir(elsewhere); err != nil || len(names) > 0 {
		t.Errorf("there is %v, %v", names, err)
	}
}

// The bank's files are kept in a folder of ours. A restored backup may have
// anything in it.
func TestNoLinkAmongTheKeptFilesIsFollowed(t *testing.T) {
	w := newWorld(t)
	content := renderAs(t, "0701", credits("4001"))
	report, err := nacha.Check(bytes.NewReader(content))
	must(t, err)
	victim := filepath.Join(w.folder, "victim")
	must(t, os.WriteFile(victim, []byte("as it was"), 0o600))
	must(t, os.Symlink(victim, filepath.Join(w.folder, "files", "in", report.Hash)))
	if o := w.feed(content); o.State != "applied" {
		t.Errorf("the file is %+v", o)
	}
	if read(t, w.folder, "victim") != "as it was" {
		t.Error("a kept file was written through a link")
	}
	for _, name := range []string{"in", "out"} {
		dir := t.TempDir()
		must(t, os.Symlink(t.TempDir(), filepath.Join(dir, name)))
		if err := regular.Folders(dir, name); err == nil {
			t.Errorf("%s is a link, and is used", name)
		}
	}
}

func TestAPipeInTheInboxHoldsUpNothing(t *testing.T) {
	w := watching(t)
	must(t, syscall.Mkfifo(filepath.Join(w.watch.Dir, "pipe.ach"), 0o600))
	w.look()
	w.nothingApplied()
	if _, err := folder(t, w.watch.Dir).Open("pipe.ach"); !errors.Is(err, regular.ErrOther) {
		t.Errorf("it is opened, or waited for: %v", err)
	}
}
