package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// ticking is a clock that runs on from where it was set.
type ticking struct{ ahead time.Duration }

func (c ticking) Now() time.Time { return time.Now().Add(c.ahead) }

// run starts the batcher and stops it with the test.
func (b *bank) run(every time.Duration) (ended <-chan error) {
	b.t.Helper()
	b.batcher.Every = every
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.batcher.Run(ctx) }()
	b.t.Cleanup(stop)
	return done
}

// eventually waits for a condition, at most a minute.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: it never happened", what)
		}
	}
}

func (b *bank) delivered(n int) func() bool {
	return func() bool {
		count := 0
		for _, f := range b.cutFiles() {
			if f.State == domain.FileIsDelivered {
				count++
			}
		}
		return count == n
	}
}

func TestTheBatcherWakesWhenTheLogGrows(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 3 }))
	b.run(time.Hour)
	for n := 1; n <= 3; n++ {
		ids := b.posts(gym, 3)
		eventually(t, "the third entry cuts a file, and it leaves", b.delivered(n))
		b.item(gym, ids[0])
	}
	b.verify()
}

func TestTheBatcherWakesForAWindowWithoutAnyEvent(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1)
	b.Ledger.Clock = ticking{time.Until(at("2026-11-20 14:30").Add(-300 * time.Millisecond))}
	b.run(time.Hour)
	eventually(t, "the window cuts", b.delivered(1))
}

func TestTheBatcherWakesForADueTimeWithoutAnyEvent(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 1 }))
	b.post(gym, pull(1, on("2026-11-24")))
	b.Ledger.Clock = ticking{time.Until(at("2026-11-23 03:00").Add(-300 * time.Millisecond))}
	b.run(time.Hour)
	eventually(t, "Tuesday's entry leaves on Monday at 03:00", b.delivered(1))
}

func TestTheBatcherSweepsAtStartAndAtAnInterval(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt("before delivering") // what a sweep leaves undone the next one does
	_ = b.batcher.Sweep(t.Context())
	b.restart()
	b.run(20 * time.Millisecond)
	eventually(t, "the file of the last process leaves", b.delivered(1))
	b.clock.Set(at("2026-11-20 16:00"))
	b.posts(gym, 1)
	b.clock.Set(at("2026-11-20 16:30"))
	eventually(t, "and so does the next window's", b.delivered(2))
}

func TestTheBatcherEndsWithItsContext(t *testing.T) {
	b := openBank(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.batcher.Run(ctx) }()
	time.Sleep(50 * time.Millisecond)
	stop()
	if err := <-done; err != nil {
		t.Errorf("it says %v", err)
	}
}

func TestTheBatcherEndsWhenTheLogFailed(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1)
	b.close()
	var broken atomic.Bool
	b.faults.AfterCommit = func() error {
		if broken.Load() {
			return errors.New("the disk went away")
		}
		return nil
	}
	b.open()
	broken.Store(true)
	b.clock.Set(at("2026-11-20 14:30"))
	if err := <-b.run(time.Hour); !errors.Is(err, eventstore.ErrFailed) {
		t.Errorf("it says %v", err)
	}
	b.faults = sqlite.Faults{}
	b.restart() // which finds what the commit left
	b.sweep()
	b.verify()
	if n := len(b.cutFiles()); n != 1 {
		t.Errorf("%d files, want one", n)
	}
}

func TestAMovedClockPassesEveryWindowInItsOrder(t *testing.T) {
	b := openBank(t)
	early := b.posts(gym, 2)
	tuesday := b.post(gym, pull(3, on("2026-11-24")))
	friday := b.post(gym, pull(4, on("2026-11-27"))) // due on Wednesday: Thursday is Thanksgiving
	var moves []string
	step := func(ctx context.Context, at time.Time) error {
		b.clock.Set(at)
		moves = append(moves, eastern(at).Format("Mon 15:04"))
		return b.batcher.Sweep(ctx)
	}
	must(t, b.batcher.Advance(t.Context(), at("2026-12-01 09:00"), step))
	if eastern(b.clock.Now()).Format("2006-01-02 15:04") != "2026-12-01 09:00" {
		t.Errorf("the clock shows %s", b.clock.Now())
	}
	for id, want := range map[string][2]string{
		early[0]: {"2026-11-20 14:30", "261123"},
		tuesday:  {"2026-11-23 10:15", "261124"},
		friday:   {"2026-11-25 10:15", "261127"},
	} {
		i := b.item(gym, id)
		if i.Filing == nil {
			t.Errorf("transaction %s is %s", id, i.State)
			continue
		}
		f, err := b.Ledger.File(t.Context(), i.Filing.File)
		must(t, err)
		if got := eastern(f.CutAt).Format("2006-01-02 15:04"); got != want[0] || f.Batches[0].EffectiveOn != want[1] {
			t.Errorf("cut at %s, dated %s; want %v", got, f.Batches[0].EffectiveOn, want)
		}
	}
	want := "Fri 14:05, Fri 14:30, Mon 03:00, Mon 10:15, Wed 03:00, Wed 10:15, Tue 09:00"
	if got := strings.Join(moves, ", "); got != want {
		t.Errorf("the clock went by way of %s, want %s", got, want)
	}
	b.settled(gym, append(early, tuesday, friday))
}

func TestAStepThatFailsDoesNotKeepTheClockFromGoingOn(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1) // which no step ever cuts
	steps := 0
	fails := errors.New("no room in the outbox")
	err := b.batcher.Advance(t.Context(), at("2036-11-20 14:05"), func(_ context.Context, at time.Time) error {
		steps++
		b.clock.Set(at)
		return fmt.Errorf("step %d: %w", steps, fails)
	})
	if !errors.Is(err, fails) || !strings.HasPrefix(err.Error(), "step 1:") {
		t.Errorf("it says %v, want the first error", err)
	}
	if !b.clock.Now().Equal(at("2036-11-20 14:05")) || steps != maxFailures+1 {
		t.Errorf("after %d steps the clock shows %s", steps, eastern(b.clock.Now()))
	}
}

func TestAMoveThatIsGivenUpLeavesTheClockAtItsLastStep(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1)
	ctx, giveUp := context.WithCancel(t.Context())
	step := func(ctx context.Context, now time.Time) error {
		b.clock.Set(now)
		if now.Equal(at("2026-11-20 14:30")) {
			giveUp()
		}
		return b.batcher.Sweep(ctx)
	}
	if err := b.batcher.Advance(ctx, at("2026-12-01 09:00"), step); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
	if !b.clock.Now().Equal(at("2026-11-20 14:30")) || len(b.cutFiles()) != 0 {
		t.Errorf("the clock shows %s", eastern(b.clock.Now()))
	}
	must(t, b.batcher.Advance(t.Context(), at("2026-12-01 09:00"), step)) // asked again
	if f := b.onlyFile(); !f.CutAt.Equal(at("2026-11-20 14:30")) {
		t.Errorf("cut at %s", eastern(f.CutAt))
	}
}
