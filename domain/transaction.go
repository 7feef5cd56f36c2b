package domain

import (
	"slices"
	"time"

	"github.com/achledger/achledger/domain/guard"
)

// ItemKind is the kind of an item of a transaction.
type ItemKind string

// Kinds of items, as the API spells them.
const (
	Origination   ItemKind = "Origination"
	Return        ItemKind = "Return"
	Correction    ItemKind = "Correction"
	Dishonor      ItemKind = "DishonoredReturn"
	Contest       ItemKind = "ContestedReturn"
	RefusedChange ItemKind = "RefusedCorrection"
	Reversal      ItemKind = "Reversal"
	Retry         ItemKind = "Retry"
	ReturnFee     ItemKind = "ReturnFee"
	ReturnRequest ItemKind = "ReturnRequest"
)

// IsAnswer reports whether the kind never shares a batch with forward entries,
// leaves at the next window whatever the thresholds, and keeps its date.
func (k ItemKind) IsAnswer() bool {
	switch k {
	case Return, Correction, Dishonor, Contest, RefusedChange:
		return true
	default:
		return false
	}
}

// Direction says whether an item is sent or received by us.
type Direction string

// Directions of items.
const (
	ToFed   Direction = "ToFed"
	FromFed Direction = "FromFed"
)

// State is the state of an item in the log. What a view can conclude
// (transmitted, settled) is not a state.
type State string

// States of items. Only FromFed items are InHand. A request for return, which
// leaves in no file, is Asked, and then WasAnswered, Lapsed, Recalled or Rejected.
const (
	Pending     State = "pending"
	Held        State = "held"
	Filed       State = "filed"
	Recalled    State = "recalled"
	Rejected    State = "rejected"
	InHand      State = "in_hand"
	Asked       State = "asked"
	WasAnswered State = "answered"
	Lapsed      State = "lapsed"
)

// Item is one thing that happened to a transaction: its origination or an
// answer to it. The API calls it an event.
type Item struct {
	ID          string
	Kind        ItemKind
	Direction   Direction
	State       State
	Reason      string
	ReplyTo     string // the item it answers
	AmountCents int64
	MadeAt      time.Time
	Position    int64 // of the event that made it
	ChangedAt   int64 // position of the newest event about it
	Filing      *Filing
	History     []Step
	Outgoing    *Outgoing             // answers of ours
	Incoming    *Incoming             // an entry from the bank
	Corrects    *Corrects             // the returned entry that this one replaces; nil: none
	CorrectedBy string                // of a return R11: the transaction that corrects the returned entry
	AskedBack   *TransactionAskedBack // requests for return
	AnsweredBy  string                // the return that answered a request for it
	SettledOn   string                // of an entry from the bank, YYYY-MM-DD
	Undecided   *Undecided            // of a payment to an account whose client decides; nil: it does not
	Decided     *TransactionDecided   // the decision; nil if none is needed, or made yet
	NotBefore   time.Time             // it was released from a file and goes into no other before this time; zero: it was not
	Resembles   *TransactionResembled // a similar entry that may be the same; nil if there is none
	HeldBy      *guard.HeldBy         // the rule that holds it; nil if none does
	Waived      []string              // rules of the guard over which a person approved it
	ApprovedAt  int64                 // log position of its newest approval; 0: there was none
	Refusals    int                   // how often the operator refused a file, or a batch, that it was in
}

// Waits reports whether the item waits to be filed, held or not.
func (i *Item) Waits() bool { return i.State == Pending || i.State == Held }

// Presents reports whether the item moves the money of an entry of ours: the
// entry itself, or a retry that presents it again.
func (i *Item) Presents() bool {
	return i.Direction == ToFed && (i.Kind == Origination || i.Kind == Retry)
}

// LastPresentment returns the newest presentment of the entry that is in a file;
// otherwise the entry.
func (t *Transaction) LastPresentment() *Item {
	for _, i := range slices.Backward(t.Items) {
		if i.Presents() && i.State == Filed {
			return i
		}
	}
	return t.Origination()
}

