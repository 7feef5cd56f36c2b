package workers

import (
	"context"
	"fmt"
	"testing"

	"github.com/achledger/achledger/domain"
)

// small makes files of several appends out of a few entries.
var small = Limits{AppendEvents: 3}

// openSmallBank is openBank with small limits.
func openSmallBank(t testing.TB, settings ...func(*domain.Settings)) *bank {
	t.Helper()
	b := openBank(t, settings...)
	b.limits = small
	b.newWorkers()
	return b
}

// wantSteps is how many steps cutting eight entries takes: fill, fill, cut,
// rendered, delivering, begin and delivered, each before and after, keep,
// which can be left in the middle too, and the clearing up at the end.
const wantSteps = 18

// settled fails the test unless each transaction is in exactly one delivered
// file, and the file says so.
func (b *bank) settled(client string, ids []string) {
	b.t.Helper()
	files := map[string]domain.File{}
	for _, f := range b.cutFiles() {
		if f.State != domain.FileIsDelivered {
			b.t.Errorf("file %s is %s", f.ID, f.State)
		}
		files[f.ID] = f
	}
	entries := 0
	for _, f := range files {
		entries += f.Cut.Totals.Entries
	}
	if entries != len(ids) {
		b.t.Errorf("the files hold %d entries, want %d", entries, len(ids))
	}
	for _, id := range ids {
		i := b.item(client, id)
		if i.State != domain.Filed {
			b.t.Errorf("transaction %s is %s", id, i.State)
			continue
		}
		if _, ok := files[i.Filing.File]; !ok {
			b.t.Errorf("transaction %s is in file %s, which nobody opened", id, i.Filing.File)
		}
	}
	if len(b.sent()) != len(files) {
		b.t.Errorf("the outbox holds %v, want %d files", b.sent(), len(files))
	}
	b.verify()
}

// The process dies before, in or after each step of a cut and a delivery;
// the next one finds everything, loses nothing and doubles nothing.
func TestACrashAtAnyStepOfACut(t *testing.T) {
	steps := atEveryStep(t, func(t *testing.T, n int) error {
		b := openSmallBank(t)
		ids := b.posts(gym, 8)
		died := b.cutDyingAt(n)
		b.settled(gym, ids)
		return died
	})
	if steps != wantSteps {
		t.Errorf("a cut took %d steps, want %d: is one not under test?", steps, wantSteps)
	}
}

// A crash while a file is cut after another crash: every pair of steps.
func TestTwoCrashesInARow(t *testing.T) {
	for first := 1; first <= wantSteps; first += 3 {
		for second := 1; second <= 12; second += 2 {
			t.Run(fmt.Sprintf("step %d, then step %d", first, second), func(t *testing.T) {
				b := openSmallBank(t)
				ids := b.posts(gym, 8)
				b.clock.Set(at("2026-11-20 14:30"))
				for _, n := range []int{first, second} {
					b.fault = stopAtNth(n)
					_ = b.batcher.Sweep(context.Background())
					b.restart()
				}
				b.sweep()
				b.settled(gym, ids)
			})
		}
	}
}

func TestAFileLeftOpenTakesNothingMore(t *testing.T) {
	b := openSmallBank(t)
	early := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt("after fill")
	_ = b.batcher.Sweep(context.Background())
	b.restart()
	late := b.posts(gym, 2)
	b.sweep() // completes the open file, and cuts the rest at the window it missed
	files := b.cutFiles()
	if len(files) != 2 || files[0].Cut.Totals.Entries != 3 || files[1].Cut.Totals.Entries != 7 {
		t.Fatalf("%d files", len(files))
	}
	b.settled(gym, append(early, late...))
}

func TestAFileLeftOpenOverTheWeekendIsDatedAgainAtItsCut(t *testing.T) {
	b := openSmallBank(t)
	b.posts(gym, 3)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt("after fill")
	b.limits.AppendEvents = 2
	b.newWorkers()
	_ = b.batcher.Sweep(context.Background())
	b.restart()
	b.sweepAt("2026-11-23 09:00")
	f := b.cutFiles()[0]
	if f.Cut.CreatedOn != "261123" || f.Batches[0].EffectiveOn != "261124" || f.Note == "" {
		t.Errorf("created on %s, dated %s, because %q", f.Cut.CreatedOn, f.Batches[0].EffectiveOn, f.Note)
	}
	b.verify()
}
