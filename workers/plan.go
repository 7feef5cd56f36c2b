package workers

import (
	"strconv"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// waiting is an item that waits for a file, with the kind of its entry.
type waiting struct {
	projections.Waiting
	kind nacha.Kind
}

// plannedFile is what goes into one file. The log may still refuse some of
// it: an item that was recalled meanwhile drops out.
type plannedFile struct {
	batches []domain.FileBatch // service class and number are decided when their first entry is filed
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

	// made begins the transaction in the same append, where a client asked
	// for a file as a whole.
	made []domain.Event
}

// totals is what the entry adds to its batch and its file.
func (e *entry) totals() nacha.Totals {
	rdfi, _ := strconv.ParseInt(e.routing[:8], 10, 64) // nine digits, checked at the door
	t := nacha.Totals{Entries: 1, Addenda: e.addenda, EntryHash: rdfi}
	if nacha.TransactionCode(e.code).Debit() {
		t.DebitCents = e.cents
	} else {
		t.CreditCents = e.cents
	}
	return t
}

// plan dates what is due now, puts it into batches and those into files.
// Batches stand in the order of their first entry in the log, which is the
// order of waiting.
func plan(now time.Time, items []waiting, l Limits) []plannedFile {
	var groups []*group
	index := map[groupKey]*group{}
	for _, w := range items {
		key, due := keyOf(now, w)
		if !due {
			continue
		}
		g, ok := index[key]
		if !ok {
			g = &group{header: key.batch()}
			index[key] = g
			groups = append(groups, g)
		}
		g.add(w)
	}
	p := packer{limits: l}
	for _, g := range groups {
		p.pack(g)
	}
	return p.files
}

// groupKey is what the entries of a batch have in common.
type groupKey struct {
	header nacha.BatchHeader // without IAT, service class and number
	iat    nacha.IATHeader
	isIAT  bool
	kind   nacha.Kind
}

// keyOf decides an item's effective date and with it its batch. Answers bear
// the date of the entry they answer, and are due at once.
func keyOf(now time.Time, w waiting) (key groupKey, due bool) {
	key = groupKey{header: w.Header, kind: w.kind}
	if w.Header.IAT != nil {
		key.iat, key.isIAT = *w.Header.IAT, true
	}
	key.header.IAT, key.header.ServiceClass, key.header.Number, key.header.SettlementDay = nil, 0, 0, ""
	if w.kind != nacha.KindForward {
		return key, true
	}
	d := calendar.Effective(now, request(w))
	key.header.EffectiveOn = d.EffectiveOn.YYMMDD()
	return key, d.Due
}

func request(w waiting) calendar.Request {
	asked, _ := calendar.ParseDate(w.EffectiveOn) // checked at the door; zero: as soon as possible
	kind := calendar.Credit
	if nacha.TransactionCode(w.Code).Debit() {
		kind = calendar.Debit
	}
	return calendar.Request{AskedOn: asked, SameDay: w.SameDay, SEC: w.Header.SEC, Kind: kind, AmountCents: w.AmountCents}
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
	entries []entry
}

func (g *group) add(w waiting) {
	g.entries = append(g.entries, entry{
		transaction: w.TransactionID, item: w.ItemID, version: w.Version,
		code: w.Code, routing: w.Routing, cents: w.AmountCents, addenda: w.Addenda,
	})
}
