package projections

import (
	"testing"
)

// BenchmarkWaits asks what waits, of a million that are held by rules and a
// million entries without a place.
func BenchmarkWaits(b *testing.B) {
	w := newWorld(b)
	v := w.caughtUp(Options{})
	writer := v.database.Load().writer
	w.must(v.read(w.ctx, func(s snapshot) error { return writer.Suffix(of(s.generation, "@")) }))
	for _, sql := range []string{
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
			INSERT INTO held@ SELECT i, 'gym', '231380104', 'limit ' || (i % 5), i, i % 2, i, 125, 0 FROM n`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
			INSERT INTO unmatched@ SELECT i, 'e' || i, 'f', 1, 'return', 'no-match', '', 'PPD', 'X', '23138010', 'N', '231380104', '1234',
			'1', '', 'R01', 0, 125, 0, i, i, '', '', 0, '', '', '' FROM n`,
	} {
		_, err := writer.Exec(sql)
		w.must(err)
	}
	for b.Loop() {
		all, err := v.Waits(w.ctx, w.now)
		w.must(err)
		if len(all) != 10+1 {
			b.Fatalf("%d kinds wait", len(all))
		}
	}
}
