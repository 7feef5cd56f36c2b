package answers

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// MostReason bounds the reason of a request for return, in characters.
const MostReason = 200

// AskBack asks the receiving bank to return an entry that was sent in error.
type AskBack struct {
	ItemID  string
	ReplyTo string // the presentment of the entry; empty: the one that stands
	Reason  string
}

// Decide records one request for an entry that left and stands. The receiving
// bank may agree or decline, and has to answer by the tenth banking day after
// the request. Source: NACHA Operating Rules, requests for return, amendment of
// 2025-04-01.
func (r AskBack) Decide(c Case) (Decision, error) {
	r.Reason = strings.TrimSpace(r.Reason)
	switch {
	case r.Reason == "":
		return Decision{}, fieldRefusal(domain.Invalid, "/Reason", "required", "say why the entry is to come back; the receiving bank is told")
	case utf8.RuneCountInString(r.Reason) > MostReason:
		return Decision{}, fieldRefusal(domain.Invalid, "/Reason", "length", "at most %d characters", MostReason)
	case c.Transaction.Originated == nil:
		return Decision{}, domain.Refuse(domain.RuleBroken, "only an entry that was sent can be asked back; a payment that was received is returned")
	}
	i, err := c.entryToAskFor(r.ReplyTo)
	if err != nil {
		return Decision{}, err
	}
	if before := c.askedBack(i.ID); before != nil && before.State == domain.Asked {
		if before.AskedBack.Reason == r.Reason {
			return Decision{ItemID: before.ID}, nil
		}
		return Decision{}, domain.Refuse(domain.AlreadyDone, "event %s was asked back before, by event %s", i.ID, before.ID)
	}
	if err := c.unaskable(i); err != nil {
		return Decision{}, err
	}
	by := calendar.RequestAnsweredBy(c.today()).UTC().Format(time.RFC3339)
	asked := domain.TransactionAskedBack{ItemID: r.ItemID, ReplyTo: i.ID, Reason: r.Reason, AnswerBy: by}
	return Decision{Events: []domain.Event{asked}, ItemID: r.ItemID}, nil
}

// entryToAskFor finds the presentment that a request is about: without an id
// the one that stands, otherwise the newest.
func (c Case) entryToAskFor(id string) (*domain.Item, error) {
	all := chain{c.Transaction}.presentments()
	if id == "" {
		if stands := (chain{c.Transaction}).standing(); stands != nil {
			return stands, nil
		}
		return all[len(all)-1], nil
	}
	for _, i := range all {
		if i.ID == id {
			return i, nil
		}
	}
	if _, ok := c.Transaction.Item(id); !ok {
		return nil, c.noEvent(id)
	}
	return nil, fieldRefusal(domain.RuleBroken, "/ReplyToEventId", "kind", "only an entry, or what presented it again, is asked back")
}

// unaskable returns why an entry cannot be asked back, whatever the reason of
// the request, or nil.
func (c Case) unaskable(i *domain.Item) error {
	_, sent := c.SettledOn(i)
	stands := (chain{c.Transaction}).standing()
	switch {
	case i.AmountCents == 0:
		return domain.Refuse(domain.RuleBroken, "a prenote moves no money, so it cannot be asked back")
	case i.State != domain.Filed && i.State != domain.Pending && i.State != domain.Held:
		return domain.Refuse(domain.RuleBroken, "event %s never left", i.ID)
	case !sent:
		return c.unsent(i)
	case stands == nil || stands.ID != i.ID:
		return domain.Refuse(domain.RuleBroken, "event %s was returned already", i.ID)
	case c.beingReversed():
		return domain.Refuse(domain.RuleBroken, "a reversal of the entry was requested: a return as well would move the money twice")
	}
	return nil
}

// beingReversed reports whether a reversal of the entry waits, or left and
// stands: it was not returned, or its return was dishonored or is about to be.
func (c Case) beingReversed() bool {
	counts := func(d *domain.Item) bool { return d.Waits() || d.State == domain.Filed }
	return slices.ContainsFunc(c.Transaction.Items, func(i *domain.Item) bool {
		return i.Kind == domain.Reversal && (i.Waits() || i.State == domain.Filed && !slices.ContainsFunc(c.Transaction.Items, func(r *domain.Item) bool {
			return returns(r, i) && !c.Transaction.Disputed(r, counts)
		}))
	})
}

// askedBack returns the newest request for an entry that was not withdrawn, or
// nil.
func (c Case) askedBack(entry string) *domain.Item {
	for _, i := range slices.Backward(c.Transaction.Items) {
		if i.Kind == domain.ReturnRequest && i.ReplyTo == entry && i.State != domain.Recalled {
			return i
		}
	}
	return nil
}

// askable adds the action to ask for an entry that stands.
func (c Case) askable(list []Action, i *domain.Item) []Action {
	if before := c.askedBack(i.ID); before != nil && before.State == domain.Asked || c.unaskable(i) != nil {
		return list
	}
	return append(list, Action{Name: "return_request", ItemID: i.ID})
}

// requested refuses to dishonor a return as not requested if it was requested.
func (c Case) requested(ret *domain.Item, code string) error {
	request := c.Transaction.Answering(ret)
	if code != "R70" || request == nil {
		return nil
	}
	return fieldRefusal(domain.RuleBroken, "/ReasonCode", "reason-code", "the return was asked for on %s, by event %s", calendar.DateOf(request.MadeAt), request.ID)
}

// askedBackAndWaits excludes a reversal of an entry that the receiving bank was
// asked to return.
func (c chain) askedBackAndWaits(answer) bool {
	return slices.ContainsFunc(c.Items, func(i *domain.Item) bool { return i.Kind == domain.ReturnRequest && i.State == domain.Asked })
}

// reversedAndAskedBack excludes the dishonor of the return of a reversal while the
// receiving bank is asked to return the entry: both would take it back.
func (c chain) reversedAndAskedBack(a answer) bool { return c.ofReversal(a) && c.askedBackAndWaits(a) }
