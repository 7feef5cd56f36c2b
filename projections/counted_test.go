package projections

import (
	"fmt"
	"testing"

	"github.com/achledger/achledger/domain"
)

// What a limit counts is what waits and is not held, and what lies in files, each
// once, however small the pages are, by settlement and by the day it was made.
func TestWhatALimitCountsIsListedOnce(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.openClient("spa", ours)
	for range 3 {
		w.cutAndDeliver(w.originate("gym"))
	}
	for range 4 {
		w.originate("gym")
	}
	w.cutAndDeliver(w.originate("spa"))
	held := w.originate("spa")
	w.append(about(held, domain.TransactionHeld{ItemID: held.item}))
	w.originate("spa")
	v := w.caughtUp(Options{})
	usual := looksAt
	defer func() { looksAt = usual }()
	for n := range 4 { // what a page looks at in vain, and by which day
		by := n%2 == 0
		looksAt = []int{usual, 1}[n/2]
		for filter, want := range map[CountedFilter]int{
			{Client: "gym", ByMade: by}: 7, {Client: "spa", ByMade: by}: 2, {ODFI: ours, ByMade: by}: 9, {ODFI: theirs, ByMade: by}: 0,
			{Client: "gym", ByMade: by, FromDay: "2027-01-01"}: 0, {Client: "gym", ByMade: by, Company: "nobody"}: 0,
		} {
			if filter.FromDay == "" {
				filter.FromDay = "2026-11-01"
			}
			filter.ToDay = "2027-02-01"
			both := map[bool]int{}
			for _, filter.Debit = range []bool{true, false} {
				seen := map[string]bool{}
				for filter.Limit, filter.Cursor = 2, ""; ; {
					rows, next, err := v.CountedEntries(w.ctx, filter)
					w.must(err)
					for _, e := range rows {
						if seen[e.TransactionID] || e.TransactionID == held.transaction || e.Name == "" || !by && e.SettlesOn == "" {
							t.Errorf("%+v lists %+v", filter, e)
						}
						seen[e.TransactionID] = true
					}
					if filter.Cursor = next; next == "" {
						break
					}
				}
				both[filter.Debit] = len(seen)
			}
			if got := both[true] + both[false]; got != want || want > 0 && both[true] > 0 && both[false] > 0 {
				t.Errorf("%+v lists %s, not %d of one kind", filter, fmt.Sprint(both), want)
			}
		}
	}
}