// TimesMoved is how often the money of an entry of ours moved: each presentment that
// is in a file moves it, and each return of one that stands takes it back. It is below
// zero where a bank returned the entry more often than it was presented.
func (t *Transaction) TimesMoved() (n int) {
	for _, i := range t.Items {
		if i.Presents() && i.State == Filed {
			n++
		}
	}
	return n - t.standingReturns()
}

// IsBack reports whether the money of an entry of ours is back, since a return of it
// stands and nothing presented it again after that.
func (t *Transaction) IsBack() bool { return t.standingReturns() > 0 && t.TimesMoved() < 1 }

// standingReturns counts the returns of presentments that no dishonor sent back.
func (t *Transaction) standingReturns() (n int) {
	for _, r := range t.Items {
		if r.Kind != Return || r.Direction != FromFed || t.SentBack(r) {
			continue
		}
		if p, ok := t.Item(r.ReplyTo); ok && p.Presents() {
			n++
		}
	}
	return n
}

// SharesAccount reports whether an item of the kind leaves with the account of
// its transaction: an entry, and what follows it in our own name. A notification
// of change about the entry is about them too. Source: NACHA Operating Rules,
// which require an originator to make a correction before its next entry.
func (k ItemKind) SharesAccount() bool {
	return k == Origination || k == Retry || k == Reversal || k == ReturnFee
}

// LeaveBy is the last moment at which an item may leave, if there is one.
func (i *Item) LeaveBy() (by time.Time, ok bool) {
	text := ""
	switch {
	case i.Outgoing != nil:
		text = i.Outgoing.LeaveBy
	case i.Corrects != nil:
		text = i.Corrects.LeaveBy
	}
	if text == "" { // as in most items; making an error takes longer
		return by, false
	}
	by, err := time.Parse(time.RFC3339, text)
	return by, err == nil
}

// Filing is the place of an item in a file.
type Filing struct {
	File  string
	Batch int
	Trace string // fifteen digits
	At    time.Time
	Dated *Dated       // nil: it leaves with the dates asked for
	To    *ItemAccount // the account it went to; nil: the transaction's present one
}

// Step is a state that an item entered, and when.
type Step struct {
	State  State
	At     time.Time
	File   string // Filed only
	Reason string
}

