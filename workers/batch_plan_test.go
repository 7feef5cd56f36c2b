package workers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// waiting is an item of a plan, an answer if it has a kind.
type waiting struct {
	projections.QueuedItem
	kind nacha.Kind
}

// planOf plans what is due on Friday.
func planOf(items []waiting, l Limits) []plannedFile {
	var all []projections.QueuedItem
	k := kinds{}
	for _, w := range items {
		all = append(all, w.QueuedItem)
		if w.kind != "" {
			k[w.ItemID] = w.kind
		}
	}
	p := planner{now: friday, limits: l}
	p.add(all, k)
	return p.files()
}

// waits is an item in the queue, PPD debit of a dollar unless changed.
func waits(position int64, change ...func(*waiting)) waiting {
	w := waiting{QueuedItem: projections.QueuedItem{
		Client: gym, TransactionID: fmt.Sprint("t", position), ItemID: fmt.Sprint("i", position), Version: 1,
		Position: position, ODFI: ourBank, Code: 27, Routing: theirBank, AmountCents: 100,
		Header: nacha.BatchHeader{CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD", Description: "DUES",
			OriginatorStatus: "1", ODFI: ourBank[:8]},
	}}
	for _, f := range change {
		f(&w)
	}
	return w
}

// Remembering the dates of the item before changes no date.
func TestEachItemGetsTheDatesThatItAsksFor(t *testing.T) {
	limited := &calendar.Terms{OwnSameDayLimitCents: 5000}
	var requests []calendar.Request
	for _, asked := range []string{"", "2026-11-20", "2026-11-23", "2026-12-24"} {
		on, _ := calendar.ParseDate(asked)
		for _, sameDay := range []bool{false, true} {
			for _, cents := range []int64{100, 10_000, 200_000_000} {
				requests = append(requests, calendar.Request{AskedOn: on, SameDay: sameDay, SEC: "PPD", Kind: calendar.Debit, AmountCents: cents},
					calendar.Request{AskedOn: on, SameDay: sameDay, SEC: "PPD", Kind: calendar.Debit, AmountCents: cents, Bank: limited})
			}
		}
	}
	morning := friday.Add(-5 * time.Hour)
	var d dates
	for _, before := range requests {
		for _, r := range requests {
			d.of(morning, before)
			want := calendar.Effective(morning, r)
			if got := d.of(morning, r); got.decision != want || got.effectiveOn != want.EffectiveOn.YYMMDD() {
				t.Errorf("%+v after %+v: %+v, want %+v", r, before, got.decision, want)
			}
		}
	}
}

// planned writes a plan as text: a file a line, a batch in brackets with its
// entries by log position.
func planned(files []plannedFile) string {
	var lines []string
	for _, f := range files {
		batches := make([]string, len(f.batches))
		for _, e := range f.entries {
			batches[e.batch] += strings.TrimPrefix(e.item, "i") + " "
		}
		for i := range batches {
			batches[i] = "[" + strings.TrimSpace(batches[i]) + "]"
		}
		lines = append(lines, strings.Join(batches, ""))
	}
	return strings.Join(lines, "\n")
}

