package projections

import (
	"fmt"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// group is the key of a running total of the queue. Due is 0 for items that may
// leave at once.
type group struct {
	client, odfi string
	answers      bool
	due          int64
}

// queueRow is an item that waits for a file.
type queueRow struct {
	group
	position int64
	leaveBy  int64
	version  int64
	header   nacha.BatchHeader
	code     int
	routing  string
	cents    int64
	addenda  int
	askedOn  string
	sameDay  bool
	fault    string
	over     string
}

// waits reports whether an item is in the queue. An item that was made with its
// own file enters the queue only if that file is rejected.
func waits(t *domain.Transaction, i *domain.Item) bool {
	if i.State != domain.Pending || i.Direction != domain.ToFed {
		return false
	}
	if t.Originated == nil || t.Originated.InFile == "" {
		return true
	}
	return i != t.Origination() || slices.ContainsFunc(i.History, func(s domain.Step) bool { return s.State == domain.Filed })
}

// hasEntry reports whether this program knows the payment of an item, from which
// its entry is made.
func hasEntry(t *domain.Transaction, i *domain.Item) bool {
	return t.Originated != nil || t.Received != nil && i.Kind.IsAnswer()
}

func queueRowOf(t *domain.Transaction, i *domain.Item, terms *calendar.Terms) (w queueRow, err error) {
	if !hasEntry(t, i) {
		return w, fmt.Errorf("item %s: a %s of a payment that this program does not know", i.ID, i.Kind)
	}
	entry, err := t.EntryOf(i)
	if err == nil {
		err = entry.Renderable(t.ODFI())
	}
	w = queueRow{
		group:    group{client: t.Client, odfi: t.ODFI(), answers: i.Kind.IsAnswer()},
		position: i.Position, version: t.Version, header: entry.Header,
		code: entry.Entry.Code, routing: entry.Entry.Routing, cents: i.AmountCents,
		addenda: entry.Entry.AddendaCount(),
	}
	if err != nil {
		w.fault = domain.FieldRule(err)
	}
	if t.Originated != nil && i.GoesOver() {
		w.over = overText(t.Originated.Over)
	}
	w.askedOn = t.AskedOn(i)
	w.due = dueOf(w.askedOn, w.header.SEC, w.code, terms)
	w.sameDay = i.Kind == domain.Origination && t.Originated.Proposal.SameDay
	if !i.NotBefore.IsZero() {
		w.due = max(w.due, micros(i.NotBefore))
	}
	if by, ok := i.LeaveBy(); ok {
		w.leaveBy = micros(by)
	}
	return w, nil
}

// overText is a relationship as the tables have it.
func overText(over *domain.Over) string {
	if over == nil {
		return ""
	}
	return over.Holder + " " + over.RelationshipID
}

// readOver is the inverse of overText.
func readOver(text string) *domain.Over {
	holder, id, ok := strings.Cut(text, " ")
	if !ok {
		return nil
	}
	return &domain.Over{Holder: holder, RelationshipID: id}
}

// dueOf returns when an entry with a requested date may leave by its bank's
// terms; see calendar.DueAt.
func dueOf(asked, sec string, code int, terms *calendar.Terms) int64 {
	if asked == "" {
		return 0
	}
	day, err := calendar.ParseDate(asked)
	if err != nil {
		return 0 // checked when it was accepted; without a date it leaves at once
	}
	return terms.DueAt(day, sec, calendar.KindOf(nacha.TransactionCode(code).Debit())).UnixMicro()
}
