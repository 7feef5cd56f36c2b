package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// generationRow is a generation's row of the checkpoint.
type generationRow struct {
	generation int64
	position   int64
	hash       []byte
	shape      string
}

// head is the event up to which the generation was projected.
func (s generationRow) head() (h eventstore.Head) {
	h.Position = s.position
	copy(h.Hash[:], s.hash)
	return h
}

// errNoGeneration says that the file has no live generation.
var errNoGeneration = errors.New("views.db holds no views")

// liveGeneration reads the row of the live generation.
func liveGeneration(c *conn.Conn) (s generationRow, err error) {
	row, err := c.Row(`SELECT generation, position, hash, shape FROM checkpoint WHERE name = ?1 AND live = 1`, viewName)
	switch {
	case err != nil:
		return s, fmt.Errorf("read the checkpoint: %w", err)
	case row == nil:
		return s, errNoGeneration
	}
	scan(row, &s.generation, &s.position, &s.hash, &s.shape)
	return s, nil
}

// fits reports whether the views are of this log and of the shape that this
// program makes.
func (s generationRow) fits(ctx context.Context, store eventstore.Store) (bool, error) {
	if s.shape != shape() {
		return false, nil
	}
	if s.position == 0 {
		return true, nil
	}
	newest, err := store.ReadAll(ctx, s.position-1, 1)
	if err == nil && len(newest) == 0 { // by what another process proved: this one proves it before it reads it
		if _, err = store.Reached(ctx, ""); err == nil {
			newest, err = store.ReadAll(ctx, s.position-1, 1)
		}
	}
	if err != nil {
		return false, err
	}
	return len(newest) == 1 && newest[0].Position == s.position && string(newest[0].Hash[:]) == string(s.hash), nil
}

// newGeneration creates the empty tables of the next generation.
func newGeneration(ctx context.Context, c *conn.Conn, live bool) (generation int64, err error) {
	err = c.Transact(ctx, func() error {
		row, err := c.Row(`SELECT coalesce(max(generation), 0) FROM checkpoint`)
		if err != nil {
			return err
		}
		generation = row[0].(int64) + 1
		ddl := tables
		if live {
			ddl += indexes
			if err := endLife(c); err != nil {
				return err
			}
		}
		if err := c.Script(of(generation, ddl)); err != nil {
			return err
		}
		_, err = c.Exec(`INSERT INTO checkpoint(name, generation, position, hash, shape, live) VALUES(?1, ?2, 0, x'', ?3, ?4)`,
			viewName, generation, shape(), live)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("make generation %d of the views: %w", generation, err)
	}
	return generation, nil
}

func endLife(c *conn.Conn) error {
	_, err := c.Exec(`UPDATE checkpoint SET live = 0 WHERE name = ?1 AND live = 1`, viewName)
	return err
}

// sweep removes the generations that are not live: those that a rebuild
// replaced or left unfinished. It also removes one that another process is
// filling at this moment; that process finds no checkpoint at its next batch
// and gives up.
func sweep(ctx context.Context, c *conn.Conn) error {
	var old []int64
	err := c.Query(ctx, `SELECT generation FROM checkpoint WHERE name = ?1 AND live = 0`, values(viewName), func(row []value) error {
		old = append(old, row[0].(int64))
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the generations of the views: %w", err)
	}
	for _, g := range old {
		err := c.Transact(ctx, func() error {
			tables, err := tablesOf(ctx, c, g)
			if err != nil {
				return err
			}
			for _, t := range tables {
				if err := c.Script(of(g, "DROP TABLE "+t+"@")); err != nil {
					return err
				}
			}
			_, err = c.Exec(`DELETE FROM checkpoint WHERE name = ?1 AND generation = ?2 AND live = 0`, viewName, g)
			return err
		})
		if err != nil {
			return fmt.Errorf("take away generation %d of the views: %w", g, err)
		}
	}
	return nil
}

// tablesOf lists the tables of a generation, without its number.
func tablesOf(ctx context.Context, c *conn.Conn, generation int64) (names []string, err error) {
	suffix := of(generation, "@")
	err = c.Query(ctx, `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND substr(name, -length(?1)) = ?1 ORDER BY name`,
		values(suffix), func(row []value) error {
			names = append(names, strings.TrimSuffix(row[0].(string), suffix))
			return nil
		})
	return names, err
}
