package projections

import (
	"reflect"
	"testing"

	"github.com/achledger/achledger/domain"
)

func TestAPaymentInTheViews(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	i := w.originate("gym")
	v := w.caughtUp(Options{})

	item := one(t, v, ItemFilter{Client: "gym"})
	if item.Status != Pending || item.ItemID != i.item || item.AmountCents != 1234 {
		t.Errorf("after the post: %+v", item)
	}
	queues, err := v.Queues(w.ctx, w.now)
	w.must(err)
	if len(queues) != 1 || queues[0].Entries != 1 || queues[0].Cents != 1234 || queues[0].OldestAt != item.MadeAt {
		t.Errorf("queues %+v", queues)
	}

	f := w.openFile("gym", "window")
	w.fill(f, []testItem{i})
	w.advance(f, domain.FileIsCut)
	w.must(v.CatchUp(w.ctx))
	item = one(t, v, ItemFilter{Client: "gym", Status: Released})
	if item.FileID != f.id || item.EffectiveOn != "2026-11-24" || item.Trace == "" {
		t.Errorf("after the cut: %+v", item)
	}

	w.deliver(f)
	w.must(v.CatchUp(w.ctx))
	item = one(t, v, ItemFilter{Client: "gym", Status: Transmitted, FromDay: "2026-11-23", ToDay: "2026-11-23"})
	tx, files := w.fold(i)
	want := DescribeItems(&tx, files)[0]
	want.ChangedAt = item.ChangedAt
	if !reflect.DeepEqual(item, want) {
		t.Errorf("view\n%+v\nfold\n%+v", item, want)
	}
	if len(item.History) != 3 {
		t.Errorf("history %+v", item.History)
	}
	if _, n, err := v.Compare(w.ctx, nil); n != 0 || err != nil {
		t.Errorf("%d rows differ from the log, %v", n, err)
	}
}

func one(t *testing.T, v *Views, f ItemFilter) Item {
	t.Helper()
	items, next, err := v.Items(t.Context(), f)
	if err != nil || len(items) != 1 || next != "" {
		t.Fatalf("Items(%+v) = %+v, %q, %v; want one", f, items, next, err)
	}
	return items[0]
}
