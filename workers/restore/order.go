package restore

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/achledger/achledger/domain"
)

// inOrder sorts files in the order in which they were cut. On the day on which
// the trace sequence starts over, low numbers come after high ones.
func inOrder(files []*file) {
	highest := map[string]int{} // first sequence, by day
	for _, f := range files {
		day := f.summary.Header.CreatedOn
		highest[day] = max(highest[day], f.sequence())
	}
	place := func(f *file) int {
		if n := f.sequence(); domain.StartedOver(highest[f.summary.Header.CreatedOn], n) {
			return n + domain.MaxTraceSequence
		}
		return f.sequence()
	}
	slices.SortFunc(files, func(x, y *file) int {
		hx, hy := x.summary.Header, y.summary.Header
		return cmp.Or(cmp.Compare(hx.CreatedOn, hy.CreatedOn), cmp.Compare(place(x), place(y)), cmp.Compare(hx.CreatedAt, hy.CreatedAt))
	})
}

// sequence is the trace sequence number of the first entry; 0 for a trace
// without one.
func (f *file) sequence() int {
	n, _ := strconv.Atoi(f.entries[0].Trace[min(8, len(f.entries[0].Trace)):])
	return n
}
