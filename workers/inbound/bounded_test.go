package inbound

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestAFileTooLargeGoesIntoQuarantineUnread(t *testing.T) {
	w := watching(t)
	w.intake.Largest = 1 << 20
	w.drop("good.ach", vector(t, "05"))
	huge := w.drop("huge.ach", vector(t, "05"))
	must(t, os.Truncate(huge, 1<<40)) // a sparse file, which needs no space
	w.look()
	if got := w.in(quarantineFolder); len(got) != 2 || got[0] != "huge.ach" || got[1] != "huge.ach.reasons.txt" {
		t.Fatalf("in quarantine: %v", got)
	}
	reasons, err := os.ReadFile(filepath.Join(w.watch.Dir, quarantineFolder, "huge.ach.reasons.txt"))
	must(t, err)
	if !strings.Contains(string(reasons), "larger than 1048576 bytes") {
		t.Errorf("the reason is %s", reasons)
	}
	if got := w.in(doneFolder); len(got) != 1 || len(w.received(gym)) != 2 {
		t.Errorf("done: %v, %d payments", got, len(w.received(gym)))
	}
	w.sound()
}

func TestAFileTooLargeStaysAtTheBank(t *testing.T) {
	for _, after := range []AfterPickup{AfterPickupLeave, AfterPickupRemove} {
		w, s, p := picking(t, after)
		w.intake.Largest = 1 << 20
		put(t, s, "huge.ach", vector(t, "05"))
		must(t, os.Truncate(filepath.Join(s.Dir, "inbound", "huge.ach"), 1<<40))
		put(t, s, "good.ach", vector(t, "05"))
		looks(t, p, 3)
		if got := s.Names("inbound"); !strings.Contains(strings.Join(got, " "), "huge.ach") {
			t.Errorf("%s: the server has %v", after, got)
		}
		if n := len(w.received(gym)); n != 2 {
			t.Errorf("%s: %d payments", after, n)
		}
		w.sound()
	}
}

func TestAServerIsNotReadForEver(t *testing.T) {
	w, s, p := picking(t, AfterPickupLeave)
	put(t, s, "a.ach", vector(t, "05"))
	hasty, err := NewPickup(PickupConfig{Intake: w.intake, Within: time.Nanosecond})
	must(t, err)
	if err := hasty.Look(t.Context()); err == nil {
		t.Error("a visit has no end")
	}
	looks(t, p, 2) // the next poll takes the unchanged file
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
}

func TestIntakeReadsNoFurtherThanTheBound(t *testing.T) {
	w := watching(t)
	w.intake.Largest = 1 << 20
	endless := io.MultiReader(bytes.NewReader(vector(t, "05")), endlessNines{})
	if _, err := w.intake.Take(t.Context(), "endless.ach", FromIngest, endless); !errors.Is(err, errTooLarge) {
		t.Errorf("got %v", err)
	}
	left, err := filepath.Glob(filepath.Join(w.folder, "files/in/*"))
	must(t, err)
	if len(left) != 0 {
		t.Errorf("kept: %v", left)
	}
}

// endlessNines is a reader of filler without end.
type endlessNines struct{}

func (endlessNines) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '9'
	}
	return len(p), nil
}

func TestABoundIsAtItsByte(t *testing.T) {
	content := []byte("0123456789")
	for _, most := range []int64{0, 9, 10, 11} {
		got, err := io.ReadAll(iotest.OneByteReader(&limited{bytes.NewReader(content), most}))
		if most < 10 && !errors.Is(err, errTooLarge) || most >= 10 && err != nil || !bytes.Equal(got, content[:min(most, 10)]) {
			t.Errorf("of %d bytes: %q, %v", most, got, err)
		}
	}
}
