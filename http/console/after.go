package console

import (
	"context"
	"slices"
	"strings"
)

// after is the way on from an action on an item of a queue.
type after struct {
	Queue textLink
	Left  string // how many items the queue has
	Next  textLink
}

// afterwards finds the way on from an action: the item that follows in its queue,
// so that a person works a queue without going back to it.
func (s *surface) afterwards(ctx context.Context, p *page, name string) (*after, error) {
	i := slices.IndexFunc(workQueues, func(q workQueue) bool { return q.name == actions[name].queue })
	if i < 0 {
		return nil, nil
	}
	q := workQueues[i]
	t, more, err := q.list(s, ctx, p, queuePart{limit: pageRows})
	if err != nil {
		return nil, err
	}
	a := &after{Queue: textLink{q.title, Path + "/queues/" + q.name}, Left: plural(len(t.Rows), "item", "items")}
	if more != "" {
		a.Left = "more than " + number(pageRows) + " items"
	}
	if next, ok := following(t.Rows, p.Here); ok {
		a.Next = textLink{next.Cells[0].Text, next.Cells[0].Href}
		if amount := next.Cells[1]; amount.Money {
			a.Next.Text += ", " + dollars(amount.Cents)
		}
	}
	return a, nil
}

// following is the row after that of a page, or the first row if the page is in
// none; ok is false if there is no other row.
func following(rows []row, here string) (next row, ok bool) {
	here, _, _ = strings.Cut(here, "?")
	at := slices.IndexFunc(rows, func(r row) bool { return r.Cells[0].Href == here })
	if len(rows) == 0 || len(rows) == 1 && at == 0 {
		return row{}, false
	}
	return rows[(at+1)%len(rows)], true
}
