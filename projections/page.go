package projections

// page gathers a page of a list: at most limit rows, and one more to know
// whether others follow.
type page[T any] struct {
	limit int // 0: all
	rows  []T
	last  cursor // of the last row that fits
	more  bool
}

// add takes a row and says whether the page takes another.
func (p *page[T]) add(row T, at cursor) bool {
	if p.limit > 0 && len(p.rows) == p.limit {
		p.more = true
		return false
	}
	p.rows, p.last = append(p.rows, row), at
	return true
}

// end ends the page before it is full: enough was looked at. The next one
// continues behind a place.
func (p *page[T]) end(at cursor) { p.last, p.more = at, true }

// room is how many rows are worth asking for; -1 is SQL for any number.
func (p *page[T]) room() int64 {
	if p.limit <= 0 {
		return -1
	}
	return int64(p.limit + 1 - len(p.rows))
}

// result is the page and the cursor of the next one, empty at the end.
func (p *page[T]) result() ([]T, string) {
	if !p.more {
		return p.rows, ""
	}
	return p.rows, p.last.String()
}
