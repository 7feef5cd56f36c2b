package projections

import (
	"github.com/achledger/achledger/domain"
)

// DescribeItems builds a transaction's items from a fold of its stream and of
// its files. The values are those that the views show. A transaction made with
// its own file has no items until that file is cut.
func DescribeItems(t *domain.Transaction, files map[string]domain.File) []Item {
	if hidden(t, files) {
		return nil
	}
	all := make([]Item, len(t.Items))
	for n, i := range t.Items {
		it := itemOf(t, i)
		all[n] = it.describe(placeOf(&it, files))
	}
	return all
}

// DescribeTransaction builds a transaction's row from folds and from its
// described items, with the value that the views show; ok is false when it is
// not shown.
func DescribeTransaction(t *domain.Transaction, files map[string]domain.File, items []Item) (row Transaction, ok bool) {
	o := t.Origination()
	if o == nil || hidden(t, files) {
		return Transaction{}, false
	}
	s := summaryOf(t)
	row = Transaction{
		Client: t.Client, ID: t.ID, Status: Returned, Direction: o.Direction,
		SEC: s.sec, Type: s.push, AmountCents: o.AmountCents, Name: s.name, AccountTail: s.tail,
		CreatedAt: instant(micros(o.MadeAt)), UpdatedAt: instant(s.updatedAt), Position: s.updated,
		ItemID: o.ID, CompanyID: s.company,
	}
	for n, i := range t.Items {
		if i.Position == o.Position {
			row.Trace, row.FileID, row.EffectiveOn = items[n].Trace, items[n].FileID, items[n].EffectiveOn
		}
		if i.Position == s.shown {
			row.Status = items[n].Status
			if row.Held = i.State == domain.Held; row.Held {
				row.Reason = items[n].Reason
				if i.HeldBy != nil {
					row.HeldBy = jsonOf(i.HeldBy)
				}
			}
		}
	}
	return row, true
}

// hidden reports whether a transaction was made with a file that is not cut
// yet.
func hidden(t *domain.Transaction, files map[string]domain.File) bool {
	return t.Originated != nil && t.Originated.InFile != "" && files[t.Originated.InFile].Cut == nil
}

func placeOf(it *itemRow, files map[string]domain.File) filePlace {
	p := filePlace{file: it.file, delivered: func(s step) int64 { return micros(files[s.file].DeliveredAt) }}
	if it.file == "" {
		return p
	}
	f := files[it.file]
	p.transmitted = f.Transmitted()
	for _, b := range f.Batches {
		if b.Number == it.batch {
			p.effectiveOn = isoDate(b.EffectiveOn)
		}
	}
	return p
}
