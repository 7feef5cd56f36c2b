package projections

import (
	"slices"
	"testing"
	"time"
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
