package projections

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// The status of a transaction through the whole chain of answers.
func TestTheStatusOfATransactionFollowsItsChain(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	i := w.originate("gym")
	var newest string // return
	returned := func(of string) domain.Event {
		newest = w.id("item")
		in := incoming(newest, of)
		in.Entry.Return = &nacha.Return{Code: "R01"}
		return domain.TransactionReturned{Incoming: in}
	}
	ask := func(make func(domain.Outgoing) domain.Event) testItem {
		answer := testItem{i.client, i.transaction, w.id("item")}
		w.append(about(answer, make(domain.Outgoing{ItemID: answer.item, ReplyTo: newest, Code: "R68"})))
		return answer
	}
	var retry, dishonor, again testItem
	var retried *testFile
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"originated", func() {}, Pending},
		{"held", func() { w.append(about(i, domain.TransactionHeld{ItemID: i.item})) }, Pending},
		{"approved", func() { w.append(about(i, domain.TransactionApproved{ItemID: i.item})) }, Pending},
		{"filed and delivered", func() { w.cutAndDeliver(i) }, Transmitted},
		{"returned", func() { w.append(about(i, returned(i.item))) }, Returned},
		{"a retry is asked for", func() {
			retry = ask(func(o domain.Outgoing) domain.Event { return domain.TransactionRetryRequested{Outgoing: o} })
		}, Returned},
		{"the retry is filed", func() {
			retried = w.openFile("gym", "window")
			w.fill(retried, []testItem{retry})
		}, Released},
		{"the retry is returned", func() { w.append(about(i, returned(retry.item))) }, Returned},
		{"a dishonor is asked for", func() {
			dishonor = ask(func(o domain.Outgoing) domain.Event { return domain.TransactionDishonorRequested{Outgoing: o} })
		}, Returned},
		{"the dishonor leaves", func() { w.cutAndDeliver(dishonor) }, Released},
		{"the retry is delivered", func() { w.deliver(retried) }, Transmitted},
		{"it is contested", func() {
			in := incoming(w.id("item"), dishonor.item)
			in.Entry.Contested = &nacha.Contested{Code: "R73"}
			w.append(about(i, domain.TransactionContested{Incoming: in}))
		}, Returned},
		{"the retry is returned once more, by mistake", func() { w.append(about(i, returned(retry.item))) }, Returned},
		{"that return is dishonored, and the first one stands", func() {
			again = ask(func(o domain.Outgoing) domain.Event { return domain.TransactionDishonorRequested{Outgoing: o} })
			w.cutAndDeliver(again)
		}, Returned},
	} {
		step.do()
		w.must(v.CatchUp(w.ctx))
		rows, _, err := v.Transactions(w.ctx, TransactionFilter{Client: "gym"})
		w.must(err)
		if len(rows) != 1 || rows[0].Status != step.want {
			t.Fatalf("%s: %+v; want %s", step.name, rows, step.want)
		}
		folded, files := w.fold(i)
		if row, ok := DescribeTransaction(&folded, files, DescribeItems(&folded, files)); !ok || !reflect.DeepEqual(row, rows[0]) {
			t.Fatalf("%s: the fold says %+v", step.name, row)
		}
		parts := map[string]bool{PendingHeld: step.name == "held", PendingUnheld: step.want == Pending && step.name != "held"}
		for part, want := range parts {
			for _, client := range []string{"gym", ""} {
				rows, _, err := v.Transactions(w.ctx, TransactionFilter{Client: client, Status: part})
				w.must(err)
				if (len(rows) == 1) != want || want && rows[0].Held != (part == PendingHeld) {
					t.Errorf("%s: %s of %q are %+v", step.name, part, client, rows)
				}
			}
		}
	}
	items, _, err := v.Items(w.ctx, ItemFilter{Client: "gym"})
	w.must(err)
	var story []string
	for _, i := range items {
		story = append(story, strings.Join([]string{string(i.Kind), i.Code, i.Status}, " "))
	}
	if got, want := strings.Join(story, "; "),
		"Origination  Transmitted; Return R01 Released; Retry R68 Transmitted; Return R01 Released; DishonoredReturn R68 Transmitted; ContestedReturn R73 Released; "+
			"Return R01 Released; DishonoredReturn R68 Transmitted"; got != want {
		t.Errorf("story\n%s\nwant\n%s", got, want)
	}
}

