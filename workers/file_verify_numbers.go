package workers

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// traceRange is a run of consecutive trace numbers.
type traceRange struct{ file, first, last string }

// took records a trace number of a file. Another file of the same ODFI may have
// taken some in between, so the numbers of one file may be several runs.
func (r *verifier) took(file domain.File, trace string) {
	day := traceDay(file)
	runs := r.traces[day]
	if n := len(runs); n > 0 && runs[n-1].file == file.ID && follows(runs[n-1].last, trace) {
		runs[n-1].last = trace
		return
	}
	r.traces[day] = append(runs, traceRange{file.ID, trace, trace})
}

// follows reports whether b is the trace number after a.
func follows(a, b string) bool {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	return errX == nil && errY == nil && y == x+1
}

// traceDay is the ODFI and creation date within which a trace number must be
// unique.
func traceDay(file domain.File) string {
	if file.Cut == nil {
		return file.Opened.ODFI[:8] + " open"
	}
	return file.Opened.ODFI[:8] + " on " + file.Cut.CreatedOn
}

// overlaps reports runs of trace numbers that overlap.
func (r *verifier) overlaps() {
	for _, day := range slices.Sorted(maps.Keys(r.traces)) {
		ranges := r.traces[day]
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
