package projections

import (
	"cmp"
	"encoding/json"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
)

// itemRow is an item according to its transaction's stream alone. Both the rows
// of the items table and the results of DescribeItems are made from it, so they
// agree.
type itemRow struct {
	position    int64
	client      string
	transaction string
	id          string
	kind        domain.ItemKind
	direction   domain.Direction
	status      string
	reason      string
	replyTo     string
	cents       int64
	madeAt      int64
	changed     int64
	code        string
	corrected   string
	information string // addenda information, account numbers masked
	died        string // date of death
	statement   string // when the receiver's statement was reviewed
	heldBy      string // JSON of the rule that holds or rejected it
	decision    string // JSON of Decision
	request     string // JSON of Request
	missed      string // JSON of domain.MissedCorrection
	file        string // that it is in, if any
	batch       int
	trace       string
	effectiveOn string // of an entry from the bank
	settledOn   string
	inFile      string // file that it was made with
	steps       []step
}

// appendItems appends the items of a transaction.
func appendItems(items []itemRow, t *domain.Transaction) []itemRow {
	for _, i := range t.Items {
		items = append(items, itemOf(t, i))
	}
	return items
}

func itemOf(t *domain.Transaction, i *domain.Item) itemRow {
	it := itemRow{
		position: i.Position, client: t.Client, transaction: t.ID, id: i.ID,
		kind: i.Kind, direction: i.Direction, status: statusOf(i.State), reason: i.Reason, replyTo: i.ReplyTo,
		cents: i.AmountCents, madeAt: micros(i.MadeAt), changed: i.ChangedAt,
		settledOn: i.SettledOn, steps: stepsOf(i),
	}
	if i.State == domain.Held && it.reason == "" {
		it.reason = "held" // the reason distinguishes a held item from one that waits for a file
	}
	if i.HeldBy != nil {
		it.heldBy = jsonOf(i.HeldBy)
	}
	if d := DecisionOf(i); d != nil {
		it.decision = jsonOf(d)
	}
	if r := RequestOf(t, i); r != nil {
		it.request = jsonOf(r)
	}
	if i.AskedBack != nil && it.reason == "" {
		it.reason = i.AskedBack.Reason
	}
	if t.Originated != nil && t.Originated.Missed != nil && i.Kind == domain.Origination {
		it.missed = jsonOf(t.Originated.Missed)
	}
	if t.Originated != nil {
		it.inFile = t.Originated.InFile
	}
	if f := i.Filing; f != nil {
		it.file, it.batch, it.trace = f.File, f.Batch, f.Trace
	}
	if in := i.Incoming; in != nil {
		it.code, _ = in.Entry.AnswerAndOriginal()
		it.corrected = in.DataMasked
		it.trace, it.effectiveOn = in.Entry.Trace, isoDate(in.Header.EffectiveOn)
		if r := in.Entry.Return; r != nil {
			it.information, it.died = domain.MaskAccount(r.Information, t.Account), diedOn(r.DateOfDeath)
		}
	}
	if out := i.Outgoing; out != nil {
		it.code, it.corrected = out.Code, out.DataMasked
		it.information, it.died = domain.MaskAccount(out.Information, t.Account), out.DateOfDeath
		it.statement = out.StatementOn
		it.reason = cmp.Or(it.reason, out.Reason)
	}
	return it
}

// jsonOf encodes a value of strings, numbers and times.
func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // such a value can always be encoded
	}
	return string(text)
}

// readJSON is the inverse of jsonOf; nil for "", and for what a later release
// wrote in another form.
func readJSON[T any](text string) *T {
	if text == "" {
		return nil
	}
	v := new(T)
	if json.Unmarshal([]byte(text), v) != nil {
		return nil
	}
	return v
}

// diedOn converts the date of death of a record; "" if it is not a date.
func diedOn(yymmdd string) string {
	d, err := calendar.ParseYYMMDD(yymmdd)
	if err != nil {
		return ""
	}
	return d.String()
}

// filePlace is what an item's row takes from files: from its own, if it is in
// one, and from those it was released from before.
type filePlace struct {
	file        string
	transmitted bool
	effectiveOn string           // of its batch
	delivered   func(step) int64 // when the file of a step was delivered, 0 if it was not
}

// describe combines the item's own fields with those of its files.
func (it *itemRow) describe(p filePlace) Item {
	d := Item{
		Client: it.client, TransactionID: it.transaction, ItemID: it.id,
		Kind: it.kind, Direction: it.direction, Status: it.status, Reason: it.reason,
		AmountCents: it.cents, MadeAt: instant(it.madeAt), ReplyTo: it.replyTo,
		Code: it.code, CorrectedData: it.corrected, Trace: it.trace,
		Information: it.information, DateOfDeath: it.died, StatementDate: it.statement,
		FileID: p.file, EffectiveOn: it.effectiveOn, SettledOn: it.settledOn,
		History: historyOf(it.steps, p.delivered), Position: it.changed,
		HeldBy: readJSON[guard.HeldBy](it.heldBy), Request: readJSON[Request](it.request),
		Missed: readJSON[domain.MissedCorrection](it.missed), Decision: readJSON[Decision](it.decision),
	}
	if p.transmitted {
		d.Status = Transmitted
	}
	if p.effectiveOn != "" {
		d.EffectiveOn = p.effectiveOn
	}
	return d
}
