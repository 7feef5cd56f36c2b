package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// A ledger that moves takes every table along, whole, save those that belong to its
// place or go in their own way: the log, wrapped keys and kept files.
func TestEveryTableBesideTheEventsIsCopiedWhole(t *testing.T) {
	_, url := fresh(t, postgres.Options{})
	var list string
	must(t, postgrestest.QueryIn(t, url, `SELECT string_agg(c.relname || '.' || a.attname, ' ')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE n.nspname = 'achledger' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT IN
		('events', 'schema_version', 'nodes', 'ledger', 'leader', 'asks', 'delivery', 'wrapped_keys', 'kept', 'kept_chunks')`, &list))
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
