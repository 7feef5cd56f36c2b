package workers

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/testseed"
)

// Histories of posts, recalls, judgements of people, cuts, releases, restarts,
// rebuilds and settings, read back from the log by a model that adds up lists:
// no limit is passed by what a person did not approve, nothing is held without
// need or twice for one rule, and nothing leaves that waits for its approval.
// ACHLEDGER_HISTORIES says how many.
func TestNoLimitIsEverPassed(t *testing.T) {
	histories := 12
	if n, err := strconv.Atoi(os.Getenv("ACHLEDGER_HISTORIES")); err == nil {
		histories = n
	}
	first := testseed.Of(t, 20261129)
	for s := first; s < first+uint64(histories); s++ {
		t.Run(fmt.Sprintf("seed %d", s), func(t *testing.T) {
			h := &guarding{bank: openBank(t, bounded(), func(s *domain.Settings) {
				s.CompanyIdentifications = []string{"1840000017", "1840000025"}
				s.Batching.MaxAge, s.SECCodes = "5h", append(s.SECCodes, "WEB")
			}), random: rand.New(rand.NewPCG(s, 2)), calm: s%2 == 0}
			h.client("other", func(s *domain.Settings) {
				s.CompanyIdentifications, s.SECCodes = []string{"1840000017"}, append(s.SECCodes, "WEB")
			})
			h.changeLimits()
			for range 50 {
				h.act()
			}
			h.sweep()
			h.check()
		})
	}
}

// guarding is a history. In a calm one nothing makes the guard judge anew, so
// that an entry is judged by what came before it in the log and nothing else:
// then the model knows exactly what has to wait.
type guarding struct {
	*bank
	random *rand.Rand
	calm   bool
	posted [][2]string // client and transaction
	doubts []doubt
	terms  *calendar.Terms        // of the bank
	looked map[string]guard.Rules // duplicates and web_debits in force, by prefix of their rules' names
}

func (h *guarding) act() {
	most := 100
	if h.calm {
		most = 85
	}
	switch n := h.random.IntN(most); {
	case n < 45:
		h.posts()
	case n < 58:
		h.judges()
	case n < 60:
		h.comesBackOrNot()
	case n < 85:
		h.clock.Set(h.clock.Now().Add(time.Duration(h.random.IntN([]int{100, 400, 4000}[h.random.IntN(3)])) * time.Minute))
		h.sweep()
	case n < 89:
		h.restart()
	case n < 92:
		h.rebuilt()
	case n < 96:
		h.releasesFile()
	default:
		h.changeLimits()
	}
}

func (h *guarding) posts() {
	client := []string{gym, gym, "other"}[h.random.IntN(3)]
	p := pull(len(h.posted)+1, cents(int64(h.random.IntN(12))*50_00))
	if h.random.IntN(4) == 0 {
		p.PushPull = domain.Push
	}
	if client == gym && h.random.IntN(3) == 0 {
		p.CompanyID = "1840000025"
	}
	switch h.random.IntN(4) {
	case 0:
		p.SameDay = client == gym
	case 1:
		p.EffectiveOn = calendar.DateOf(h.clock.Now()).Add(h.random.IntN(5)).String()
	}
	if p.PushPull == domain.Pull && h.random.IntN(3) == 0 {
		fromWeb(&p)
	}
	number := fmt.Sprint(880000 + len(h.posted))
	if h.random.IntN(3) > 0 {
		number = fmt.Sprint(770000 + h.random.IntN(3))
	}
	h.posted = append(h.posted, [2]string{client, h.postTo(client, number, p)})
}

// comesBackOrNot has the bank send back an entry that was delivered.
func (h *guarding) comesBackOrNot() {
	if len(h.posted) == 0 {
		return
	}
	of := h.posted[h.random.IntN(len(h.posted))]
	t, err := h.Transaction(h.t.Context(), of[0], of[1])
	must(h.t, err)
	if i := t.Origination(); of[0] == gym && i.State == domain.Filed && len(t.Items) == 1 {
		if f, err := h.File(h.t.Context(), i.Filing.File); err == nil && f.State == domain.FileIsDelivered {
			h.comesBack(of[1], []string{"R01", "R03", "R10"}[h.random.IntN(3)])
		}
	}
}

