package workers

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// The process dies twice: around file.delivering, which leaves a put that is
// not needed any more, and at any step after it. What the next process finds
// in the outbox when all is done is the file alone.
func TestWhateverDiedTheOutboxHoldsNoTemporaryNamesInTheEnd(t *testing.T) {
	for _, first := range []string{"before delivering", "before begin"} {
		t.Run(first, func(t *testing.T) {
			atEveryStep(t, func(t *testing.T, n int) error {
				b := openBank(t)
				ids := b.posts(gym, 2)
				b.clock.Set(at("2026-11-20 14:30"))
				b.fault = stopAt(first)
				_ = b.batcher.Sweep(context.Background())
				b.restart()
				if first == "before begin" { // it is put again, as its dates are past
					b.clock.Set(at("2026-11-23 09:00"))
				}
				b.fault = stopAtNth(n)
				died := b.batcher.Sweep(context.Background())
				b.restart()
				b.sweep()
				f := b.onlyFile()
				if f.State != domain.FileIsDelivered || !slices.Equal(b.sent(), []string{f.Rendered.Name}) {
					t.Errorf("the file is %s, the outbox holds %v", f.State, b.sent())
				}
				b.settled(gym, ids)
				return died
			})
		})
	}
}

// leftBehind is a bank whose process died after a put and before it was
// recorded; names are those in the outbox.
func leftBehind(t *testing.T) (b *bank, names []string) {
	t.Helper()
	b = openBank(t)
	b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt("before delivering")
	_ = b.batcher.Sweep(context.Background())
	if names = b.sent(); len(names) != 1 || !strings.HasPrefix(names[0], ".") {
		t.Fatalf("the outbox holds %v, want one put", names)
	}
	return b, names
}

func TestAPutOfAFileThatWasReleasedGoesWithTheNextProcess(t *testing.T) {
	b, _ := leftBehind(t)
	b.restart()
	must(t, b.files.Release(t.Context(), b.onlyFile().ID, order(domain.ThenReject)))
	b.sweep()
	if got := b.sent(); len(got) != 0 {
		t.Errorf("the outbox holds %v", got)
	}
}

// A restored folder does not know what another one has under way.
func TestNothingIsClearedWhileDeliveryIsOff(t *testing.T) {
	b, names := leftBehind(t)
	b.switched = &switching{off: true}
	b.restart()
	b.sweep()
	if got := b.sent(); !slices.Equal(got, names) {
		t.Errorf("the outbox holds %v, want %v", got, names)
	}
}

func TestOnlyWhatIsNeedlessIsCleared(t *testing.T) {
	b, f, _ := interrupted(t, "before begin")
	name, needed := f.Rendered.Name, f.Temporary()
	foreign := "." + strings.Replace(name, ourBank, otherODFI, 1) + ".0-0123456789abcdef"
	for file, want := range map[string]bool{
		needed: false, withdrawn(needed): false, name: false, foreign: false, ".of another": false, ".ach": false, "x.ach.part": false,
		newTemporary(name, 3): true, withdrawn(newTemporary(name, 3)): true, "." + name: true, name + ".part": true,
	} {
		l, leave, err := b.delivery.enter(t.Context(), ourBank)
		must(t, err)
		if got := l.needless(t.Context(), file); got != want {
			t.Errorf("%s is needless: %t", file, got)
		}
		leave()
		l, leave, err = b.delivery.enter(t.Context(), otherODFI)
		must(t, err)
		if l.needless(t.Context(), file) {
			t.Errorf("%s is cleared by who delivers for another bank", file)
		}
		leave()
	}
}

// A leader that was stopped while it cleared up finds what the next one has put and
// not recorded yet.
func TestALeaderThatWasReplacedClearsNothingOfTheNextOne(t *testing.T) {
	b, names := leftBehind(t)
	name := b.onlyFile().Rendered.Name
	l, leave, err := b.delivery.enter(t.Context(), ourBank)
	must(t, err)
	defer leave()
	replaced := eventstore.UnderTerm(t.Context(), 3)
	for put, want := range map[string]bool{
		names[0]: true, newTemporary(name, 2): true, newTemporary(name, 3): true, newTemporary(name, 4): false, withdrawn(newTemporary(name, 40)): false,
	} {
		if got := l.needless(replaced, put); got != want {
			t.Errorf("in term 3 %s is needless: %t", put, got)
		}
	}
}

// A server is not asked for this alone: what is left there goes with the next
// file that is delivered to it.
func TestWhatIsLeftAtAServerGoesWithTheNextFile(t *testing.T) {
	b, s := remoteBank(t)
	b.fault = stopAt("after delivered")
	_ = b.batcher.Sweep(context.Background())
	first := b.onlyFile()
	left := newTemporary(first.Rendered.Name, 0)
	must(t, os.WriteFile(filepath.Join(s.Dir, "outbound", left), nil, 0o600))
	b.restartRemote()
	b.posts(gym, 1)
	b.clock.Set(at("2026-11-20 16:30"))
	b.sweep()
	if names := s.Names("outbound"); len(names) != 2 || slices.Contains(names, left) {
		t.Errorf("the bank has %v, want two files", names)
	}
}