// Two entries share a batch unless something about the batch differs.
func TestWhatSharesABatch(t *testing.T) {
	header := func(f func(*nacha.BatchHeader)) func(*waiting) { return func(w *waiting) { f(&w.Header) } }
	iat := func(f func(*nacha.IATHeader)) func(*waiting) {
		return func(w *waiting) {
			h := nacha.IATHeader{ForeignExchangeIndicator: "FF", ReferenceIndicator: "3", DestinationCountry: "FR",
				OriginatingCurrency: "USD", DestinationCurrency: "USD"}
			f(&h)
			w.Header.SEC, w.Header.IAT = "IAT", &h
		}
	}
	kind := func(k nacha.Kind) func(*waiting) { return func(w *waiting) { w.kind = k } }
	same := func(*waiting) {}
	sameIAT := iat(func(*nacha.IATHeader) {})
	for name, tt := range map[string]struct {
		one, other func(*waiting)
		together   bool
	}{
		"nothing differs":                  {same, same, true},
		"a debit and a credit":             {same, func(w *waiting) { w.Code = 22 }, true},
		"two receiving banks":              {same, func(w *waiting) { w.Routing = otherODFI }, true},
		"company name":                     {same, header(func(h *nacha.BatchHeader) { h.CompanyName = "GYM" }), false},
		"company identification":           {same, header(func(h *nacha.BatchHeader) { h.CompanyID = "9" }), false},
		"SEC code":                         {same, header(func(h *nacha.BatchHeader) { h.SEC = "CCD" }), false},
		"description":                      {same, header(func(h *nacha.BatchHeader) { h.Description = "TOWELS" }), false},
		"discretionary data":               {same, header(func(h *nacha.BatchHeader) { h.DiscretionaryData = "X" }), false},
		"descriptive date":                 {same, header(func(h *nacha.BatchHeader) { h.DescriptiveDate = "NOV" }), false},
		"effective date":                   {same, func(w *waiting) { w.SameDay = true }, false},
		"what a sent header says is ours":  {same, header(func(h *nacha.BatchHeader) { h.Number, h.ServiceClass, h.EffectiveOn = 9, 225, "261101" }), true},
		"two international payments":       {sameIAT, sameIAT, true},
		"IAT country":                      {sameIAT, iat(func(h *nacha.IATHeader) { h.DestinationCountry = "DE" }), false},
		"IAT originating currency":         {sameIAT, iat(func(h *nacha.IATHeader) { h.OriginatingCurrency = "EUR" }), false},
		"IAT destination currency":         {sameIAT, iat(func(h *nacha.IATHeader) { h.DestinationCurrency = "EUR" }), false},
		"IAT exchange indicator":           {sameIAT, iat(func(h *nacha.IATHeader) { h.ForeignExchangeIndicator = "FV" }), false},
		"IAT reference":                    {sameIAT, iat(func(h *nacha.IATHeader) { h.ReferenceIndicator, h.ForeignExchangeReference = "2", "A" }), false},
		"a return and a payment":           {same, kind(nacha.KindReturn), false},
		"two returns":                      {kind(nacha.KindReturn), kind(nacha.KindReturn), true},
		"a return and a dishonored return": {kind(nacha.KindReturn), kind(nacha.KindDishonored), false},
		"a dishonor and a contest":         {kind(nacha.KindDishonored), kind(nacha.KindContested), false},
		"a correction and its refusal":     {kind(nacha.KindChange), kind(nacha.KindRefusedChange), false},
	} {
		t.Run(name, func(t *testing.T) {
			got := planned(planOf([]waiting{waits(1, tt.one), waits(2, tt.other)}, DefaultLimits))
			if want := map[bool]string{true: "[1 2]", false: "[1][2]"}[tt.together]; got != want {
				t.Errorf("planned %s, want %s", got, want)
			}
		})
	}
}

func TestBatchesStandInTheOrderOfTheirFirstEntry(t *testing.T) {
	towels := func(w *waiting) { w.Header.Description = "TOWELS" }
	items := []waiting{waits(3, towels), waits(4), waits(7, towels), waits(9)}
	if got, want := planned(planOf(items, DefaultLimits)), "[3 7][4 9]"; got != want {
		t.Errorf("planned %s, want %s", got, want)
	}
}

func TestWhatIsNotDueIsNotPlanned(t *testing.T) {
	later := func(w *waiting) { w.EffectiveOn = "2026-12-24" }
	if got, want := planned(planOf([]waiting{waits(1), waits(2, later), waits(3)}, DefaultLimits)), "[1 3]"; got != want {
		t.Errorf("planned %s, want %s", got, want)
	}
	if got := planOf([]waiting{waits(1, later)}, DefaultLimits); len(got) != 0 {
		t.Errorf("planned %d files without anything due", len(got))
	}
}