// judges lets the client or a person say something about an entry, whether it
// may be said or not.
func (h *guarding) judges() {
	if len(h.posted) == 0 {
		return
	}
	n := h.random.IntN(len(h.posted))
	if recent := len(h.posted) - 6; recent > 0 {
		n = recent + h.random.IntN(6)
	}
	client, id := h.posted[n][0], h.posted[n][1]
	decide := []func(domain.Transaction) ([]domain.Event, error){
		domain.Recall{ItemID: itemOf(id)}.Decide,
		domain.Hold{ItemID: itemOf(id), Reason: "a person"}.Decide,
		domain.Reject{ItemID: itemOf(id), Reason: "a person"}.Decide,
		domain.Approve{ItemID: itemOf(id)}.Decide,
		domain.Approve{ItemID: itemOf(id)}.Decide,
	}[h.random.IntN(5)]
	_, err := ledger.Execute(h.t.Context(), h.Ledger, ledger.TransactionStream(client, id), decide)
	if domain.CodeOf(err) == "" {
		must(h.t, err)
	}
}

// releasesFile takes back a file that was cut and not delivered.
func (h *guarding) releasesFile() {
	must(h.t, h.batcher.cutAll(h.t.Context()))
	for _, f := range h.cutFiles() {
		if f.State == domain.FileIsCut {
			must(h.t, h.files.Release(h.t.Context(), f.ID, domain.ReleaseFile{Reason: "wrong", Then: domain.ThenWait}))
			return
		}
	}
}

// changeLimits sets others, between sweeps: the model knows for what the guard
// had judged.
func (h *guarding) changeLimits() {
	h.sweep()
	bank := guard.Rules{Limits: []guard.Limit{daily(int64(3+h.random.IntN(3)) * 500_00)}}
	if h.random.IntN(3) == 0 {
		bank.Duplicates = &guard.Duplicates{Days: 1, Action: guard.Hold}
	}
	h.changeClient(gym, func(c *domain.ChangeClient) {
		c.Settings.Duplicates, c.Settings.WebDebits = nil, []guard.Action{"", guard.Allow, guard.Hold, guard.Reject}[h.random.IntN(4)]
		if h.random.IntN(2) == 0 {
			c.Settings.Duplicates = &guard.Duplicates{Days: h.random.IntN(6), Action: []guard.Action{guard.Warn, guard.Hold, guard.Hold, guard.Reject}[h.random.IntN(4)]}
		}
		c.Settings.Limits = []guard.Limit{daily(int64(1+h.random.IntN(4)) * 500_00)}
		switch h.random.IntN(4) {
		case 0:
			c.Settings.Limits = append(c.Settings.Limits,
				guard.Limit{Direction: guard.Debit, Per: guard.PerBankingDays, Days: 2, Cents: 2000_00, Company: "1840000025", Action: guard.Hold})
		case 1:
			c.Settings.Limits = append(c.Settings.Limits, guard.Limit{Direction: guard.Credit, Per: guard.PerBankingDay, Count: 2, Action: guard.Reject})
		case 2:
			c.Settings.Limits = append(c.Settings.Limits, guard.Limit{Direction: guard.Debit, Per: guard.PerEntry, Cents: 300_00, Action: guard.Hold})
		}
	})
	_, err := ledger.Execute(h.t.Context(), h.Ledger, ledger.BankStream(ourBank), domain.ConfigureBank{
		Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox},
		Rules: bank, BankProfile: domain.BankProfile{Terms: h.anyTerms()},
	}.Decide)
	must(h.t, err)
	h.sweep()
}

// anyTerms are FedACH's, or a bank's own: other lead days, other deadlines.
func (h *guarding) anyTerms() (t calendar.Terms) {
	days := func() *int { n := h.random.IntN(3); return &n }
	switch h.random.IntN(4) {
	case 0:
		t.LeadDays = &calendar.LeadDays{Credit: days(), Debit: days(), BySEC: map[string]calendar.LeadDays{"WEB": {Debit: days()}}}
	case 1:
		t.LeadDays = &calendar.LeadDays{Credit: days()}
		t.Deadlines = []calendar.BankDeadline{{At: "17:00", Settles: calendar.SettlesByLeadDays}}
	case 2:
		t.Deadlines = []calendar.BankDeadline{
			{At: "11:00", Settles: calendar.SettlesSameDay}, {At: "15:30", Days: []string{"mon", "tue", "thu"}, Settles: calendar.SettlesByLeadDays},
			{At: "21:00", Days: []string{"fri"}, Settles: calendar.SettlesByLeadDays},
		}
		t.TimeZone = []string{"", "America/Los_Angeles"}[h.random.IntN(2)]
	}
	return t
}

// doubt is a hold for which the model sees no need yet: what the same cut moves
// to its day is filed behind it.
type doubt struct {
	n  *naive
	by guard.HeldBy
}

