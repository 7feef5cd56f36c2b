package workers

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// plannedFile is the planned content of one file. The log may still refuse some
// of it: an item that was recalled meanwhile drops out.
type plannedFile struct {
	batches []domain.FileBatch // service class and number are decided when the first entry is filed
	entries []entry            // batch by batch, in log order within each
}

// entry is one entry to be filed.
type entry struct {
	transaction string
	item        string
	version     int64 // of the transaction's stream
	batch       int   // in plannedFile.batches

	code    int
	routing string
	cents   int64
	addenda int
	dated   *domain.Dated // nil: it leaves with the date that was asked for
	leaveBy time.Time     // zero: there is no deadline
	over    *domain.Over  // the relationship whose account it uses; nil for most

	// made are the events that begin the transaction in the same append, for an
	// entry of a client's own file.
	made []domain.Event
}

// misses reports whether the entry began its transaction with an account that a
// notification of change had corrected.
func (e *entry) misses() bool {
	begun, ok := e.begun()
	return ok && begun.Missed != nil
}

// misdescribed reports whether the client's rule is against its description.
func (e *entry) misdescribed() bool {
	begun, ok := e.begun()
	return ok && begun.Misdescribed != ""
}

// begun is the event that begins its transaction; ok is false where that is in
// the log already.
func (e *entry) begun() (begun domain.TransactionOriginated, ok bool) {
	if len(e.made) == 0 {
		return begun, false
	}
	begun, ok = e.made[0].(domain.TransactionOriginated)
	return begun, ok
}

// totals is what the entry adds to its batch and its file.
func (e *entry) totals() nacha.Totals {
	rdfi, _ := strconv.ParseInt(e.routing[:8], 10, 64) // nine digits, checked when it was accepted
	t := nacha.Totals{Entries: 1, Addenda: e.addenda, EntryHash: rdfi}
	if nacha.TransactionCode(e.code).Debit() {
		t.DebitCents = e.cents
	} else {
		t.CreditCents = e.cents
	}
	return t
}

// kinds has the record kind of each answer, by item. Any other item starts a
// payment.
type kinds map[string]nacha.Kind

func (k kinds) of(item string) nacha.Kind {
	if kind, ok := k[item]; ok {
		return kind
	}
	return nacha.KindForward
}

// planner dates the items that are due at an instant and distributes them over
// batches and files.
type planner struct {
	now    time.Time
	bank   domain.Bank
	client domain.Settings
	limits Limits
	groups []*group
	index  map[groupKey]*group
	newest struct { // the group of the item before, which most items share
		key   groupKey
		group *group
	}
	dates dates
	count int // entries and offsets
}

// add takes items in log order. k has the kinds of the answers among them.
// Answers and entries never share a batch, so either may come first.
func (p *planner) add(items []projections.QueuedItem, k kinds) {
	if p.index == nil {
		p.index = map[groupKey]*group{}
	}
	for i := range items {
		w := &items[i]
		key, dated, due := p.keyOf(w, k.of(w.ItemID))
		if !due {
			continue
		}
		key.segment = p.bank.SegmentOf(key.header.SEC, w.Debit())
		if p.newest.group == nil || p.newest.key != key {
			p.newest.key, p.newest.group = key, p.groupOf(key, w.Position)
		}
		p.newest.group.add(w, dated)
		p.count++
	}
}

// groupOf returns the group of a key. It begins one with the item at a position
// if there is none.
func (p *planner) groupOf(key groupKey, position int64) *group {
	if g, ok := p.index[key]; ok {
		return g
	}
	g := &group{header: key.batch(), segment: key.segment, first: position}
	if !g.header.Answers {
		g.header.Balance = p.bank.Offset(p.client, key.header.CompanyID, key.header.SEC)
	}
	p.index[key] = g
	p.groups = append(p.groups, g)
	p.count += g.header.Offsets()
	return g
}

