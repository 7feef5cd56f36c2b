package workers

import (
	"context"
	"sync"
	"testing"

	"github.com/achledger/achledger/domain"
)

// onceAt runs f when a step is reached for the n-th time, as another process
// would in that moment.
func onceAt(step string, n int, f func()) func(string) error {
	return func(s string) error {
		if s == step {
			if n--; n == 0 {
				f()
			}
		}
		return nil
	}
}

func TestARecallThatComesBetweenPlanAndAppendWins(t *testing.T) {
	for name, tt := range map[string]struct {
		step     string
		recalled []int
		left     int
	}{
		"one of the first append": {"before fill", []int{1}, 7},
		"all of the first append": {"before fill", []int{0, 1, 2}, 5},
		"one of the last":         {"before cut", []int{7}, 7},
		"all of the last":         {"before cut", []int{6, 7}, 6},
		"one of each":             {"before fill", []int{0, 4, 7}, 5},
		"every single one":        {"before fill", []int{0, 1, 2, 3, 4, 5, 6, 7}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := openSmallBank(t)
			ids := b.posts(gym, 8)
			b.clock.Set(at("2026-11-20 14:30"))
			b.fault = onceAt(tt.step, 1, func() {
				for _, n := range tt.recalled {
					must(t, b.recall(gym, ids[n]))
				}
			})
			b.sweep()
			recalled := map[string]bool{}
			for _, n := range tt.recalled {
				recalled[ids[n]] = true
			}
			var rest []string
			for _, id := range ids {
				switch {
				case !recalled[id]:
					rest = append(rest, id)
				case b.item(gym, id).State != domain.Recalled:
					t.Errorf("the recalled transaction %s is %s", id, b.item(gym, id).State)
				}
			}
			if len(rest) != tt.left {
				t.Fatalf("%d entries left, want %d", len(rest), tt.left)
			}
			if tt.left == 0 && len(b.cutFiles()) != 0 {
				t.Error("a file without entries was made")
			}
			b.settled(gym, rest)
		})
	}
}

func TestARecallThatDropsTheOnlyCreditNarrowsTheServiceClass(t *testing.T) {
	b := openBank(t)
	credit := b.post(gym, pull(1, push))
	b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = onceAt("before cut", 1, func() { must(t, b.recall(gym, credit)) })
	b.sweep()
	if f := b.onlyFile(); f.Batches[0].ServiceClass != 225 || f.Cut.Totals.CreditCents != 0 {
		t.Errorf("class %d with %+v", f.Batches[0].ServiceClass, f.Cut.Totals)
	}
	b.verify()
}

func TestARecallAfterTheCutIsTooLateAndNamesTheFile(t *testing.T) {
	b := openBank(t)
	id := b.posts(gym, 1)[0]
	b.sweepAt("2026-11-20 14:30")
	if err := b.recall(gym, id); domain.CodeOf(err) != domain.TooLate {
		t.Errorf("the recall says %v", err)
	}
}

func TestAHoldThatComesFirstKeepsTheEntryOut(t *testing.T) {
	b := openBank(t)
	ids := b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = onceAt("before cut", 1, func() {
		b.write(domain.TransactionStream(gym, ids[0]), gym, 1, domain.TransactionHeld{ItemID: itemOf(ids[0]), Reason: "screening"})
	})
	b.sweep()
	if b.item(gym, ids[0]).State != domain.Held {
		t.Errorf("the held entry is %s", b.item(gym, ids[0]).State)
	}
	b.settled(gym, ids[1:])
}

func TestNumbersTakenByAnotherProcessAreNotTakenAgain(t *testing.T) {
	b := openSmallBank(t)
	ids := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = onceAt("before fill", 2, func() {
		b.write(domain.TraceStream(ourBank[:8]), domain.LedgerClient, 1, domain.TracesTaken{First: 4, Last: 100, On: "2026-11-20"})
		b.write(domain.OriginStream(ourBank), domain.LedgerClient, 0, domain.ModifierTaken{Date: "261120", Time: "1430", Modifier: "A"})
	})
	b.sweep()
	f := b.onlyFile()
	if f.Cut.Modifier != "B" {
		t.Errorf("modifier %s, want B", f.Cut.Modifier)
	}
	if trace := b.item(gym, ids[3]).Filing.Trace; trace != ourBank[:8]+"0000101" {
		t.Errorf("the fourth entry has trace %s", trace)
	}
	b.settled(gym, ids)
}

func TestAFileThatAnotherProcessTookUpIsLeftToIt(t *testing.T) {
	b := openSmallBank(t)
	ids := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	mine := b.batcher
	b.fault = onceAt("before fill", 2, func() {
		b.newWorkers() // a second process starts and finds the open file
		b.sweep()
	})
	must(t, mine.Sweep(context.Background()))
	b.settled(gym, ids)
}

func TestTwoBatchersAtOnceDoubleNothing(t *testing.T) {
	b := openSmallBank(t)
	one := b.batcher
	b.newWorkers()
	other := b.batcher
	ids := b.posts(gym, 40)
	b.clock.Set(at("2026-11-20 14:30"))
	var both sync.WaitGroup
	for _, batcher := range []*Batcher{one, other} {
		both.Go(func() {
			for range 3 {
				// A lost race may be an error of one pass, never of the next.
				// Delivering is one process's, whose folder is locked.
				_ = batcher.resume(context.Background())
				_ = batcher.cutDue(context.Background())
			}
		})
	}
	both.Wait()
	b.sweep()
	b.settled(gym, ids)
}
