package projections

import (
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"pgregory.net/rapid"
)

// story is a random history: what clients, operators, the bank and a clock
// that jumps do to a world.
type story struct {
	*world
	t *rapid.T
}

var tenants = []string{"alpha", "beta", "gamma"}

// chapters are what may happen next, by name, so that a failure reads well.
var chapters = map[string]func(*story){
	"originate":     (*story).anyOrigination,
	"originate two": func(s *story) { s.anyOrigination(); s.anyOrigination() },
	"receive":       (*story).anyReceived,
	"judge":         (*story).anyJudgement,
	"cut":           (*story).anyCut,
	"upload":        func(s *story) { s.upload(s.tenant(), rapid.IntRange(1, 3).Draw(s.t, "uploaded")) },
	"advance":       (*story).anyAdvance,
	"redate":        (*story).anyRedate,
	"refuse":        (*story).anyRefusal,
	"bank answers":  (*story).anyIncoming,
	"client asks":   (*story).anyOutgoing,
	"client":        (*story).anyClient,
	"credential":    (*story).anyCredential,
	"unknown":       (*story).unknown,
	"time passes":   (*story).timePasses,
}

func (s *story) next() {
	names := make([]string, 0, len(chapters))
	for name := range chapters {
		names = append(names, name)
	}
	slices.Sort(names)
	chapters[rapid.SampledFrom(names).Draw(s.t, "chapter")](s)
}

func (s *story) tenant() string { return rapid.SampledFrom(tenants).Draw(s.t, "client") }

// pick draws one of the items that satisfy a condition, as the log has them.
func (s *story) pick(ok func(domain.Transaction, *domain.Item) bool) (testItem, *domain.Item, bool) {
	var all []testItem
	var items []*domain.Item
	for _, i := range s.ours {
		t, _ := s.fold(i)
		for _, it := range t.Items {
			if ok(t, it) {
				all, items = append(all, testItem{i.client, i.transaction, it.ID}), append(items, it)
			}
		}
	}
	if len(all) == 0 {
		return testItem{}, nil, false
	}
	n := rapid.IntRange(0, len(all)-1).Draw(s.t, "item")
	return all[n], items[n], true
}

func (s *story) anyOrigination() {
	asked := rapid.SampledFrom([]string{"", "", "2026-11-24", "2026-11-27", "2026-12-01", "nonsense"}).Draw(s.t, "asked")
	s.originate(s.tenant(), askedOn(asked), cents(rapid.Int64Range(0, 5000).Draw(s.t, "cents")))
}

func incoming(item, replyTo string) domain.Incoming {
	return domain.Incoming{
		ItemID: item, ReplyTo: replyTo, Inbound: "inbound-1", SettledOn: "2026-11-25", DataMasked: "*****1111",
		Header: nacha.BatchHeader{SEC: "PPD", CompanyName: "LUMEN POWER", ODFI: theirs[:8], EffectiveOn: "261125", SettlementDay: "329"},
		Entry:  nacha.Entry{Code: 27, Routing: ours, AmountCents: 777, Trace: "061000140000001"},
	}
}

func (s *story) anyReceived() {
	i := testItem{s.tenant(), s.id("txn"), s.id("item")}
	in := incoming(i.item, "")
	in.Entry.Code = rapid.SampledFrom([]int{22, 27}).Draw(s.t, "code")
	s.append(about(i, domain.TransactionReceived{TransactionID: i.transaction, Incoming: in, Account: domain.Account{Tail: "4321"}}))
	s.ours = append(s.ours, i)
}

func (s *story) anyJudgement() {
	i, it, ok := s.pick(func(_ domain.Transaction, it *domain.Item) bool {
		return it.State == domain.Pending || it.State == domain.Held
	})
	if !ok {
		return
	}
	events := []domain.Event{
		domain.TransactionRecalled{ItemID: i.item, Reason: "wrong amount"},
		domain.TransactionRejected{ItemID: i.item, Reason: "sanctions"},
		domain.TransactionHeld{ItemID: i.item, Reason: "screening"},
		domain.TransactionAccountChanged{Routing: ours, AccountType: domain.Savings, Account: domain.Account{Tail: "0001"}},
	}
	if it.State == domain.Held {
		events[2] = domain.TransactionApproved{ItemID: i.item}
	}
	s.append(about(i, rapid.SampledFrom(events).Draw(s.t, "judgement")))
}

// anyCut files up to three of one client's waiting items.
func (s *story) anyCut() {
	client := s.tenant()
	var items []testItem
	for range rapid.IntRange(1, 3).Draw(s.t, "entries") {
		i, _, ok := s.pick(func(t domain.Transaction, it *domain.Item) bool {
			mine := testItem{t.Client, t.ID, it.ID}
			return t.Client == client && it.State == domain.Pending && !slices.Contains(items, mine)
		})
		if ok {
			items = append(items, i)
		}
	}
	if len(items) == 0 {
		return
	}
	f := s.openFile(client, "window")
	for chunk := range slices.Chunk(items, 2) {
		s.fill(f, oneEach(chunk))
	}
	s.deliverSome(f)
}

// oneEach leaves one item of each transaction: an append names a stream once.
func oneEach(items []testItem) (kept []testItem) {
	for _, i := range items {
		if !slices.ContainsFunc(kept, func(k testItem) bool { return k.transaction == i.transaction }) {
			kept = append(kept, i)
		}
	}
	return kept
}

func (s *story) deliverSome(f *testFile) {
	for range rapid.IntRange(0, 5).Draw(s.t, "steps") {
		if f.state != domain.FileIsAcked {
			s.advance(f, following(f.state))
		}
	}
}

