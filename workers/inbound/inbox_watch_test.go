package inbound

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

// watching returns a world with an inbox in which sizes are stable at once.
func watching(t *testing.T) *world {
	w := emptyWorld(t)
	w.watch = Watch{Dir: filepath.Join(w.folder, "inbox"), Stable: time.Nanosecond}
	w.restart()
	w.client(gym)
	return w
}

func (w *world) drop(name string, content []byte) string {
	w.t.Helper()
	path := filepath.Join(w.watch.Dir, name)
	must(w.t, os.WriteFile(path, content, 0o600))
	return path
}

// look makes the intake look into the inbox twice: the first time it sees a
// file, the second time it takes it.
func (w *world) look() {
	w.t.Helper()
	for range 2 {
		must(w.t, w.intake.Sweep(w.t.Context()))
	}
}

// in lists a folder of the inbox.
func (w *world) in(folder string) (names []string) {
	w.t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.watch.Dir, folder))
	must(w.t, err)
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestOneUnreadableFileAmongAHundred(t *testing.T) {
	w := watching(t)
	for i := range 99 {
		b := credits(fmt.Sprintf("4000000000%02d", i))
		w.drop(fmt.Sprintf("file-%02d", i), renderAs(t, fmt.Sprintf("%02d%02d", i/60, i%60), b))
	}
	w.drop("file-49.bad", []byte("this is no file of a bank"))
	w.look()
	if n := len(w.received(gym)); n != 99 {
		t.Errorf("%d payments", n)
	}
	if n := len(w.in("done")); n != 99 {
		t.Errorf("%d done", n)
	}
	if got := w.in("quarantine"); !slices.Equal(got, []string{"file-49.bad", "file-49.bad.reasons.txt"}) {
		t.Errorf("quarantine %v", got)
	}
	if reasons := read(t, w.watch.Dir, "quarantine", "file-49.bad.reasons.txt"); !strings.Contains(reasons, "line 1: file-header: ") || !strings.Contains(reasons, "/dismiss") {
		t.Errorf("reasons\n%s", reasons)
	}
	head := len(w.events(""))
	w.look()
	if len(w.in("")) != 0 || len(w.events("")) != head {
		t.Errorf("something was repeated at the next look: inbox %v", w.in(""))
	}
	w.sound()
}

func TestAFileThatIsStillBeingWrittenWaits(t *testing.T) {
	whole := string(vector(t, "05"))
	lines := strings.SplitAfter(whole, "\n")
	for name, part := range map[string]string{
		"nothing yet":                  "",
		"half a file header":           lines[0][:50],
		"the vector without its end":   string(vector(t, "37")),
		"half an entry":                strings.Join(lines[:2], "") + lines[2][:40],
		"half a batch control":         strings.Join(lines[:4], "") + lines[4][:30],
		"half a file control":          strings.Join(lines[:5], "") + lines[5][:20],
		"half a line of padding":       strings.Join(lines[:6], "") + lines[6][:10],
		"half a file without line end": strings.ReplaceAll(whole, "\n", "")[:94*3+10],
		"space set aside for it":       strings.Repeat("\x00", len(whole)),
		"half of it, space set aside":  whole[:95*3] + strings.Repeat("\x00", len(whole)-95*3),
		"a hole in its middle":         whole[:95] + strings.Repeat("\x00", 95*4) + whole[95*5:],
		"its last byte":                whole[:95*6-1] + "\x00",
		"the second of two":            string(vector(t, "06")) + whole[:95*4],
	} {
		t.Run(name, func(t *testing.T) {
			w := watching(t)
			w.drop("05.ach", []byte(part))
			w.look()
			list := w.intake.UnfinishedFiles()
			if len(list) != 1 || list[0].Name != "05.ach" || list[0].Overdue {
				t.Fatalf("waiting %+v", list)
			}
			if name != "the second of two" {
				w.nothingApplied()
			}
			w.drop("05.ach", []byte(whole))
			w.look()
			if len(w.received(gym)) != 2 || len(w.intake.UnfinishedFiles()) != 0 || !slices.Equal(w.in("done"), []string{"05.ach"}) {
				t.Errorf("the rest came: %d payments, waiting %+v, done %v", len(w.received(gym)), w.intake.UnfinishedFiles(), w.in("done"))
			}
		})
	}
}

// Lines are trimmed and the last one has no line end: the file control record
// is short, but complete.
func TestAFileEndsWithItsControlRecord(t *testing.T) {
	lines := strings.Split(string(vector(t, "05")), "\n")[:6]
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	w := watching(t)
	w.drop("05.ach", []byte(strings.Join(lines, "\n")))
	w.look()
	if len(w.received(gym)) != 2 {
		t.Errorf("waiting %+v", w.intake.UnfinishedFiles())
	}
}

