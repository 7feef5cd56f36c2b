package projections

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/testseed"
)

// Blocks of the index of payments are small in tests, so that every story has
// some.
func init() { blockSize = 8 }

func called(name string) func(*domain.TransactionOriginated) {
	return func(o *domain.TransactionOriginated) { o.Proposal.ToName = name }
}

// ids are the transactions of a filter, page by page.
func (w *world) ids(v *Views, f TransactionFilter) (ids []string) {
	w.t.Helper()
	for {
		rows, next, err := v.Transactions(w.ctx, f)
		w.must(err)
		for _, r := range rows {
			ids = append(ids, r.Client+"/"+r.ID)
		}
		if f.Cursor = next; next == "" {
			return ids
		}
	}
}

func (i testItem) key() string { return i.client + "/" + i.transaction }

func TestAPaymentIsFoundByWhatABankStatementSays(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.openClient("spa", ours)
	ferris := w.originate("gym", called("Bueller, Ferris"), cents(4900))
	other := w.originate("spa", called("FERRIS WHEEL CO"), cents(4900), func(o *domain.TransactionOriginated) { o.Proposal.CompanyID = "9990000001" })
	cafe := w.originate("gym", called("CAFÉ NOÑO"))
	for n := range 40 {
		w.originate("gym", called(fmt.Sprint("Ann Lee ", n)), cents(int64(100+n)))
	}
	newest := w.originate("spa", called("Café Noño"))
	file := w.cutAndDeliver(ferris)
	w.append(about(ferris, returnedBy(w, ferris, "R03")))
	v := w.caughtUp(Options{})
	trace := fmt.Sprintf("%s%07d", ours[:8], 1)
	left, _, err := v.FindFile(w.ctx, file.id)
	w.must(err)
	for name, tt := range map[string]struct {
		filter TransactionFilter
		want   []testItem
	}{
		"trace, amount and name":           {TransactionFilter{Trace: trace, FromCents: 4900, BelowCents: 4901, Name: "Ferris"}, []testItem{ferris}},
		"trace and another name":           {TransactionFilter{Trace: trace, Name: "Cameron"}, nil},
		"the trace of another client's":    {TransactionFilter{Client: "spa", Trace: trace}, nil},
		"the beginning of a word":          {TransactionFilter{Name: "ferr"}, []testItem{other, ferris}},
		"words in any order":               {TransactionFilter{Name: "ferris bue"}, []testItem{ferris}},
		"the middle of a word":             {TransactionFilter{Name: "erris"}, nil},
		"one client's":                     {TransactionFilter{Client: "gym", Name: "ferris"}, []testItem{ferris}},
		"an amount":                        {TransactionFilter{FromCents: 4900, BelowCents: 4901}, []testItem{other, ferris}},
		"at least so much":                 {TransactionFilter{FromCents: 2000}, []testItem{other, ferris}},
		"a company":                        {TransactionFilter{CompanyID: "9990000001"}, []testItem{other}},
		"a return's code":                  {TransactionFilter{Code: "R03"}, []testItem{ferris}},
		"a code that nobody gave":          {TransactionFilter{Code: "R10"}, nil},
		"a status, and at least so much":   {TransactionFilter{Status: Returned, FromCents: 4000}, []testItem{ferris}},
		"a status, and less":               {TransactionFilter{Status: Returned, BelowCents: 4000}, nil},
		"what lies in a file":              {TransactionFilter{File: file.id}, []testItem{ferris}},
		"what lies in a file, by its name": {TransactionFilter{File: left.Name, Name: "fer"}, []testItem{ferris}},
		"a file that is not there":         {TransactionFilter{File: "x"}, nil},
		"another client's file":            {TransactionFilter{Client: "spa", File: file.id}, nil},
		"letters of other alphabets":       {TransactionFilter{Name: "cafe nono"}, []testItem{newest, cafe}},
		"the same, as they are written":    {TransactionFilter{Client: "gym", Name: "Café"}, []testItem{cafe}},
		"an id":                            {TransactionFilter{ID: other.transaction}, []testItem{other}},
		"last four":                        {TransactionFilter{Tail: "6789", Name: "bueller"}, []testItem{ferris}},
		"other last four":                  {TransactionFilter{Tail: "6780", Name: "bueller"}, nil},
		"of another day":                   {TransactionFilter{Name: "ferris", FromDay: "2026-11-24"}, nil},
		"of a day":                         {TransactionFilter{Name: "ferris", FromDay: "2026-11-23", ToDay: "2026-11-23"}, []testItem{other, ferris}},
		"in one direction":                 {TransactionFilter{Name: "ferris", Direction: domain.FromFed}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, i := range tt.want {
				want = append(want, i.key())
			}
			for _, limit := range []int{0, 1} {
				tt.filter.Limit = limit
				if got := w.ids(v, tt.filter); !slices.Equal(got, want) {
					t.Errorf("with limit %d: %v, want %v", limit, got, want)
				}
			}
		})
	}
}