// naive is an entry as the model has it.
type naive struct {
	*domain.Item
	t        domain.Transaction
	counts   bool
	filed    bool
	settles  calendar.Date
	made     calendar.Date
	company  string
	debit    bool
	heldOnce map[string]bool
	waived   map[string]bool
	crossed  []string // rules that it would have passed when it began to count

	begun    int64         // log position at which it began to count last
	madeFor  calendar.Date // it was expected to settle when it was made
	code     string        // it came back with
	returned int64         // log position of that
}

// begins judges an entry that begins to count.
func (h *guarding) begins(rules map[string][]rule, order []*naive, n *naive, at int64) {
	n.begun = at
	now := append(h.lookedBack(order, n), over(rules, order, n)...)
	n.crossed = append(n.crossed, now...)
	n.counts = !h.calm || len(now) == 0
}

// lookedBack are the rules that hold an entry by what was sent before it, and
// that nobody waived.
func (h *guarding) lookedBack(order []*naive, n *naive) (names []string) {
	for _, prefix := range []string{"", "odfi/" + ourBank + "/"} {
		rules := h.looked[prefix]
		if prefix == "" && n.t.Client != gym || n.AmountCents == 0 {
			continue
		}
		if d := rules.Duplicates; d != nil && d.Action != guard.Warn && !n.waived[prefix+"duplicates"] &&
			slices.ContainsFunc(order, func(o *naive) bool { return o.counts && n.alike(o, d.Days) }) {
			names = append(names, prefix+"duplicates")
		}
		if (rules.WebDebits == guard.Hold || rules.WebDebits == guard.Reject) && !n.waived[prefix+"web_debits"] && n.unknown(order) {
			names = append(names, prefix+"web_debits")
		}
	}
	return names
}

// sameAccount reports whether another entry of the client's goes to the account.
func (n *naive) sameAccount(o *naive) bool {
	return o != n && o.t.Client == n.t.Client && o.t.Account.Fingerprint == n.t.Account.Fingerprint
}

// alike reports whether two entries are the same payment, but for some days.
func (n *naive) alike(o *naive, days int) bool {
	apart := o.madeFor.Sub(n.madeFor)
	return n.sameAccount(o) && o.AmountCents == n.AmountCents && o.debit == n.debit && max(apart, -apart) <= days &&
		o.t.Originated.Proposal.SEC == n.t.Originated.Proposal.SEC
}

// unknown reports whether an entry is a WEB debit to an account of which
// nothing good was known when it began to count.
func (n *naive) unknown(order []*naive) bool {
	if n.t.Originated.Proposal.SEC != "WEB" || !n.debit {
		return false
	}
	for _, o := range slices.Backward(order) {
		if !n.sameAccount(o) || o.Position > n.begun {
			continue
		}
		code := ""
		if o.returned < n.begun {
			code = o.code
		}
		switch {
		case code == "R03":
			return true
		case code == "" && o.filed && !n.made.Before(calendar.AddBankingDays(o.settles, 3)):
			return false
		}
	}
	return true
}

// rule is a limit in force.
type rule struct {
	guard.Limit
	client string // empty: all
	name   string
}

