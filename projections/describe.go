package projections

import (
	"github.com/achledger/achledger/domain"
)

// DescribeItems builds a transaction's items from a fold of its stream and of
// its files. The values are those that the views show. A transaction made with
// its own file has no items until that file is cut.
func DescribeItems(t domain.Transaction, files map[string]domain.File) []Item {
	if hidden(t, files) {
		return nil
	}
	var all []Item
	for _, it := range itemsOf(&t) {
		all = append(all, it.describe(placeOf(it, files)))
	}
	return all
}

// DescribeTransaction builds a transaction's row from folds, with the value
// that the views show; ok is false when it is not shown.
func DescribeTransaction(t domain.Transaction, files map[string]domain.File) (row Transaction, ok bool) {
	o := t.Origination()
	if o == nil || hidden(t, files) {
		return Transaction{}, false
	}
	s := summaryOf(&t)
	row = Transaction{
		Client: t.Client, ID: t.ID, Status: Returned, Direction: o.Direction,
		SEC: s.sec, Type: s.push, AmountCents: o.AmountCents, Name: s.name, AccountTail: s.tail,
		CreatedAt: instant(micros(o.MadeAt)), UpdatedAt: instant(s.updatedAt), Position: s.updated,
		ItemID: o.ID, CompanyID: s.company,
	}
	for n, it := range itemsOf(&t) {
		d := it.describe(placeOf(it, files))
		if it.position == o.Position {
			row.Trace, row.FileID, row.EffectiveOn = d.Trace, d.FileID, d.EffectiveOn
		}
		if it.position == s.shown {
			row.Status = d.Status
			if row.Held = t.Items[n].State == domain.Held; row.Held {
				row.Reason, row.HeldBy = it.reason, it.heldBy
			}
		}
	}
	return row, true
}

// hidden reports whether a transaction was made with a file that is not cut
// yet.
func hidden(t domain.Transaction, files map[string]domain.File) bool {
	return t.Originated != nil && t.Originated.InFile != "" && files[t.Originated.InFile].Cut == nil
}

func placeOf(it itemRow, files map[string]domain.File) filePlace {
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
