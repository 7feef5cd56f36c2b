package sqlite_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// A ledger that moves takes every table along, whole; the log itself goes in its own
// way, see eventstore.CopyTo.
func TestEveryTableBesideTheEventsIsCopiedWhole(t *testing.T) {
	folder := t.TempDir()
	s, err := sqlite.Open(folder, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var list string
	if err := sqlOn(t, folder).QueryRow(`SELECT group_concat(m.name || '.' || p.name, ' ') FROM sqlite_master m JOIN pragma_table_info(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN ('events', 'head', 'schema_version')`).Scan(&list); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, table := range eventstore.BesideEvents {
		for _, column := range table.Columns {
			want = append(want, table.Name+"."+column)
		}
	}
	got := strings.Fields(list)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("copied are\n%v, of\n%v", want, got)
	}
}