func (s *story) someFile(ok func(*testFile) bool) *testFile {
	var fit []*testFile
	for _, f := range s.files {
		if ok(f) {
			fit = append(fit, f)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return rapid.SampledFrom(fit).Draw(s.t, "file")
}

func (s *story) anyAdvance() {
	if f := s.someFile(func(f *testFile) bool { return f.state != domain.FileIsAcked }); f != nil {
		s.advance(f, following(f.state))
	}
}

func (s *story) anyRedate() {
	f := s.someFile(func(f *testFile) bool { return f.state == domain.FileIsCut || f.state == domain.FileIsRendered })
	if f == nil {
		return
	}
	dates := map[string]string{"261124": "261125", "261125": "261127"}
	s.append(s.fileEvents(f, domain.FileRedated{Dates: dates, SendBy: s.now.Add(time.Hour), Why: "missed its window"}))
	f.state = domain.FileIsCut
}

// anyRefusal frees the entries of a file, one by one, and then says so.
func (s *story) anyRefusal() {
	f := s.someFile(func(f *testFile) bool { return f.state != domain.FileOpen && len(f.entries) > 0 })
	if f == nil {
		return
	}
	for _, i := range f.entries {
		t, _ := s.fold(i)
		if it, ok := t.Item(i.item); ok && it.Filing != nil && it.Filing.File == f.id {
			s.append(about(i, domain.TransactionReleasedFromFile{ItemID: i.item, File: f.id, Reason: "refused"}))
		}
	}
	s.append(s.fileEvents(f, domain.FileRefused{Reason: "bad header"}))
	f.entries = nil
}

func (s *story) anyIncoming() {
	i, it, ok := s.pick(func(_ domain.Transaction, it *domain.Item) bool { return it.State == domain.Filed })
	if !ok {
		return
	}
	in := incoming(s.id("item"), it.ID)
	returned := in
	returned.Entry.Return = &nacha.Return{Code: "R01", OriginalTrace: it.Filing.Trace, OriginalRouting: theirs[:8]}
	corrected := in
	corrected.Entry.Correction = &nacha.Correction{Code: "C01", OriginalTrace: it.Filing.Trace, OriginalRouting: theirs[:8]}
	dishonored := in
	dishonored.Entry.Dishonored = &nacha.Dishonored{Code: "R68", ReturnCode: "01"}
	contested := in
	contested.Entry.Contested = &nacha.Contested{Code: "R73"}
	s.append(about(i, rapid.SampledFrom([]domain.Event{
		domain.TransactionReturned{Incoming: returned}, domain.TransactionCorrected{Incoming: corrected},
		domain.TransactionDishonored{Incoming: dishonored}, domain.TransactionContested{Incoming: contested},
	}).Draw(s.t, "answer")))
}

func (s *story) anyOutgoing() {
	i, it, ok := s.pick(func(_ domain.Transaction, it *domain.Item) bool { return it.State == domain.InHand })
	if !ok {
		return
	}
	out := domain.Outgoing{ItemID: s.id("item"), ReplyTo: it.ID, Code: "R10", Reason: "unauthorized"}
	if rapid.Bool().Draw(s.t, "hurry") {
		out.LeaveBy = s.now.Add(time.Duration(rapid.IntRange(1, 50).Draw(s.t, "hours")) * time.Hour).Format(time.RFC3339)
	}
	t, _ := s.fold(i)
	events := []domain.Event{domain.TransactionReturnRequested{Outgoing: out}, domain.TransactionContestRequested{Outgoing: out}}
	if t.Originated != nil {
		events = []domain.Event{domain.TransactionRetryRequested{Outgoing: out}, domain.TransactionReversalRequested{Outgoing: out},
			domain.TransactionDishonorRequested{Outgoing: out}, domain.TransactionRefusalRequested{Outgoing: out}}
	}
	s.append(about(i, rapid.SampledFrom(events).Draw(s.t, "request")))
}

func (s *story) anyClient() {
	id := s.tenant()
	versions, err := s.store.Versions(s.ctx, []string{domain.ClientStream(id)})
	s.must(err)
	if versions[domain.ClientStream(id)] == 0 {
		s.openClient(id, ours)
		return
	}
	s.append(ledger.Change{Stream: domain.ClientStream(id), Client: id, Events: []domain.Event{
		rapid.SampledFrom([]domain.Event{
			domain.ClientSuspended{}, domain.ClientResumed{},
			domain.ClientChanged{Settings: domain.Settings{Name: "New " + id, ODFIs: []string{theirs, ours}}},
		}).Draw(s.t, "change"),
	}})
}

func (s *story) anyCredential() {
	client := s.tenant()
	key := fmt.Sprintf("key-%s-%d", client, rapid.IntRange(1, 3).Draw(s.t, "key"))
	event := rapid.SampledFrom([]domain.Event{
		domain.CredentialIssued{Key: key, Client: client, Scopes: domain.FirstScopes}, domain.CredentialRevoked{},
	}).Draw(s.t, "event")
	s.append(ledger.Change{Stream: domain.CredentialStream(key), Client: client, Events: []domain.Event{event}})
}

// later is an event of a version of achledger that is yet to come.
type later struct {
	Mystery string `json:"mystery"`
}

func (later) Type() string { return "transaction.blessed" }

func (s *story) unknown() {
	if i, _, ok := s.pick(func(domain.Transaction, *domain.Item) bool { return true }); ok {
		s.append(about(i, later{"x"}))
	}
}

func (s *story) timePasses() {
	s.now = s.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(s.t, "hours")) * time.Hour)
}