// Banks with servers of their own may use the same names. A client finds its
// own file by one.
func TestOfFilesWithOneNameAClientFindsItsOwn(t *testing.T) {
	w := newWorld(t)
	made := map[string]testItem{}
	name := ""
	for _, client := range []string{"gym", "spa"} {
		w.openClient(client, ours)
		made[client] = w.originate(client)
		f := w.openFile(client, "window")
		w.fill(f, []testItem{made[client]})
		w.advance(f, domain.FileIsCut)
		row, _, err := w.caughtUp(Options{}).FindFile(w.ctx, f.id)
		w.must(err)
		if name != "" && row.Name != name {
			t.Fatalf("the files are called %s and %s", name, row.Name)
		}
		name = row.Name
	}
	v := w.caughtUp(Options{})
	for client, of := range map[string]string{"gym": "gym", "spa": "spa", "": "spa"} { // operations: the newest
		if got := w.ids(v, TransactionFilter{Client: client, File: name}); !slices.Equal(got, []string{made[of].key()}) {
			t.Errorf("client %q finds %v", client, got)
		}
	}
	if files, err := v.FilesNamed(w.ctx, name); err != nil || len(files) != 2 || files[0].Client != "spa" {
		t.Errorf("the files are %+v, %v", files, err)
	}
}

// returnedBy is a return of an item by its bank.
func returnedBy(w *world, i testItem, code string) domain.TransactionReturned {
	in := incoming(w.id("item"), i.item)
	in.Entry.Return = &nacha.Return{Code: code}
	return domain.TransactionReturned{Incoming: in}
}

// Whatever a search asks for, it finds what going through all rows finds, in
// pages of any size.
func TestASearchFindsWhatALookAtEveryRowFinds(t *testing.T) {
	w := newWorld(t)
	seed := uint64(testseed.Of(t, 20261129))
	draw := rand.New(rand.NewPCG(seed, 0))
	pick := func(words ...string) string { return words[draw.IntN(len(words))] }
	clients := []string{"gym", "spa", "inn"}
	for _, c := range clients {
		w.openClient(c, ours)
	}
	for range 150 {
		i := w.originate(pick(clients...), called(pick("Ann", "Anna", "Bo")+" "+pick("Lee", "Leeds", "Ferris")), cents(draw.Int64N(4)),
			func(o *domain.TransactionOriginated) {
				o.Account.Tail, o.Proposal.CompanyID = pick("0001", "0002"), pick("1840000017", "1840000018")
			})
		switch draw.IntN(6) {
		case 0:
			w.append(about(i, domain.TransactionAccountChanged{Routing: ours, AccountType: domain.Savings, Account: domain.Account{Tail: pick("0001", "0002")}}))
		case 1:
			w.cutAndDeliver(i)
			w.append(about(i, returnedBy(w, i, pick("R01", "R03"))))
		case 2:
			w.append(about(i, domain.TransactionRejected{ItemID: i.item, Reason: "no"}))
		}
	}
	v := w.caughtUp(Options{BatchSize: 7})
	all, _, err := v.Transactions(w.ctx, TransactionFilter{})
	w.must(err)
	answered := map[[2]string]bool{} // transactions, with the codes of their answers
	for _, c := range clients {
		answers, _, err := v.Answers(w.ctx, AnswerFilter{Client: c})
		w.must(err)
		for _, a := range answers {
			answered[[2]string{a.TransactionID, a.Code}] = true
		}
	}
	for range 400 {
		f := TransactionFilter{Limit: draw.IntN(4)}
		set := func(to *string, words ...string) {
			if draw.IntN(3) == 0 {
				*to = pick(words...)
			}
		}
		set(&f.Client, clients...)
		set(&f.Name, "an", "anna", "lee", "fer ann", "z")
		set(&f.Tail, "0001", "0002", "0003")
		set(&f.CompanyID, "1840000017", "1840000018")
		set(&f.Code, "R01", "R03")
		set(&f.Status, Pending, Rejected, Returned, Transmitted)
		if draw.IntN(2) == 0 {
			f.FromCents = draw.Int64N(4)
			f.BelowCents = f.FromCents + draw.Int64N(3)
		}
		var want []string
		for _, r := range all {
			if matches(r, answered, f) {
				want = append(want, r.Client+"/"+r.ID)
			}
		}
		if got := w.ids(v, f); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %+v\nfinds %v\nwant  %v", seed, f, got, want)
		}
	}
	if _, n, err := v.Compare(w.ctx, nil); n != 0 || err != nil {
		t.Errorf("seed %d: %d rows differ from the log, %v", seed, n, err)
	}
}