// check reads the log from its beginning.
func (h *guarding) check() {
	entries := map[string]*naive{}
	order := []*naive{}
	rules := map[string][]rule{} // by owner
	h.looked = map[string]guard.Rules{}
	files := map[string]*domain.File{}
	for after := int64(0); ; {
		page, err := h.store.ReadAll(h.t.Context(), after, 1000)
		must(h.t, err)
		if len(page) == 0 {
			for _, d := range h.doubts {
				h.t.Errorf("%s with %d cents is stopped without need: %+v", d.n.ID, d.n.AmountCents, d.by)
			}
			return
		}
		for _, r := range page {
			after = r.Position
			f, err := ledger.Fact(r)
			must(h.t, err)
			switch e := f.Event.(type) {
			case *domain.ClientChanged:
				h.looked[""], rules[r.Client] = e.Settings.Rules, nil
				for _, l := range e.Settings.Limits {
					rules[r.Client] = append(rules[r.Client], rule{l, r.Client, l.Name()})
				}
			case *domain.BankConfigured:
				h.looked["odfi/"+e.Routing+"/"], rules[""], h.terms = e.Rules, nil, &e.Terms
				for _, n := range order { // what waits settles by the new terms
					if !n.filed {
						n.expect(h.terms)
					}
				}
				for _, l := range e.Limits {
					rules[""] = append(rules[""], rule{l, "", "odfi/" + e.Routing + "/" + l.Name()})
				}
			case *domain.TransactionOriginated:
				n := &naive{t: domain.Transaction{Client: r.Client}, heldOnce: map[string]bool{}, waived: map[string]bool{}, counts: true}
				n.t.Evolve(f)
				n.Item, n.company, n.debit = n.t.Origination(), e.Proposal.CompanyID, e.Proposal.PushPull == domain.Pull
				n.made = calendar.OnOrAfter(calendar.DateOf(f.Meta.At))
				n.expect(nil)
				n.madeFor = n.settles
				n.expect(h.terms)
				h.begins(rules, order, n, r.Position)
				entries[e.ItemID], order = n, append(order, n)
			case *domain.TransactionHeld:
				h.stopped(rules, order, entries[e.ItemID], e.By)
				entries[e.ItemID].t.Evolve(f)
			case *domain.TransactionRejected:
				h.stopped(rules, order, entries[e.ItemID], e.By)
				entries[e.ItemID].t.Evolve(f)
			case *domain.TransactionRecalled:
				entries[e.ItemID].counts = false
				entries[e.ItemID].t.Evolve(f)
			case *domain.TransactionApproved:
				n := entries[e.ItemID]
				if n.HeldBy != nil {
					n.waived[n.HeldBy.Rule] = true
				}
				n.t.Evolve(f)
				n.expect(h.terms)
				h.begins(rules, order, n, r.Position)
			case *domain.TransactionReturned:
				n := entries[e.ReplyTo]
				n.code, n.returned = e.Entry.Return.Code, r.Position
			case *domain.FileOpened:
				files[e.FileID] = &domain.File{}
				files[e.FileID].Evolve(f)
			case *domain.FileFilled:
				files[uuidOf(r.Stream)].Evolve(f)
			case *domain.TransactionFiled:
				n := entries[e.ItemID]
				on, err := calendar.ParseYYMMDD(files[e.File].Batches[e.Batch-1].EffectiveOn)
				must(h.t, err)
				if !n.counts && n.AmountCents > 0 {
					h.t.Errorf("position %d: %d cents of %s for %s left over %v", r.Position, n.AmountCents, r.Client, n.settles, over(rules, order, n))
				}
				n.t.Evolve(f)
				n.counts, n.filed, n.settles = true, true, on
				h.passed(rules, order, n, r.Position)
				h.leavesTwice(order, n, r.Position)
				h.settleDoubts(rules, order)
			case *domain.TransactionReleasedFromFile:
				n := entries[e.ItemID]
				n.t.Evolve(f)
				n.filed = false
				n.expect(h.terms)
				n.counts = true
			}
		}
	}
}

func uuidOf(stream string) string { return stream[len(stream)-len(uuid.Nil.String()):] }

// expect sets the day by which a waiting entry counts, at a bank with terms.
func (n *naive) expect(bank *calendar.Terms) {
	p := n.t.Originated.Proposal
	asked, _ := calendar.ParseDate(p.EffectiveOn)
	from := n.MadeAt
	if n.NotBefore.After(from) {
		from = n.NotBefore
	}
	kind := calendar.Credit
	if n.debit {
		kind = calendar.Debit
	}
	if !asked.IsZero() && bank.DueAt(asked, p.SEC, kind).After(from) {
		from = bank.DueAt(asked, p.SEC, kind)
	}
	n.settles = calendar.Effective(from, calendar.Request{AskedOn: asked, SameDay: p.SameDay, SEC: p.SEC, Kind: kind, AmountCents: n.AmountCents, Bank: bank}).SettlesOn
}

// concerns reports whether the rule is about the entry.
func (r rule) concerns(n *naive) bool {
	return n.AmountCents > 0 && n.debit == (r.Direction == guard.Debit) && (r.client == "" || r.client == n.t.Client) &&
		(r.Company == "" || r.Company == n.company)
}

// passes reports whether the entry with others would pass the limit.
func (r rule) passes(others []*naive, n *naive, include func(*naive) bool) bool {
	total := func(in func(*naive) bool) bool {
		cents, count := n.AmountCents, int64(1)
		for _, o := range others {
			if o != n && r.concerns(o) && include(o) && in(o) {
				cents, count = cents+o.AmountCents, count+1
			}
		}
		return r.Cents > 0 && cents > r.Cents || r.Count > 0 && count > r.Count
	}
	switch r.Per {
	case guard.PerEntry:
		return total(func(*naive) bool { return false })
	case guard.PerBankingDay:
		return total(func(o *naive) bool { return o.made == n.made })
	case guard.PerSettlementDate:
		return total(func(o *naive) bool { return o.settles == n.settles })
	}
	for first := calendar.AddBankingDays(n.settles, 1-r.Days); !first.After(n.settles); first = calendar.NextBankingDay(first) {
		last := calendar.AddBankingDays(first, r.Days-1)
		if total(func(o *naive) bool { return !o.settles.Before(first) && !o.settles.After(last) }) {
			return true
		}
	}
	return false
}