// files returns the files that hold everything planned. Batches stand in the
// order of their first entry in the log. The planner is empty afterwards.
func (p *planner) files() []plannedFile {
	slices.SortStableFunc(p.groups, func(a, b *group) int { return cmp.Compare(a.first, b.first) })
	p.index, p.newest.group = nil, nil
	packers, segments := map[string]*packer{}, []string{}
	for i, g := range p.groups {
		if packers[g.segment] == nil {
			packers[g.segment], segments = &packer{limits: p.limits}, append(segments, g.segment)
		}
		packers[g.segment].pack(g)
		p.groups[i] = nil
	}
	var files []plannedFile
	for _, s := range segments {
		files = append(files, packers[s].files...)
	}
	return files
}

// groupKey is what all entries of a batch have in common.
type groupKey struct {
	header nacha.BatchHeader // without IAT, service class and number
	iat    nacha.IATHeader
	isIAT  bool
	kind   nacha.Kind

	segment string // segment of the bank's files
}

// keyOf decides an item's effective date and thereby its batch. Answers keep
// the date of the entry they answer and are due at once. An item whose deadline
// has passed is no longer due.
func (p *planner) keyOf(w *projections.QueuedItem, kind nacha.Kind) (key groupKey, dated decided, due bool) {
	key = groupKey{header: w.Header, kind: kind}
	if w.Header.IAT != nil {
		key.iat, key.isIAT = *w.Header.IAT, true
	}
	key.header.IAT, key.header.ServiceClass, key.header.Number, key.header.SettlementDay = nil, 0, 0, ""
	if answers.Late(w.LeaveBy, p.now) {
		return key, dated, false
	}
	if kind != nacha.KindForward {
		return key, dated, true
	}
	d := p.dates.of(p.now, w.Request())
	key.header.EffectiveOn = d.effectiveOn
	asked := w.Kind != domain.Reversal // its date is that of its entry, and nobody asked for it
	if asked && (d.decision.Moved != "" || d.decision.NotSameDay != "") {
		dated.Dated = &domain.Dated{MovedReason: d.decision.Moved, NotSameDayReason: d.decision.NotSameDay}
	}
	dated.by = d.decision.Terms
	return key, dated, d.decision.Due
}

// dates decides the dates of one item after another at one instant. Most items
// ask for the dates that the item before asked for.
type dates struct {
	asked       calendar.Request
	decision    calendar.Decision
	effectiveOn string // YYMMDD; empty before the first
}

func (d *dates) of(now time.Time, asked calendar.Request) *dates {
	if !asked.SameDay {
		asked.AmountCents = 0 // only whether an entry may settle on the same day depends on it
	}
	if d.effectiveOn == "" || d.asked != asked {
		d.asked, d.decision = asked, calendar.Effective(now, asked)
		d.effectiveOn = d.decision.EffectiveOn.YYMMDD()
	}
	return d
}

// decided explains the date of an entry.
type decided struct {
	*domain.Dated        // nil: the date that was asked for
	by            string // the bank's terms, if no date was asked for
}

// batch is the header that the key's entries share.
func (k groupKey) batch() domain.FileBatch {
	b := domain.FileBatch{BatchHeader: k.header, Answers: k.kind != nacha.KindForward}
	if k.isIAT {
		b.IAT = &k.iat
	}
	return b
}

// group holds the entries of one key.
type group struct {
	header  domain.FileBatch
	segment string
	first   int64 // log position of its first entry
	entries []entry
}

func (g *group) add(w *projections.QueuedItem, dated decided) {
	g.header.DatedBy = cmp.Or(g.header.DatedBy, dated.by)
	g.entries = append(g.entries, entry{
		transaction: w.TransactionID, item: w.ItemID, version: w.Version,
		code: w.Code, routing: w.Routing, cents: w.AmountCents, addenda: w.Addenda, dated: dated.Dated, leaveBy: w.LeaveBy, over: w.Over,
	})
}
