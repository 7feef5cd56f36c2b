package projections

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// shownDifferences bounds the list that Compare returns.
const shownDifferences = 20

// Compare builds the views from the log once more, in a temporary file, and
// holds them against the live ones row by row, both at the position where the
// live ones stand at the call. It returns the first differences and how many
// rows differ. A server may go on meanwhile.
func (v *Views) Compare(ctx context.Context, progress func(done, total int64)) (first []Difference, count int, err error) {
	folder, err := os.MkdirTemp("", "achledger-views-")
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fresh, err := openDatabase(filepath.Join(folder, "views.db"))
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, fresh.close()) }()
	c, err := connect(v.path, "ro")
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	k := comparison{views: v, c: c, fresh: fresh}
	if err := k.run(ctx, progress); err != nil {
		return nil, 0, fmt.Errorf("compare the views with the log: %w", err)
	}
	return k.first, k.count, nil
}

// comparison holds a generation against a fresh one in another file.
type comparison struct {
	views *Views
	c     *connection // of the live file, the other one attached as fresh
	fresh *database
	first []Difference
	count int
}

func (k *comparison) run(ctx context.Context, progress func(done, total int64)) error {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: k.fresh.path, RawQuery: "mode=ro"}
	if _, err := k.c.exec("ATTACH ?1 AS fresh", uri.String()); err != nil {
		return err
	}
	if _, err := k.c.exec("BEGIN"); err != nil {
		return err
	}
	defer k.c.rollback()
	live, err := liveGeneration(k.c)
	if err != nil {
		return err
	}
	built, err := k.build(ctx, live.position, progress)
	if err != nil {
		return err
	}
	for _, t := range compared {
		ours, theirs := of(live.generation, "main."+t.name+"@"), of(built, "fresh."+t.name+"@")
		if err := k.table(ctx, t.name, t.key, ours, theirs); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
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
	p, err := newProjector(k.fresh.writer, k.views.options.Log, generation, 0)
	if err != nil {
		return 0, err
	}
	return generation, p.project(ctx, feed{k.views.store, rebuildPage}, until, func(batch []change) error {
		if err := p.apply(ctx, batch); err != nil {
			return err
		}
		if progress != nil {
			progress(p.position, until)
		}
		return nil
	})
}

// table compares two tables both ways.
func (k *comparison) table(ctx context.Context, name string, key []string, ours, theirs string) error {
	var columns []string
	err := k.c.query(ctx, "SELECT name FROM pragma_table_info(?1)", values(strings.TrimPrefix(ours, "main.")), func(row []value) error {
		columns = append(columns, row[0].(string))
		return nil
	})
	if err != nil {
		return err
	}
	on := make([]string, len(key))
	for i, column := range key {
		on[i] = "a." + column + " = b." + column
	}
	join := "SELECT a.*, b.* FROM %s a LEFT JOIN %s b ON " + strings.Join(on, " AND ") + " WHERE "
	differ := "(a." + strings.Join(columns, ", a.") + ") IS NOT (b." + strings.Join(columns, ", b.") + ")"
	err = k.c.query(ctx, fmt.Sprintf(join+differ, ours, theirs), nil, func(row []value) error {
		k.add(name, len(key), columns, row[:len(columns)], row[len(columns):])
		return nil
	})
	if err != nil {
		return err
	}
	missing := "b." + key[0] + " IS NULL"
	return k.c.query(ctx, fmt.Sprintf(join+missing, theirs, ours), nil, func(row []value) error {
		k.add(name, len(key), columns, row[len(columns):], row[:len(columns)])
		return nil
	})
}

// add notes a row that differs, by the columns that do. Key columns come
// first in every table.
func (k *comparison) add(table string, key int, columns []string, live, log []value) {
	k.count++
	if len(k.first) >= shownDifferences {
		return
	}
	d := Difference{Table: table}
	var keys, ours, theirs []string
	for i, column := range columns {
		l, r := fmt.Sprint(live[i]), fmt.Sprint(log[i])
		switch {
		case i < key && live[0] != nil:
			keys = append(keys, l)
		case i < key:
			keys = append(keys, r)
		case l != r:
			ours, theirs = append(ours, column+"="+l), append(theirs, column+"="+r)
		}
	}
	d.Key = strings.Join(keys, " ")
	if live[0] != nil {
		d.Live = orSame(ours)
	}
	if log[0] != nil {
		d.Log = orSame(theirs)
	}
	k.first = append(k.first, d)
}

// orSame keeps a row that exists apart from one that does not.
func orSame(columns []string) string {
	if len(columns) == 0 {
		return "present"
	}
	return strings.Join(columns, " ")
}
