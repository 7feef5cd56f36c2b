package restore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore/ledger"
)

// sequences returns the trace sequence numbers of entries of the ODFI.
func (t *fileImport) sequences(entries []scanned) (numbers []int, err error) {
	for _, e := range entries {
		if len(e.Trace) != 15 || e.Trace[:8] != t.ODFI[:8] {
			return nil, fmt.Errorf("trace %s is not one of ODFI %s", e.Trace, t.ODFI)
		}
		n, err := strconv.Atoi(e.Trace[8:])
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// created returns the creation time in the file's header, in New York.
func (t *fileImport) created() time.Time {
	h := t.file.summary.Header
	at, err := time.ParseInLocation("0601021504", h.CreatedOn+h.CreatedAt, calendar.Eastern)
	if err != nil {
		return t.Ledger.Now().In(calendar.Eastern)
	}
	return at
}

// modifiers makes sure that no file cut from now on has the name of a file that
// went out. That includes a file that is cut only to be released, in the minute
// in which the last one was cut. Files of other ODFIs may have the same
// immediate origin.
func (r Restore) modifiers(ctx context.Context, files []*file) error {
	took := map[string][]domain.Modifiers{} // by immediate origin
	for _, f := range files {
		h := f.summary.Header
		took[h.ImmediateOrigin] = append(took[h.ImmediateOrigin], domain.Modifiers{Date: h.CreatedOn, Time: h.CreatedAt, Modifier: h.Modifier})
	}
	for origin, all := range took {
		slices.SortFunc(all, func(a, b domain.Modifiers) int {
			if a.Before(b) {
				return -1
			}
			return 1
		})
		for _, m := range all { // one event for each: every file counts in the day's sequence
			took := domain.TookModifier{Date: m.Date, Time: m.Time, Modifier: m.Modifier}
			if _, err := ledger.Execute(ctx, r.Ledger, ledger.OriginStream(origin), took.Decide); err != nil {
				return err
			}
		}
	}
	return nil
}

// cut closes the file with the header under which it went out.
func (t *fileImport) cut(ctx context.Context) error {
	h := t.file.summary.Header
	taken := domain.TookModifier{Date: h.CreatedOn, Time: h.CreatedAt, Modifier: h.Modifier}
	events, err := domain.CutFile{Totals: t.file.summary.Totals, Taken: domain.ModifierTaken(taken)}.Decide(t.standing())
	if err != nil {
		return err
	}
	_, err = t.Ledger.Write(ctx, append([]ledger.Change{{
		Stream: domain.FileStream(t.opened.FileID), Client: t.opened.Client, Expect: t.stream, Events: events,
	}}, t.beside...)...)
	return err
}
