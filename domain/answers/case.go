package answers

import (
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// Case is a transaction with what its answers depend on.
type Case struct {
	Transaction domain.Transaction
	Files       map[string]domain.File // of the items that were filed
	Now         time.Time
	Bank        *calendar.Terms // of its ODFI; nil: FedACH's
	// CorrectedEntries are the transactions that correct returned entries, by
	// id.
	CorrectedEntries map[string]domain.Transaction
	// Refused is why no new entry may be made over its relationship; see
	// domain.Relationship.NoMore.
	Refused string
}

// refused refuses an item of ours that its relationship does not allow any more.
func (c Case) refused(kind domain.ItemKind) error {
	if c.Refused == "" || !kind.NeedsAuthorization() {
		return nil
	}
	return domain.Refuse(domain.RuleBroken, "%s", c.Refused)
}

// Decision is what a command returns: its events, none if the same was asked
// before, and the id of the item that they make or made.
type Decision struct {
	Events []domain.Event
	ItemID string
}

func (c Case) today() calendar.Date { return calendar.DateOf(c.Now) }

// SettledOn is the settlement date of an item: stamped by the operator on a
// received entry, the effective date of a sent one, or the next banking day where
// a client's own file is dated a day on which banks are closed. An item that has
// not left has none.
//
// An item of ours has left when its file was delivered, or when the bank
// answered it. For a file that its client carries to the bank, or whose
// delivery is unknown, the answer may be the only sign; it then counts for that
// item and not for the others in the file.
func (c Case) SettledOn(i *domain.Item) (calendar.Date, bool) {
	if i.Direction == domain.FromFed {
		d, err := calendar.ParseDate(i.SettledOn)
		return d, err == nil
	}
	if i.Filing == nil {
		return calendar.Date{}, false
	}
	f, ok := c.Files[i.Filing.File]
	if !ok || !f.Transmitted() && !c.Transaction.Processed(i) {
		return calendar.Date{}, false
	}
	for _, b := range f.Batches {
		if b.Number == i.Filing.Batch {
			d, err := calendar.ParseYYMMDD(b.EffectiveOn)
			if err != nil {
				break
			}
			return calendar.OnOrAfter(d), true
		}
	}
	return calendar.Date{}, false
}

// replyTo finds the item that an answer is for, and refuses one of another kind
// or direction.
func (c Case) replyTo(id string, kind domain.ItemKind, direction domain.Direction, verb string) (*domain.Item, error) {
	i, ok := c.Transaction.Item(id)
	if !ok {
		return nil, c.noEvent(id)
	}
	if i.Kind != kind || i.Direction != direction {
		return nil, fieldRefusal(domain.RuleBroken, "/ReplyToEventId", "kind", "a %s %s cannot be %s", i.Direction, i.Kind, verb)
	}
	return i, nil
}

// noEvent refuses an answer to an event that the transaction does not have.
func (c Case) noEvent(id string) error {
	if id == "" {
		return wrongField("/ReplyToEventId", "required", "must be the EventID of the event that this answers")
	}
	return fieldRefusal(domain.Invalid, "/ReplyToEventId", "event", "transaction %s has no event %q", c.Transaction.ID, id)
}

// standing finds an earlier answer of the kind that still counts.
func (c Case) standing(kind domain.ItemKind, replyTo string) (*domain.Item, bool) {
	for _, i := range c.Transaction.Items {
		if i.Kind == kind && i.Direction == domain.ToFed && i.ReplyTo == replyTo &&
			i.State != domain.Recalled && i.State != domain.Rejected {
			return i, true
		}
	}
	return nil, false
}

// again decides about a second answer to the same item: the identical one gets
// the same result, another one is refused.
func again(before *domain.Item, out domain.Outgoing) (Decision, error) {
	b := before.Outgoing
	same := b.Code == out.Code && b.Information == out.Information && b.DateOfDeath == out.DateOfDeath && b.StatementOn == out.StatementOn &&
		b.AmountCents == out.AmountCents && b.NoticeGivenOn == out.NoticeGivenOn && b.Reason == out.Reason
	if same {
		return Decision{ItemID: before.ID}, nil
	}
	return Decision{}, domain.Refuse(domain.AlreadyDone, "event %s was answered before, by event %s", out.ReplyTo, before.ID)
}

// inTime refuses an answer after its time limit, which it names, and sets the
// limit on the answer.
func (c Case) inTime(out *domain.Outgoing, frame codes.TimeFrame, from calendar.Date) error {
	limit, ok := frame.Limit(from)
	if !ok {
		return nil
	}
	return c.before(out, limit)
}

func (c Case) before(out *domain.Outgoing, limit calendar.TimeLimit) error {
	limit = c.Bank.Limit(limit)
	if !c.Now.Before(limit.SendBefore) {
		return domain.Refuse(domain.ReturnWindowClosed, "the deadline was %s", limit.SendBefore.UTC().Format(time.RFC3339))
	}
	out.LeaveBy = limit.SendBefore.UTC().Format(time.RFC3339)
	return nil
}

// wrongField refuses a field of the wrong form; the message begins with its name.
func wrongField(pointer, rule, format string, args ...any) error {
	return domain.RefuseField(domain.Invalid, pointer, rule, format, args...)
}

func fieldRefusal(code domain.Code, pointer, rule, format string, args ...any) error {
	err := domain.Refuse(code, format, args...).(*domain.Refusal)
	err.Fields = []domain.FieldError{{Pointer: pointer, Code: rule, Message: err.Reason}}
	return err
}