// Whatever would pass a limit goes into the next batch, or the next file.
func TestLimitsSplit(t *testing.T) {
	cents := func(n int64) func(*waiting) { return func(w *waiting) { w.AmountCents = n } }
	credit := func(w *waiting) { w.Code = 22 }
	addenda := func(n int) func(*waiting) { return func(w *waiting) { w.Addenda = n } }
	towels := func(w *waiting) { w.Header.Description = "TOWELS" }
	limits := func(change func(*Limits)) Limits {
		l := DefaultLimits
		change(&l)
		return l
	}
	for name, tt := range map[string]struct {
		limits Limits
		items  []waiting
		want   string
	}{
		"a batch is full": {
			limits(func(l *Limits) { l.BatchRecords = 2 }),
			[]waiting{waits(1), waits(2), waits(3)}, "[1 2][3]",
		},
		"addenda count as entries do": {
			limits(func(l *Limits) { l.BatchRecords = 4 }),
			[]waiting{waits(1, addenda(1)), waits(2, addenda(1)), waits(3)}, "[1 2][3]",
		},
		"a file is full of entries": {
			limits(func(l *Limits) { l.FileEntries = 2 }),
			[]waiting{waits(1), waits(2), waits(3), waits(4, towels)}, "[1 2]\n[3][4]",
		},
		"a file is full of records, batch headers and controls among them": {
			limits(func(l *Limits) { l.FileRecords = 2 + 2 + 1 + 2 + 1 }),
			[]waiting{waits(1), waits(2, towels), waits(3, towels)}, "[1][2]\n[3]",
		},
		"debits would pass what ten digits of dollars hold": {
			limits(func(l *Limits) { l.Cents = 250 }),
			[]waiting{waits(1), waits(2), waits(3)}, "[1 2]\n[3]",
		},
		"to the cent they fit": {
			limits(func(l *Limits) { l.Cents = 300 }),
			[]waiting{waits(1), waits(2), waits(3)}, "[1 2 3]",
		},
		"credits are counted apart from debits": {
			limits(func(l *Limits) { l.Cents = 200 }),
			[]waiting{waits(1), waits(2), waits(3, credit), waits(4, credit), waits(5, credit)}, "[1 2 3 4]\n[5]",
		},
		"the widest amounts add up over files": {
			DefaultLimits,
			repeat(101, cents(99_999_999_99)), "[" + numbers1to(100) + "]\n[101]",
		},
		"one entry that passes all limits still leaves": {
			limits(func(l *Limits) { l.FileRecords, l.BatchRecords = 3, 3 }),
			[]waiting{waits(1, addenda(9)), waits(2, addenda(9))}, "[1]\n[2]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := planned(planOf(tt.items, tt.limits)); got != tt.want {
				t.Errorf("planned\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func repeat(n int, change ...func(*waiting)) (items []waiting) {
	for i := range n {
		items = append(items, waits(int64(i+1), change...))
	}
	return items
}

func numbers1to(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint(i+1))
	}
	return strings.Join(all, " ")
}

func TestABatchEndsWhereTheTraceSequenceStartsOver(t *testing.T) {
	b := openBank(t)
	b.write(domain.TraceStream(ourBank[:8]), domain.LedgerClient, 0,
		domain.TracesTaken{First: 1, Last: 9_999_997, On: "2026-05-04"})
	b.posts(gym, 5)
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	if len(f.Batches) != 2 || f.Batches[0].Number != 1 || f.Batches[1].Number != 2 || f.Cut.Totals.Batches != 2 {
		t.Fatalf("the file has batches %+v and totals %+v", f.Batches, f.Cut.Totals)
	}
	var traces []string
	for line := range strings.Lines(b.bytes(f)) {
		if line[0] == '6' {
			traces = append(traces, line[87:94])
		}
	}
	if want := []string{"9999998", "9999999", "0000001", "0000002", "0000003"}; !slices.Equal(traces, want) {
		t.Errorf("traces %v, want %v", traces, want)
	}
	b.verify()
}

// A bank takes one batch in a file. What of the batch follows the end of the trace
// sequence leaves in a file of its own.
func TestTheTraceSequenceDoesNotPassABanksLimitOfBatches(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{MaxBatchesPerFile: 1})
	b.write(domain.TraceStream(ourBank[:8]), domain.LedgerClient, 0,
		domain.TracesTaken{First: 1, Last: 9_999_997, On: "2026-05-04"})
	b.posts(gym, 5)
	b.sweepAt("2026-11-20 14:30")
	b.sweep()
	var held []int
	for _, f := range b.cutFiles() {
		if len(f.Batches) != 1 || f.State != domain.FileIsDelivered {
			t.Errorf("a file that is %s has batches %+v", f.State, f.Batches)
		}
		held = append(held, f.Cut.Totals.Entries)
	}
	if !slices.Equal(held, []int{2, 3}) {
		t.Errorf("the files hold %v entries, want 2 and 3", held)
	}
	b.verify()
}

func TestTraceNumbersThatStillRestKeepTheEntriesWaiting(t *testing.T) {
	b := openBank(t)
	b.write(domain.TraceStream(ourBank[:8]), domain.LedgerClient, 0,
		domain.TracesTaken{First: 1, Last: 9_999_999, On: "2026-11-19"})
	ids := b.posts(gym, 1)
	b.clock.Set(at("2026-11-20 14:30"))
	if err := b.batcher.Sweep(t.Context()); err == nil || !strings.Contains(err.Error(), "rest") {
		t.Errorf("the sweep says %v, want that the numbers rest", err)
	}
	if len(b.cutFiles()) != 0 || b.item(gym, ids[0]).State != domain.Pending {
		t.Error("something was cut without numbers")
	}
	b.verify()
}

// The service class follows from what is in the batch, once it is known.
func TestServiceClasses(t *testing.T) {
	for name, tt := range map[string]struct {
		codes []int
		want  int
	}{
		"debits only":  {[]int{27, 37, 28}, nacha.DebitClass},
		"credits only": {[]int{22, 32, 23}, nacha.CreditClass},
		"both":         {[]int{22, 27}, nacha.MixedClass},
	} {
		var entries []entry
		for _, c := range tt.codes {
			entries = append(entries, entry{code: c})
		}
		entries = append(entries, entry{code: 22, batch: 1}, entry{code: 27, batch: 1})
		if got := class(entries); got != tt.want {
			t.Errorf("%s: class %d, want %d", name, got, tt.want)
		}
	}
}
