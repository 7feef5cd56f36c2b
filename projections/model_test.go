package projections

import (
	"cmp"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
)

// model answers the questions of the views the slow way: it folds every
// stream of the log and looks at everything.
type model struct {
	items        []Item
	transactions []Transaction
	waiting      []modelWaiting
	deadlines    []Deadline
}

// modelWaiting is what waits, with its item.
type modelWaiting struct {
	queueRow
	of *domain.Item
}

// read builds the model from the whole log.
func (w *world) read() model {
	w.t.Helper()
	var m model
	events, err := w.store.ReadAll(w.ctx, 0, 1_000_000)
	w.must(err)
	cut, delivered := map[string]int64{}, map[string]int64{}
	var all []testItem
	for _, r := range events {
		client, id, ok := domain.SplitTransactionStream(r.Stream)
		i := testItem{client: client, transaction: id}
		switch _, file, _ := cutStream(r.Stream); {
		case r.Type == "file.cut":
			cut[file] = r.Position
		case r.Type == "file.delivered":
			delivered[file] = r.Position
		case ok && !slices.Contains(all, i):
			all = append(all, i)
		}
	}
	for _, i := range all {
		t, files := w.fold(i)
		items := DescribeItems(&t, files)
		for _, d := range items {
			d.ChangedAt = d.Position
			if d.Status == Transmitted {
				d.ChangedAt = max(d.ChangedAt, delivered[d.FileID])
			}
			if t.Originated != nil && t.Originated.InFile != "" {
				d.ChangedAt = max(d.ChangedAt, cut[t.Originated.InFile])
			}
			m.items = append(m.items, d)
		}
		if row, ok := DescribeTransaction(&t, files, items); ok {
			m.transactions = append(m.transactions, row)
		}
		for _, it := range t.Items {
			if by, ok := it.LeaveBy(); ok && (it.State == domain.Pending || it.State == domain.Held) {
				m.deadlines = append(m.deadlines, Deadline{t.Client, t.ID, it.ID, it.Kind, t.ODFI(), by.UTC(), it.Position})
			}
			if waits(&t, it) {
				w, err := queueRowOf(&t, it, nil)
				if err == nil {
					m.waiting = append(m.waiting, modelWaiting{w, it})
				}
			}
		}
	}
	slices.SortFunc(m.waiting, func(a, b modelWaiting) int { return cmp.Compare(a.position, b.position) })
	return m
}

func newYork(t time.Time) string {
	location, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return t.In(location).Format(time.DateOnly)
}

func within(day, from, to string) bool { return (from == "" || day >= from) && (to == "" || day <= to) }

func (m model) itemsOf(f ItemFilter) (fit []Item) {
	for _, i := range m.items {
		day := newYork(i.MadeAt)
		if f.Status != "" {
			day = newYork(i.History[len(i.History)-1].At)
		}
		if (f.Client == "" || f.Client == i.Client) && (f.Kind == "" || f.Kind == i.Kind) &&
			(f.Status == "" || f.Status == i.Status) && (f.Direction == "" || f.Direction == i.Direction) &&
			i.ChangedAt > f.After && within(day, f.FromDay, f.ToDay) {
			fit = append(fit, i)
		}
	}
	return fit
}

func (m model) transactionsOf(f TransactionFilter) (fit []Transaction) {
	for _, t := range m.transactions {
		part := f.Status == PendingHeld && t.Held || f.Status == PendingUnheld && t.Status == Pending && !t.Held
		if (f.Client == "" || f.Client == t.Client) && (f.Status == "" || f.Status == t.Status || part) &&
			(f.Direction == "" || f.Direction == t.Direction) && within(newYork(t.CreatedAt), f.FromDay, f.ToDay) {
			fit = append(fit, t)
		}
	}
	return fit
}

func (m model) queues(now time.Time) []domain.Queue {
	sums := map[group]*domain.Queue{}
	var order []group
	for _, w := range m.waiting {
		g := w.group
		g.due = 0
		if w.due > now.UnixMicro() {
			continue
		}
		q := sums[g]
		if q == nil {
			q = &domain.Queue{Client: w.client, ODFI: w.odfi, Answers: w.answers, OldestAt: w.of.MadeAt}
			sums[g], order = q, append(order, g)
		}
		q.Entries++
		q.Cents += w.cents
		if by := instant(w.leaveBy); w.leaveBy != 0 && (q.LeaveBy.IsZero() || by.Before(q.LeaveBy)) {
			q.LeaveBy = by
		}
	}
	var all []domain.Queue
	for _, g := range order {
		all = append(all, *sums[g])
	}
	slices.SortFunc(all, func(a, b domain.Queue) int {
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.ODFI, b.ODFI), compareBool(a.Answers, b.Answers))
	})
	return all
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