// Refused by the operator after it was sent: the item waits again and its
// history tells both files.
func TestAnItemOfARefusedFileGoesAgain(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	f := w.upload("gym", 1)
	i := f.entries[0]
	w.must(v.CatchUp(w.ctx))
	if items, _, err := v.Items(w.ctx, ItemFilter{Client: "gym"}); len(items) > 0 || err != nil {
		t.Errorf("before the cut it shows %+v, %v", items, err)
	}
	if rows, _, err := v.Transactions(w.ctx, TransactionFilter{}); len(rows) > 0 || err != nil {
		t.Errorf("before the cut it shows %+v, %v", rows, err)
	}
	w.deliver(f)
	w.must(v.CatchUp(w.ctx))
	one(t, v, ItemFilter{Client: "gym", After: 1}) // once, though its file was cut and delivered
	w.append(about(i, domain.TransactionReleasedFromFile{ItemID: i.item, File: f.id, Reason: "R-file"}))
	w.must(v.CatchUp(w.ctx))
	if n, err := v.QueueTotals(w.ctx); len(n) != 1 || n[0].Entries != 1 || err != nil {
		t.Errorf("the queue after the refusal: %+v, %v", n, err)
	}
	item := one(t, v, ItemFilter{Client: "gym", Status: Pending})
	if item.FileID != "" || item.Reason != "R-file" {
		t.Errorf("released: %+v", item)
	}
	second := w.cutAndDeliver(i)
	w.must(v.CatchUp(w.ctx))
	item = one(t, v, ItemFilter{Client: "gym", Status: Transmitted})
	var statuses []string
	for _, s := range item.History {
		statuses = append(statuses, s.Status)
	}
	if got := strings.Join(statuses, " "); got != "Pending Released Transmitted Pending Released Transmitted" {
		t.Errorf("history %s", got)
	}
	if item.FileID != second.id {
		t.Errorf("it lies in %s", item.FileID)
	}
	w.same(v)
}

// A delivery is a change of every item of the file, and the day of Transmitted
// is New York's day of the delivery.
func TestADeliveryIsAChange(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	i := w.originate("gym")
	f := w.openFile("gym", "window")
	w.fill(f, []testItem{i})
	w.must(v.CatchUp(w.ctx))
	seen := v.Position()
	w.now = w.now.AddDate(0, 0, 2).Truncate(24 * 3600e9).Add(4 * 3600e9) // 23:00 of the day before in New York
	w.deliver(f)
	w.must(v.CatchUp(w.ctx))
	item := one(t, v, ItemFilter{Client: "gym", After: seen})
	if item.Status != Transmitted || item.ChangedAt <= seen || item.Position > seen {
		t.Errorf("%+v", item)
	}
	one(t, v, ItemFilter{Client: "gym", Status: Transmitted, FromDay: "2026-11-24", ToDay: "2026-11-24"})
	for _, f := range []ItemFilter{
		{Client: "gym", After: item.ChangedAt},
		{Client: "gym", Status: Transmitted, FromDay: "2026-11-25"},
		{Client: "gym", Status: Transmitted, ToDay: "2026-11-23"},
		{Client: "gym", Status: Released},
		{Client: "gym", FromDay: "2026-11-24"},
	} {
		if items, _, err := v.Items(w.ctx, f); len(items) != 0 || err != nil {
			t.Errorf("%+v shows %+v, %v", f, items, err)
		}
	}
}

// An entry that is made together with its file is in no queue at any time, so
// no other cut can take it.
func TestAnUploadNeverWaits(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{BatchSize: 1})
	w.deliver(w.upload("gym", 3))
	head, err := w.store.Head(w.ctx)
	w.must(err)
	for at := int64(1); at <= head.Position; at++ {
		w.must(v.catchUp(w.ctx, at))
		if queues, err := v.QueueTotals(w.ctx); v.Position() != at || len(queues) > 0 || err != nil {
			t.Errorf("at position %d, which is to be %d: %+v, %v", v.Position(), at, queues, err)
		}
	}
}

// A file that missed its deadline carries new dates, and so do its entries;
// answers keep theirs.
func TestARedatedFileMovesItsEntries(t *testing.T) {
	w := newWorld(t)
	i := w.originate("gym")
	f := w.openFile("gym", "window")
	w.fill(f, []testItem{i})
	w.advance(f, domain.FileIsCut)
	v := w.caughtUp(Options{})
	if item := one(t, v, ItemFilter{Client: "gym"}); item.EffectiveOn != "2026-11-24" {
		t.Errorf("as cut: %s", item.EffectiveOn)
	}
	w.append(w.fileEvents(f, domain.FileRedated{Dates: map[string]string{"261124": "261125", "261125": "261127"}, Why: "late"}))
	w.must(v.CatchUp(w.ctx))
	if item := one(t, v, ItemFilter{Client: "gym"}); item.EffectiveOn != "2026-11-25" {
		t.Errorf("as dated again: %s", item.EffectiveOn)
	}
	if file, _, err := v.FindFile(w.ctx, f.id); file.Note != "late" || err != nil {
		t.Errorf("the file says %+v, %v", file, err)
	}
}