func matches(r Transaction, answered map[[2]string]bool, f TransactionFilter) bool {
	for _, begin := range strings.Fields(strings.ToUpper(f.Name)) {
		if !strings.Contains(" "+strings.ToUpper(r.Name), " "+begin) {
			return false
		}
	}
	return (f.Code == "" || answered[[2]string{r.ID, f.Code}]) && (f.Client == "" || f.Client == r.Client) && (f.Tail == "" || f.Tail == r.AccountTail) &&
		(f.CompanyID == "" || f.CompanyID == r.CompanyID) && (f.Status == "" || f.Status == r.Status) &&
		r.AmountCents >= f.FromCents && (f.BelowCents == 0 || r.AmountCents < f.BelowCents)
}

// A search that finds little ends in time and says where to continue.
func TestASearchLooksAtSoMuchAtATime(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	last := w.originate("gym")
	w.append(about(last, domain.TransactionRejected{ItemID: last.item, Reason: "no"}))
	var changes []testItem
	for range 30 {
		i := w.originate("gym")
		w.append(about(i, domain.TransactionRejected{ItemID: i.item, Reason: "no"}))
		changes = append(changes, i)
	}
	before := looksAt
	looksAt = 10
	defer func() { looksAt = before }()
	v := w.caughtUp(Options{})
	f := TransactionFilter{Status: Rejected, CompanyID: "none", Limit: 5}
	pages := 0
	for next := "."; next != ""; pages++ {
		var rows []Transaction
		var err error
		rows, next, err = v.Transactions(w.ctx, f)
		w.must(err)
		if len(rows) > 0 {
			t.Fatalf("found %+v", rows)
		}
		f.Cursor = next
	}
	if pages < 2 {
		t.Errorf("looked at %d rows in one call", len(changes))
	}
}

// The keys of a block are in order, whatever their lengths and in whatever order their
// payments came, and those of a key by their places.
func TestTheKeysOfABlockAreInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k blockKeys
		words := rapid.SliceOf(rapid.StringMatching("[a-c]{1,12}")).Draw(t, "words")
		for _, word := range words {
			p := posting{at: rapid.Uint16Max(20).Draw(t, "place")}
			k.add(p, func(b []byte) []byte { return append(b, word...) })
		}
		want := slices.Clone(k.entries)
		slices.SortFunc(want, func(a, b keyed) int {
			return cmp.Or(bytes.Compare(k.key(a), k.key(b)), cmp.Compare(a.at, b.at), cmp.Compare(a.from, b.from))
		})
		k.sort()
		for i, e := range k.entries {
			if !bytes.Equal(k.key(e), k.key(want[i])) || e.at != want[i].at {
				t.Fatalf("entry %d is %s at %d, want %s at %d", i, k.key(e), e.at, k.key(want[i]), want[i].at)
			}
		}
	})
}

// What a row of the index says is read as it was written, and what is none is
// told.
func TestPostingsAreReadAsTheyWereWritten(t *testing.T) {
	var keys []string
	for n := range 300 {
		keys = append(keys, fmt.Sprintf("a%03d", n/7), "cX")
	}
	slices.Sort(keys)
	var rows [][]byte
	list := postingList{write: func(first, row []byte) error {
		rows = append(rows, slices.Clone(row))
		return nil
	}}
	for n, key := range keys {
		if err := list.add([]byte(key), posting{uint16(n), 7}); err != nil {
			t.Fatal(err)
		}
	}
	if err := list.end(); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, row := range rows {
		err := eachPosting(row, keyRange{[]byte("a010"), []byte("a012")}, func(p posting) { got = append(got, int(p.at)) })
		if err != nil {
			t.Fatal(err)
		}
		for n := range row {
			_ = eachPosting(row[:n], keyRange{[]byte("a"), []byte("d")}, func(posting) {})
		}
	}
	var want []int
	for n, key := range keys {
		if key >= "a010" && key < "a012" {
			want = append(want, n)
		}
	}
	if !slices.Equal(got, want) || len(rows) < 4 {
		t.Errorf("%d rows, got %v, want %v", len(rows), got, want)
	}
	if err := eachPosting([]byte{3, 1, 'x'}, keyRange{[]byte("a"), []byte("d")}, func(posting) {}); err == nil {
		t.Error("a row that is none was read")
	}
}
