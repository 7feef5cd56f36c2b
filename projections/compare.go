package projections

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// shownDifferences bounds the list that Compare returns.
const shownDifferences = 20

// Compare builds the views from the log once more, in a temporary file, and
// compares them with the live ones row by row, both as of the position of the
// live ones at the call. It returns the first differences and how many rows
// differ. A server may continue meanwhile.
func (v *Views) Compare(ctx context.Context, progress func(done, total int64)) (first []Difference, count int, err error) {
	folder, err := os.MkdirTemp("", "achledger-views-")
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fresh, err := openWith(filepath.Join(folder, "views.db"), scratch)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, fresh.close()) }()
	c, err := conn.Open(v.path, conn.ReadOnly)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	k := comparison{views: v, c: c, fresh: fresh}
	if err := k.run(ctx, progress); err != nil {
		return nil, 0, fmt.Errorf("compare the views with the log: %w", err)
	}
	return k.first, k.count, nil
}

// comparison compares a generation with a fresh one in another file.
type comparison struct {
	views *Views
	c     *conn.Conn // to the live file, with the other one attached as fresh
	fresh *database
	first []Difference
	count int
}

func (k *comparison) run(ctx context.Context, progress func(done, total int64)) error {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: k.fresh.path, RawQuery: "mode=ro"}
	if _, err := k.c.Exec("ATTACH ?1 AS fresh", uri.String()); err != nil {
		return err
	}
	if _, err := k.c.Exec("BEGIN"); err != nil {
		return err
	}
	defer k.c.Rollback()
	live, err := liveGeneration(k.c)
	if err != nil {
		return err
	}
	built, err := k.build(ctx, live.position, progress)
	if err != nil {
		return err
	}
	names, err := tablesOf(ctx, k.c, live.generation)
	if err != nil {
		return err
	}
	for _, name := range names {
		t := comparedTable{name: name, live: of(live.generation, "main."+name+"@"), fresh: of(built, "fresh."+name+"@")}
		if err := k.table(ctx, t); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return nil
}

// build fills the fresh file up to a position.
func (k *comparison) build(ctx context.Context, until int64, progress func(done, total int64)) (int64, error) {
	generation, err := newGeneration(ctx, k.fresh.writer, false)
	if err != nil {
		return 0, err
	}
	p, err := newProjector(k.fresh.writer, k.views.options.Log, generation, eventstore.Head{})
	if err != nil {
		return 0, err
	}
	return generation, p.project(ctx, newFeed(k.views.store, rebuildPage), until, func(batch []logEvent) error {
		if err := p.apply(ctx, batch); err != nil {
			return err
		}
		if progress != nil {
			progress(p.position, until)
		}
		return nil
	})
}

// comparedTable is one table on both sides.
type comparedTable struct {
	name        string
	live, fresh string
	columns     []string
	key         map[string]bool
}

// table collects the rows of a table that differ, or that only one side has.
func (k *comparison) table(ctx context.Context, t comparedTable) error {
	t.key = map[string]bool{}
	var on []string
	name := strings.TrimPrefix(t.live, "main.")
	err := k.c.Query(ctx, "SELECT name, pk FROM pragma_table_info(?1)", values(name), func(row []value) error {
		column := row[0].(string)
		t.columns = append(t.columns, column)
		if row[1].(int64) > 0 {
			t.key[column] = true
			on = append(on, "a."+column+" = b."+column)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(on) == 0 {
		return errors.New("no primary key")
	}
	n, before := len(t.columns), k.count
	join := "SELECT a.*, b.* FROM %s a LEFT JOIN %s b ON " + strings.Join(on, " AND ") + " WHERE "
	differ := "(a." + strings.Join(t.columns, ", a.") + ") IS NOT (b." + strings.Join(t.columns, ", b.") + ")"
	err = k.c.Query(ctx, fmt.Sprintf(join+differ, t.live, t.fresh), nil, func(row []value) error {
		k.add(t, row[:n], row[n:])
		return nil
	})
	if err != nil {
		return err
	}
	if same, err := k.sameNumber(t); err != nil || same && k.count == before {
		return err // each row of one has its equal in the other, and that has no more
	}
	missing, _, _ := strings.Cut(on[0], " =")
	missing = strings.Replace(missing, "a.", "b.", 1) + " IS NULL"
	return k.c.Query(ctx, fmt.Sprintf(join+missing, t.fresh, t.live), nil, func(row []value) error {
		k.add(t, row[n:], row[:n])
		return nil
	})
}

// sameNumber reports whether both sides of a table have the same number of rows.
// The rows themselves are counted, not the entries of an index.
func (k *comparison) sameNumber(t comparedTable) (bool, error) {
	row, err := k.c.Row(fmt.Sprintf("SELECT (SELECT count(*) FROM %s NOT INDEXED) = (SELECT count(*) FROM %s NOT INDEXED)", t.live, t.fresh))
	if err != nil {
		return false, err
	}
	return row[0].(int64) == 1, nil
}

// add records a row that differs, with the columns that differ.
func (k *comparison) add(t comparedTable, live, log []value) {
	k.count++
	if len(k.first) >= shownDifferences {
		return
	}
	d := Difference{Table: t.name}
	var keys, ours, theirs []string
	isLive, isLog := false, false
	for i, column := range t.columns {
		l, r := live[i], log[i]
		isLive, isLog = isLive || l != nil, isLog || r != nil
		switch {
		case t.key[column] && l != nil:
			keys = append(keys, fmt.Sprint(l))
		case t.key[column]:
			keys = append(keys, fmt.Sprint(r))
		case fmt.Sprint(l) != fmt.Sprint(r):
			ours, theirs = append(ours, fmt.Sprint(column, "=", l)), append(theirs, fmt.Sprint(column, "=", r))
		}
	}
	d.Key = strings.Join(keys, " ")
	if isLive {
		d.Live = orPresent(ours)
	}
	if isLog {
		d.Log = orPresent(theirs)
	}
	k.first = append(k.first, d)
}

// orPresent makes a row without differing columns distinguishable from a
// missing row.
func orPresent(columns []string) string {
	if len(columns) == 0 {
		return "present"
	}
	return strings.Join(columns, " ")
}
