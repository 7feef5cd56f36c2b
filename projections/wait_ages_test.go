package projections

import (
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
)

// What waits is counted by how long it does; of what nothing waits nothing is
// told.
func TestWhatWaitsIsToldByItsAge(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	writer := v.database.Load().writer
	w.must(v.read(w.ctx, func(s snapshot) error { return writer.Suffix(of(s.generation, "@")) }))
	for n, age := range []time.Duration{time.Minute, 2 * time.Hour, 3 * time.Hour, 30 * time.Hour, 100 * time.Hour} {
		_, err := writer.Exec(`INSERT INTO held@ VALUES(?1, 'gym', '231380104', '', 0, 0, ?2, 125, 0)`, int64(n+1), micros(w.now.Add(-age)))
		w.must(err)
	}
	ages, err := v.WaitAges(w.ctx, w.now)
	w.must(err)
	if len(ages) != 1 || ages[0].What != WaitsHeld || !slices.Equal(ages[0].Counts, []int64{1, 2, 0, 1, 1}) {
		t.Errorf("they are %+v", ages)
	}
}

// What a count by age says is what the list of that age has, to the second, and
// page by page.
func TestWhatIsHeldIsListedByItsAge(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	var entries []testItem
	for range 40 {
		entries = append(entries, w.originate("gym"))
	}
	began := w.now
	for n, i := range entries {
		w.now = began.Add(time.Duration(n) * 2 * time.Hour).Add(time.Duration(n*7) * time.Second)
		w.append(about(i, domain.TransactionHeld{ItemID: i.item}))
	}
	w.now = began.Add(80 * time.Hour)
	v := w.caughtUp(Options{})
	ages, err := v.WaitAges(w.ctx, w.now)
	w.must(err)
	if len(ages) != 1 || total(ages[0].Counts) != 40 {
		t.Fatalf("they are %+v", ages)
	}
	for step, want := range ages[0].Counts {
		seen, cursor := map[string]bool{}, ""
		for {
			rows, next, err := v.HeldItems(w.ctx, HeldFilter{Since: SinceOf(w.now.Add(time.Duration(len(seen))*time.Millisecond), step), Limit: 3, Cursor: cursor})
			w.must(err)
			for _, h := range rows {
				if seen[h.ItemID] || !SinceOf(w.now, step).Has(h.HeldAt) {
					t.Errorf("step %d has %+v", step, h)
				}
				seen[h.ItemID] = true
			}
			if cursor = next; next == "" {
				break
			}
		}
		if int64(len(seen)) != want {
			t.Errorf("step %d counts %d and lists %d", step, want, len(seen))
		}
	}
	for _, f := range []HeldFilter{{Client: "spa"}, {Rule: "duplicates"}} {
		if rows, _, err := v.HeldItems(w.ctx, f); len(rows) > 0 || err != nil {
			t.Errorf("%+v lists %+v, %v", f, rows, err)
		}
	}
}

func total(counts []int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// What rules hold is summed up as rows come, change and go; what no rule holds
// is in no sum.
func TestWhatRulesHoldIsSummedUpAsItChanges(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	writer := v.database.Load().writer
	w.must(v.read(w.ctx, func(s snapshot) error { return writer.Suffix(of(s.generation, "@")) }))
	put := func(position int64, client, rule string, cents int64) {
		_, err := writer.Exec(putHeld, position, client, "231380104", rule, int64(0), false, int64(0), cents, false)
		w.must(err)
	}
	sums := func(client string, want ...HeldSum) {
		t.Helper()
		got, err := v.HeldByRules(w.ctx, client)
		w.must(err)
		if !slices.Equal(got, want) {
			t.Errorf("they are %+v, not %+v", got, want)
		}
	}
	put(1, "gym", "limits/debit", 100)
	put(2, "gym", "limits/debit", 250)
	put(3, "diner", "duplicates", 70)
	put(4, "gym", "", 999)
	debits, doubles := HeldSum{"gym", "231380104", "limits/debit", guard.Sum{Cents: 350, Count: 2}}, HeldSum{"diner", "231380104", "duplicates", guard.Sum{Cents: 70, Count: 1}}
	sums("", doubles, debits)
	sums("gym", debits)
	put(2, "gym", "duplicates", 250) // another rule holds it
	put(4, "gym", "duplicates", 999)
	put(1, "gym", "", 100)
	sums("gym", HeldSum{"gym", "231380104", "duplicates", guard.Sum{Cents: 1249, Count: 2}})
	for position := range int64(4) {
		_, err := writer.Exec(takeHeld, position+1)
		w.must(err)
	}
	sums("")
}
