package projections

import (
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
)

// A queue has a part for each date that was asked for, and the indexes of days and
// changes do not have its items.
func TestAQueueOfManyDatesIsListedInLogOrderPageByPage(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	var want []string
	for n := range 12 {
		i := w.originate("gym", askedOn([]string{"2026-11-27", "2026-11-30", "2026-12-01", ""}[n%4]))
		want = append(want, i.item)
		if n == 5 { // and approved again: it moves behind those to which nothing happened
			w.append(about(i, domain.TransactionHeld{ItemID: i.item}))
			w.append(about(i, domain.TransactionApproved{ItemID: i.item}))
		}
	}
	v := w.caughtUp(Options{})
	untouchedFirst := append(slices.Delete(slices.Clone(want), 5, 6), want[5])
	for name, tt := range map[string]struct {
		filter ItemFilter
		want   []string
	}{
		"what is pending": {ItemFilter{Client: "gym", Status: Pending}, untouchedFirst},
		"of a day":        {ItemFilter{Client: "gym", Status: Pending, FromDay: "2026-11-23", ToDay: "2026-11-23"}, untouchedFirst},
		"of another day":  {ItemFilter{Client: "gym", Status: Pending, FromDay: "2026-11-24"}, nil},
		"of another kind": {ItemFilter{Client: "gym", Status: Pending, Kind: domain.Retry}, nil},
		"changes":         {ItemFilter{Client: "gym", After: 1}, want},
	} {
		t.Run(name, func(t *testing.T) {
			for _, limit := range []int{0, 1, 2, 5, 11, 12} {
				f := tt.filter
				f.Limit = limit
				var got []string
				for {
					items, next, err := v.Items(w.ctx, f)
					w.must(err)
					for _, i := range items {
						got = append(got, i.ItemID)
					}
					if f.Cursor = next; next == "" {
						break
					}
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("by %d: %v, want %v", limit, got, tt.want)
				}
			}
		})
	}
}