func TestAFileThatNothingCouldMakeRightIsQuarantined(t *testing.T) {
	whole := string(vector(t, "05"))
	for name, content := range map[string]string{
		"compressed":                             "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
		"a letter":                               "Dear bank,\nplease find enclosed",
		"an entry first":                         strings.SplitAfter(whole, "\n")[2],
		"a line too long":                        strings.Replace(whole, "ADA EXAMPLE", "ADA EXAMPLEADA EXAMPLE", 1)[:400],
		"padding, no control":                    whole[:95*5] + whole[95*6:],
		"a tail of NULs, but no file of entries": "PK\x03\x04 as an archive begins\n" + strings.Repeat("\x00", 100),
		"totals that are off":                    strings.Replace(whole, "000000250249                                       ", "000000250250                                       ", 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := watching(t)
			w.drop("x", []byte(content))
			w.look()
			if got := w.in("quarantine"); !slices.Equal(got, []string{"x", "x.reasons.txt"}) {
				t.Errorf("quarantine %v, waiting %+v", got, w.intake.UnfinishedFiles())
			}
			w.nothingApplied()
		})
	}
}

func TestAnUnfinishedFileRaisesAnAlarmOnceAndIsLeft(t *testing.T) {
	w := watching(t)
	var alarms strings.Builder
	w.log = textLog(&alarms)
	w.restart()
	path := w.drop("37.ach", vector(t, "37"))
	w.look()
	if strings.Contains(alarms.String(), "unfinished") {
		t.Error("an alarm at once")
	}
	long := time.Now().Add(-16 * time.Minute)
	must(t, os.Chtimes(path, long, long))
	w.look()
	w.look()
	if n := strings.Count(alarms.String(), "unfinished"); n != 1 {
		t.Errorf("%d alarms:\n%s", n, &alarms)
	}
	if list := w.intake.UnfinishedFiles(); len(list) != 1 || !list[0].Overdue {
		t.Errorf("waiting %+v", list)
	}
	if !slices.Equal(w.in(""), []string{"37.ach"}) {
		t.Errorf("inbox %v", w.in(""))
	}
	w.nothingApplied()
}

// claims lists the claimed files.
func (w *world) claims() (names []string) {
	w.t.Helper()
	paths, err := filepath.Glob(filepath.Join(w.watch.Dir, claimFolder, "*", "*"))
	must(w.t, err)
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}

func TestASizeMustBeStable(t *testing.T) {
	w := watching(t)
	w.watch.Stable = 50 * time.Millisecond
	w.restart()
	w.drop("05.ach", vector(t, "05"))
	w.look()
	if len(w.received(gym)) != 0 {
		t.Error("it was taken at once")
	}
	time.Sleep(60 * time.Millisecond)
	w.look()
	if len(w.received(gym)) != 2 {
		t.Error("it was not taken")
	}
}

func TestWhatWasProcessedTheLogSays(t *testing.T) {
	w := watching(t)
	w.drop("05.ach", vector(t, "05"))
	w.look()
	// The files are put into the inbox again, under their names and others.
	for _, name := range []string{"05.ach", "other.ach", "20.ach"} {
		w.drop(name, vector(t, "20"))
	}
	w.look()
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments", n)
	}
	if got := w.in("done"); !slices.Equal(got, []string{"05.ach", "05.ach.2", "20.ach", "other.ach"}) {
		t.Errorf("done %v", got)
	}
	// A file that was quarantined before is quarantined again.
	for _, name := range []string{"31.ach", "31 again.ach"} {
		w.drop(name, vector(t, "31"))
		w.look()
	}
	if got := w.in("quarantine"); len(got) != 4 {
		t.Errorf("quarantine %v", got)
	}
}

func TestAFileThatCannotBeMovedIsNotReadAgain(t *testing.T) {
	w := watching(t)
	block(t, filepath.Join(w.watch.Dir, "done"))
	w.drop("05.ach", vector(t, "05"))
	for range 3 {
		if err := w.intake.Sweep(t.Context()); err == nil && len(w.events((domain.InboundReceived{}).Type())) > 0 {
			t.Error("nobody hears that it could not be moved")
		}
	}
	if n := len(w.events((domain.InboundRepeated{}).Type())); n != 0 {
		t.Errorf("it was taken in %d times more", n)
	}
	must(t, os.Remove(filepath.Join(w.watch.Dir, "done")))
	must(t, os.Mkdir(filepath.Join(w.watch.Dir, "done"), 0o700))
	w.look()
	if !slices.Equal(w.in("done"), []string{"05.ach"}) {
		t.Errorf("done %v", w.in("done"))
	}
}

func TestNamesWithADotAndFoldersAreNotRead(t *testing.T) {
	w := watching(t)
	w.drop(".05.ach.part", vector(t, "05"))
	must(t, os.Mkdir(filepath.Join(w.watch.Dir, "05.ach"), 0o700))
	w.look()
	if len(w.received(gym)) != 0 {
		t.Error("it was read")
	}
}

func TestTheDeskRunsUntilItIsStopped(t *testing.T) {
	w := watching(t)
	w.watch.Every = time.Millisecond
	w.restart()
	accepted, err := w.intake.Accept(t.Context(), "06", FromAPI, strings.NewReader(string(vector(t, "06"))))
	must(t, err)
	if accepted.State != "received" || len(w.received(gym)) != 0 {
		t.Errorf("accepted %+v", accepted)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.intake.Run(ctx) }()
	w.drop("05.ach", vector(t, "05"))
	for until := time.Now().Add(time.Minute); len(w.received(gym)) < 3; {
		if time.Now().After(until) {
			t.Fatal("nothing came")
		}
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	must(t, <-ended)
}