// Released counts from the day an item was filed, whatever day its file was
// opened or cut.
func TestReleasedCountsFromTheDayOfFiling(t *testing.T) {
	w := newWorld(t)
	f := w.openFile("gym", "window")
	w.now = w.now.AddDate(0, 0, 1)
	w.fill(f, []testItem{w.originate("gym")})
	w.now = w.now.AddDate(0, 0, 1)
	w.advance(f, domain.FileIsCut)
	v := w.caughtUp(Options{})
	for day, want := range map[string]int{"2026-11-23": 0, "2026-11-24": 1, "2026-11-25": 0} {
		items, _, err := v.Items(w.ctx, ItemFilter{Client: "gym", Status: Released, FromDay: day, ToDay: day})
		if len(items) != want || err != nil {
			t.Errorf("on %s: %d, %v; want %d", day, len(items), err, want)
		}
	}
}

// An answer of ours in a file that was not delivered yet was listed twice:
// with what came from the bank, whose index holds it, and with its file.
func TestAnAnswerInAFileIsListedOnceByItsStatus(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	r := testItem{"gym", w.id("txn"), w.id("item")}
	w.append(about(r, domain.TransactionReceived{TransactionID: r.transaction, Incoming: incoming(r.item, "")}))
	answer := testItem{r.client, r.transaction, w.id("item")}
	w.append(about(answer, domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: answer.item, ReplyTo: r.item, Code: "R03"}}))
	f := w.openFile("gym", "answers")
	w.fill(f, []testItem{answer})
	w.advance(f, domain.FileIsCut)
	w.must(v.CatchUp(w.ctx))
	for _, limit := range []int{0, 1, 2} {
		seen := map[string]int{}
		for filter := (ItemFilter{Client: "gym", Status: Released, Limit: limit}); ; {
			rows, next, err := v.Items(w.ctx, filter)
			w.must(err)
			for _, i := range rows {
				seen[i.ItemID]++
			}
			if filter.Cursor = next; next == "" {
				break
			}
		}
		if len(seen) != 2 || seen[r.item] != 1 || seen[answer.item] != 1 {
			t.Errorf("%d a page: %v", limit, seen)
		}
	}
}

// What few transactions are is found by an index, of one client and of all,
// newest first and page by page.
func TestRareStatusesAreListedAcrossClients(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	want := map[string][]string{}
	for n := range 18 {
		client := []string{"gym", "spa"}[n%2]
		i := testItem{client, w.id("txn"), w.id("item")}
		status := []string{Rejected, Recalled, Pending, "held", Transmitted, Returned, "retried", Released, "received"}[n/2]
		if status != "received" {
			i = w.originate(client)
		}
		switch status {
		case Rejected:
			w.append(about(i, domain.TransactionRejected{ItemID: i.item, Reason: "no"}))
		case Recalled:
			w.append(about(i, domain.TransactionRecalled{ItemID: i.item}))
		case "held":
			w.append(about(i, domain.TransactionHeld{ItemID: i.item})) // without a reason, as older releases allowed
			status = Pending
		case Returned:
			w.cutAndDeliver(i)
			in := incoming(w.id("item"), i.item)
			in.Entry.Return = &nacha.Return{Code: "R01"}
			w.append(about(i, domain.TransactionReturned{Incoming: in}))
		case Transmitted:
			w.cutAndDeliver(i)
		case "retried": // the retry is in a file that was not delivered, its transaction was in one that was
			w.cutAndDeliver(i)
			in := incoming(w.id("item"), i.item)
			in.Entry.Return = &nacha.Return{Code: "R01"}
			retry := testItem{i.client, i.transaction, w.id("item")}
			w.append(about(i, domain.TransactionReturned{Incoming: in},
				domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: retry.item, ReplyTo: in.ItemID}}))
			f := w.openFile(client, "window")
			w.fill(f, []testItem{retry})
			w.advance(f, domain.FileIsCut)
			status = Released
		case Released:
			w.fill(w.openFile(client, "window"), []testItem{i})
		case "received":
			w.append(about(i, domain.TransactionReceived{TransactionID: i.transaction, Incoming: incoming(i.item, "")}))
			status = Released
		}
		for _, of := range []string{"", client} {
			want[of+status] = append([]string{i.transaction}, want[of+status]...)
		}
	}
	w.must(v.CatchUp(w.ctx))
	for _, client := range []string{"", "gym", "spa"} {
		for _, status := range []string{Rejected, Recalled, Pending, Returned, Transmitted, Released} {
			var got []string
			for f := (TransactionFilter{Client: client, Status: status, Limit: 1}); ; {
				rows, next, err := v.Transactions(w.ctx, f)
				w.must(err)
				for _, r := range rows {
					got = append(got, r.ID)
				}
				if f.Cursor = next; next == "" {
					break
				}
			}
			if !reflect.DeepEqual(got, want[client+status]) {
				t.Errorf("%q %s: %v, want %v", client, status, got, want[client+status])
			}
		}
	}
	// What lies in a file of ours is found by the file: in the index of what
	// came from the bank there would be all that ever left.
	w.must(v.read(w.ctx, func(s snapshot) error {
		return s.query(listedOfAll, values(int64(math.MaxInt64), int64(0), inHandList(domain.ToFed)), func(row []value) error {
			t.Errorf("the row at %d does not name its file", row[0])
			return nil
		})
	}))
}
