package projections

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

// result returns the rows and the cursor of the next page, empty at the end.
func (p *page[T]) result() ([]T, string) {
	if !p.more {
		return p.rows, ""
	}
	return p.rows, p.last.String()
}
