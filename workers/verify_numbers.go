package workers

import (
	"cmp"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// traceRange is the trace numbers of one file from the first to the last,
// with gaps that are nobody's.
type traceRange struct{ file, first, last string }

// began notes the first trace number of a run that ascends.
func (r *verification) began(file domain.File, first string) {
	key := traceDay(file)
	r.traces[key] = append(r.traces[key], traceRange{file.ID, first, first})
}

// reached notes the newest one.
func (r *verification) reached(file domain.File, last string) {
	ranges := r.traces[traceDay(file)]
	ranges[len(ranges)-1].last = last
}

// traceDay is within what a trace number must not be used twice.
func traceDay(file domain.File) string {
	if file.Cut == nil {
		return file.Opened.ODFI[:8] + " open"
	}
	return file.Opened.ODFI[:8] + " on " + file.Cut.CreatedOn
}

// overlaps looks for runs of traces that meet.
func (r *verification) overlaps() {
	for day, ranges := range r.traces {
		slices.SortFunc(ranges, func(a, b traceRange) int { return cmp.Compare(a.first, b.first) })
		for i := 1; i < len(ranges); i++ {
			if a, b := ranges[i-1], ranges[i]; b.first <= a.last {
				r.problem("file %s: trace numbers of %s from %s on are those of file %s", b.file, day, b.first, a.file)
			}
		}
	}
}

func headerKey(file domain.File) string {
	h := file.Header()
	return nacha.HeaderKey(h.ImmediateOrigin, h.CreatedOn, h.CreatedAt, h.Modifier)
}
