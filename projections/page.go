package projections

import (
	"context"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// page collects a page of a list: at most limit rows. One more row tells that
// others follow.
type page[T any] struct {
	limit int // 0: all
	rows  []T
	last  cursor // of the last row that fits
	more  bool
}

// add adds a row and reports whether the page takes another.
func (p *page[T]) add(row T, at cursor) bool {
	if p.limit > 0 && len(p.rows) == p.limit {
		p.more = true
		return false
	}
	p.rows, p.last = append(p.rows, row), at
	return true
}

// fill adds the rows of a query until the page is full. Read decodes a row and
// its place in the list.
func (p *page[T]) fill(s snapshot, sql string, args []value, read func(row []value) (T, cursor, error)) error {
	return s.query(sql, args, func(row []value) error {
		one, at, err := read(row)
		if err == nil && !p.add(one, at) {
			return conn.ErrStop
		}
		return err
	})
}

// list is fill and result for a list that one query makes.
func (p *page[T]) list(ctx context.Context, v *Views, sql string, args []value, read func(row []value) (T, cursor, error)) ([]T, string, error) {
	return p.result(v.read(ctx, func(s snapshot) error { return p.fill(s, sql, args, read) }))
}

// end ends the page before it is full, because enough rows were read. The next
// page continues after the given place.
func (p *page[T]) end(at cursor) { p.last, p.more = at, true }

// room is the LIMIT of a query for the page; -1 means no limit in SQL.
func (p *page[T]) room() int64 {
	if p.limit <= 0 {
		return -1
	}
	return int64(p.limit + 1 - len(p.rows))
}

// result returns the rows and the cursor of the next page, empty at the end;
// nothing if they were not all read.
func (p *page[T]) result(err error) ([]T, string, error) {
	switch {
	case err != nil:
		return nil, "", err
	case !p.more:
		return p.rows, "", nil
	default:
		return p.rows, p.last.String(), nil
	}
}
