package projections

import (
	"context"
)

// Items lists items and the cursor of the next page, empty after the last. Rows
// that are added during a listing neither repeat nor hide others.
//
//   - With After they come in the order of their newest change, a delivery or
//     cut of their file included; an item that changes during the listing
//     comes again, later.
//   - With Status, in the order in which they lie in the queue or in files.
//     Of what is Pending, that to which something happened comes last.
//     The days are those on which they entered the status they have.
//   - Otherwise by the day they were made and their place in the log.
//
// Without a client they come client by client. Errors: ErrCursor, and those
// of dates that are not YYYY-MM-DD.
func (v *Views) Items(ctx context.Context, f ItemFilter) ([]Item, string, error) {
	l, err := newItemList(f)
	if err != nil {
		return nil, "", err
	}
	err = v.read(ctx, func(s snapshot) error {
		l.s = s
		if f.Client == "" {
			return l.allClients()
		}
		_, err := l.client()
		return err
	})
	return l.page.result(err)
}

// itemList is the state of one listing.
type itemList struct {
	s        snapshot
	f        ItemFilter
	from, to int64 // days
	at       cursor
	page     page[Item]
}

func newItemList(f ItemFilter) (l *itemList, err error) {
	l = &itemList{f: f, page: page[Item]{limit: f.Limit}}
	if l.from, l.to, err = dayRange(f.FromDay, f.ToDay); err != nil {
		return nil, err
	}
	f.Limit, f.Cursor = 0, ""
	l.at, err = parseCursor(l.f.Cursor, f)
	return l, err
}

const (
	firstClient = `SELECT min(client) FROM items@ INDEXED BY items_day@ WHERE client >= ?1`
	nextClient  = `SELECT min(client) FROM items@ INDEXED BY items_day@ WHERE client > ?1`
)

// allClients lists client after client, each in the order of a list of its own.
func (l *itemList) allClients() error {
	find, from := firstClient, l.at.Client
	for {
		row, err := l.s.c.Row(find, from)
		if err != nil || row[0] == nil {
			return err
		}
		client := row[0].(string)
		if client != l.at.Client {
			l.at = cursor{Filter: l.at.Filter, Client: client}
		}
		l.f.Client = client
		if goOn, err := l.client(); err != nil || !goOn {
			return err
		}
		find, from = nextClient, client
	}
}

// client lists the items of one client from the cursor on. It returns false
// when the page is full.
func (l *itemList) client() (goOn bool, err error) {
	if l.f.After > 0 {
		return l.changes()
	}
	for segment, list := range l.segments() {
		if segment < l.at.Segment {
			continue
		}
		if segment > l.at.Segment {
			l.at = cursor{Filter: l.at.Filter, Client: l.at.Client, Segment: segment}
		}
		if goOn, err := list(); err != nil || !goOn {
			return goOn, err
		}
	}
	return true, nil
}

// segments returns the parts of the list, in their order.
func (l *itemList) segments() []func() (bool, error) {
	switch l.f.Status {
	case "":
		return []func() (bool, error){l.made}
	case Pending:
		return []func() (bool, error){l.queued, l.unfiled}
	case Recalled, Rejected:
		return []func() (bool, error){l.unfiled}
	case Released:
		return []func() (bool, error){l.inHand, l.released}
	case Transmitted:
		return []func() (bool, error){l.transmitted}
	default:
		return nil // items do not have this status
	}
}

// add adds a row to the page if the filter selects it: the queries only narrow
// the search. It returns false when the page is full.
func (l *itemList) add(r found, at cursor) (goOn bool) {
	f := l.f
	day := dayOf(r.MadeAt.UnixMicro())
	if f.Status != "" {
		day = dayOf(micros(lastAt(r.History)))
	}
	if r.Client != f.Client || f.Status != "" && r.Status != f.Status || day < l.from || day > l.to ||
		f.Kind != "" && r.Kind != f.Kind || f.Direction != "" && r.Direction != f.Direction {
		return true
	}
	at.Filter, at.Client, at.Segment = l.at.Filter, l.at.Client, l.at.Segment
	return l.page.add(r.Item, at)
}

// walk runs a query from a key on, page by page, to its end or until the list's
// page is full.
func (l *itemList) walk(q itemQuery, key cursor, next func(found) cursor, args func(cursor) []value) (goOn bool, err error) {
	for {
		limit := l.page.room()
		rows, err := l.s.items(q, append(values(l.f.Client, string(l.f.Kind), string(l.f.Direction), limit), args(key)...)...)
		if err != nil {
			return false, err
		}
		for _, r := range rows {
			key = next(r)
			if !l.add(r, key) {
				return false, nil
			}
		}
		if limit < 0 || int64(len(rows)) < limit {
			return true, nil
		}
	}
}