// Transaction is a payment with everything that happened to it.
type Transaction struct {
	Client  string
	ID      string
	Version int64
	// Originated is set for payments we send, Received for those we received.
	Originated  *TransactionOriginated
	Received    *TransactionReceived
	Account     Account // current: a correction may have changed it while pending
	Routing     string  // current, of the receiver
	AccountType string  // current account type of the receiver
	Items       []*Item
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Exists reports whether anything was recorded.
func (t *Transaction) Exists() bool { return t.Version > 0 }

// Item finds an item by id.
func (t *Transaction) Item(id string) (*Item, bool) {
	for _, i := range t.Items {
		if i.ID == id {
			return i, true
		}
	}
	return nil, false
}

// Origination is the item the transaction began with.
func (t *Transaction) Origination() *Item {
	if len(t.Items) == 0 {
		return nil
	}
	return t.Items[0]
}

// AskedOn is the effective entry date that an item of ours waits for, YYYY-MM-DD:
// the one its originator asked for or, of a reversal, that of the entry; empty if
// it leaves as soon as possible.
func (t *Transaction) AskedOn(i *Item) string {
	switch {
	case i.Kind == Origination && t.Originated != nil:
		return t.Originated.Proposal.EffectiveOn
	case i.Outgoing != nil:
		return i.Outgoing.EffectiveOn
	default:
		return ""
	}
}

// Aside reports whether an item is a reversal or a return fee, or belongs to the
// answers to one: what becomes of it says nothing about the entry itself.
func (t *Transaction) Aside(i *Item) bool {
	for ok := true; ok && i.Kind != Origination; i, ok = t.Item(i.ReplyTo) {
		if i.Kind == ReturnFee || i.Kind == Reversal {
			return true
		}
	}
	return false
}

// Evolve applies one event of the transaction's stream.
func (t *Transaction) Evolve(f Fact) {
	if t.Version == 0 {
		t.CreatedAt = f.Meta.At
	}
	t.Version, t.UpdatedAt = f.Version, f.Meta.At
	switch e := f.Event.(type) {
	case *TransactionOriginated:
		t.begin(e)
		t.Account.In = f.Stream
		t.add(f, Item{ID: e.ItemID, Kind: Origination, Direction: ToFed, State: Pending, AmountCents: e.Proposal.AmountCents, Corrects: e.Corrects})
	case *TransactionHeld:
		t.move(f, e.ItemID, Held, e.Reason)
		t.heldBy(e.ItemID, e.By)
	case *TransactionApproved:
		t.approve(f, e.ItemID)
	case *TransactionRejected:
		t.move(f, e.ItemID, Rejected, e.Reason)
		t.heldBy(e.ItemID, e.By)
	case *TransactionRecalled:
		t.move(f, e.ItemID, Recalled, e.Reason)
	case *TransactionFiled:
		if i, ok := t.Item(e.ItemID); ok {
			i.Filing = &Filing{File: e.File, Batch: e.Batch, Trace: e.Trace, At: f.Meta.At, Dated: e.Dated}
		}
		t.move(f, e.ItemID, Filed, "")
	case *TransactionReleasedFromFile:
		t.release(f, e)
	case *TransactionResembled:
		if i, ok := t.Item(e.ItemID); ok {
			i.Resembles = e
		}
	case *TransactionCorrectedEntryMade:
		if i, ok := t.Item(e.ItemID); ok {
			i.CorrectedBy = e.TransactionID
		}
	case *TransactionAccountChanged:
		t.changeAccount(f, e)
	default:
		t.evolveAnswers(f)
	}
}

func (t *Transaction) begin(e *TransactionOriginated) {
	t.ID, t.Originated = e.TransactionID, e
	t.Account, t.Routing, t.AccountType = e.Account, e.Proposal.ToRouting, e.Proposal.ToAccountType
}

// changeAccount applies the event. What left before keeps the account it went to.
func (t *Transaction) changeAccount(f Fact, e *TransactionAccountChanged) {
	before := &ItemAccount{Routing: t.Routing, AccountType: t.AccountType, Account: t.Account}
	for _, i := range t.Items {
		if i.Filing != nil && i.Filing.To == nil {
			i.Filing.To = before
		}
	}
	t.Account, t.Routing, t.AccountType = e.Account, e.Routing, e.AccountType
	t.Account.In = f.Stream
}

// SentTo returns the transaction with the account that an item of it went to.
func (t Transaction) SentTo(item string) Transaction {
	if i, ok := t.Item(item); ok && i.Filing != nil && i.Filing.To != nil {
		t.Routing, t.AccountType, t.Account = i.Filing.To.Routing, i.Filing.To.AccountType, i.Filing.To.Account
	}
	return t
}

// InRecordOf returns the transaction with the account that is in the record of an
// item: an answer, of ours or of the bank's, repeats that of the entry it is about.
// Source: NACHA Operating Rules, formats of returns, dishonored returns and refused
// notifications of change.
func (t Transaction) InRecordOf(i *Item) Transaction {
	for i.Kind.IsAnswer() {
		about, ok := t.Item(i.ReplyTo)
		if !ok {
			break
		}
		i = about
	}
	return t.SentTo(i.ID)
}

func (t *Transaction) add(f Fact, i Item) {
	i.MadeAt, i.Position, i.ChangedAt = f.Meta.At, f.Position, f.Position
	i.History = append(make([]Step, 0, 2), Step{State: i.State, At: f.Meta.At}) // most items are filed next
	t.Items = append(t.Items, &i)
}

func (t *Transaction) move(f Fact, item string, to State, reason string) {
	i, ok := t.Item(item)
	if !ok {
		return
	}
	step := Step{State: to, At: f.Meta.At, Reason: reason}
	if i.Filing != nil {
		step.File = i.Filing.File
	}
	i.State, i.Reason, i.HeldBy, i.ChangedAt = to, reason, nil, f.Position
	i.History = append(i.History, step)
}