// over are the rules that an entry would pass and that nobody waived.
func over(rules map[string][]rule, others []*naive, n *naive) (names []string) {
	for _, r := range slices.Concat(rules[n.t.Client], rules[""]) {
		if r.concerns(n) && !n.waived[r.name] && r.passes(others, n, func(o *naive) bool { return o.counts }) {
			names = append(names, r.name)
		}
	}
	return names
}

// stopped checks what the guard stopped: it had to, by what counted then for
// the day it says.
func (h *guarding) stopped(rules map[string][]rule, order []*naive, n *naive, by *guard.HeldBy) {
	n.counts = false
	if by == nil {
		return
	}
	crossed := slices.Contains(n.crossed, by.Rule)
	if h.lookedBackNeeds(order, n, by) {
		crossed = true
	}
	if n.heldOnce[by.Rule] || n.waived[by.Rule] {
		h.t.Errorf("%s is stopped again by %s", n.ID, by.Rule)
	}
	n.heldOnce[by.Rule] = true
	if crossed {
		return
	}
	h.doubts = append(h.doubts, doubt{n, *by})
	h.settleDoubts(rules, order)
}

// lookedBackNeeds reports whether a rule that looks back had to hold an entry:
// rules that are newer than it are held against it as well.
func (h *guarding) lookedBackNeeds(order []*naive, n *naive, by *guard.HeldBy) bool {
	if strings.HasSuffix(by.Rule, "web_debits") {
		return n.unknown(order)
	}
	rules := h.looked[strings.TrimSuffix(by.Rule, "duplicates")]
	return strings.HasSuffix(by.Rule, "duplicates") && rules.Duplicates != nil && slices.ContainsFunc(order, func(o *naive) bool {
		return o.t.ID == by.OtherTransaction && n.alike(o, rules.Duplicates.Days)
	})
}

// leavesTwice checks that what leaves is no second one of what has left, and
// goes to no account that is unknown, unless a person let one of them through.
func (h *guarding) leavesTwice(order []*naive, n *naive, position int64) {
	for prefix, rules := range h.looked {
		if prefix == "" && n.t.Client != gym || n.AmountCents == 0 {
			continue
		}
		if d := rules.Duplicates; d != nil && d.Action != guard.Warn && !n.waived[prefix+"duplicates"] && slices.ContainsFunc(order, func(o *naive) bool {
			return o.filed && n.alike(o, d.Days) && !slices.ContainsFunc(slices.Collect(maps.Keys(o.waived)), guard.IsDuplicates)
		}) {
			h.t.Errorf("position %d: %s leaves twice", position, n.t.ID)
		}
		if (rules.WebDebits == guard.Hold || rules.WebDebits == guard.Reject) && !n.waived[prefix+"web_debits"] && n.unknown(order) {
			h.t.Errorf("position %d: the WEB debit %s leaves to an account that is unknown", position, n.t.ID)
		}
	}
}

func (h *guarding) settleDoubts(rules map[string][]rule, order []*naive) {
	h.doubts = slices.DeleteFunc(h.doubts, func(d doubt) bool { return h.needed(rules, order, *d.n, d.by) })
}

// needed reports whether an entry would pass the limit on the day that it was
// expected to settle on, or that a cut gives it.
func (h *guarding) needed(rules map[string][]rule, order []*naive, n naive, by guard.HeldBy) bool {
	order = slices.DeleteFunc(slices.Clone(order), func(o *naive) bool { return o.ID == n.ID })
	days := []calendar.Date{n.settles}
	for d := range 6 { // or for the day that the cut gave it
		days = append(days, calendar.AddBankingDays(calendar.ProcessingDay(h.clock.Now()), d-5))
		days = append(days, calendar.AddBankingDays(n.settles, d+1))
	}
	for _, n.settles = range days {
		if slices.Contains(over(rules, order, &n), by.Rule) {
			return true
		}
	}
	return false
}

// passed checks a limit at the cut: what is filed stays within it, but for
// what a person let through.
func (h *guarding) passed(rules map[string][]rule, order []*naive, n *naive, position int64) {
	for _, r := range slices.Concat(rules[n.t.Client], rules[""]) {
		if r.concerns(n) && !n.waived[r.name] && r.passes(order, n, func(o *naive) bool { return o.filed && !o.waived[r.name] }) {
			h.t.Errorf("position %d: %d cents of %s pass %s", position, n.AmountCents, n.t.Client, r.name)
		}
	}
}
