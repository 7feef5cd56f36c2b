package answers

import (
	"strings"
	"unicode/utf8"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// entryNotAsAuthorized is the return code by which a receiver says that a debit
// was authorized, but not in this form.
const entryNotAsAuthorized = "R11"

// CorrectedEntry debits a receiver again, as authorized, after a debit that was
// not.
type CorrectedEntry struct {
	ReplyTo       string // the return
	TransactionID string // of the new entry
	Reason        string // what was corrected
	EffectiveOn   string // asked for, YYYY-MM-DD; empty: as soon as possible
}

// Decide returns the Corrects of the new entry, and the event in the
// transaction of the returned debit. It allows one new entry for a debit
// returned R11, until the sixtieth calendar day after the return settled; it
// needs no new authorization. It is not a reinitiation: it may differ from the
// returned debit, and needs no special description. Source: NACHA Operating
// Rules, amendment of 2020-04-01, returns R11.
func (r CorrectedEntry) Decide(c Case) (corrects domain.Corrects, events []domain.Event, err error) {
	reason := strings.TrimSpace(r.Reason)
	switch {
	case reason == "":
		return corrects, nil, fieldRefusal(domain.Invalid, "/Reason", "required", "say what was corrected: the receiver authorized a debit, and not the one that came back")
	case utf8.RuneCountInString(reason) > MostReason:
		return corrects, nil, fieldRefusal(domain.Invalid, "/Reason", "length", "at most %d characters", MostReason)
	}
	i, err := c.replyTo(r.ReplyTo, domain.Return, domain.FromFed, "corrected")
	if err != nil {
		return corrects, nil, err
	}
	if made := c.CorrectedEntry(); made != "" {
		return corrects, nil, domain.Refuse(domain.AlreadyDone, "the entry was corrected before, by transaction %s", made)
	}
	if err := c.uncorrectable(i); err != nil {
		return corrects, nil, err
	}
	settled, _ := c.SettledOn(i)
	limit := c.Bank.Limit(calendar.CorrectedEntryDeadline(settled))
	var out domain.Outgoing
	if err := c.before(&out, limit); err != nil {
		return corrects, nil, err
	}
	sec := c.Transaction.Originated.Proposal.SEC
	if wanted, err := calendar.ParseDate(r.EffectiveOn); err == nil && !c.Bank.DueAt(wanted, sec, calendar.Debit).Before(limit.SendBefore) {
		return corrects, nil, fieldRefusal(domain.RuleBroken, "/EffectiveDate", "late", "the entry has to leave by %s, the sixtieth day after the return: later it needs a new authorization", limit.SendOn)
	}
	corrects = domain.Corrects{TransactionID: c.Transaction.ID, ItemID: i.ID, Reason: reason, LeaveBy: out.LeaveBy}
	return corrects, []domain.Event{domain.TransactionCorrectedEntryMade{ItemID: i.ID, TransactionID: r.TransactionID}}, nil
}

// CorrectedEntry is the transaction that corrects the entry, and waits or left;
// empty if there is none. A bank may return an entry twice in error:
// nevertheless it is corrected only once.
func (c Case) CorrectedEntry() string {
	for _, i := range c.Transaction.Items {
		if c.Corrected(i) {
			return i.CorrectedBy
		}
	}
	return ""
}

// Corrected reports whether a corrected entry for a return waits or left.
func (c Case) Corrected(i *domain.Item) bool {
	if i.CorrectedBy == "" {
		return false
	}
	made, known := c.CorrectedEntries[i.CorrectedBy]
	if o := made.Origination(); known && o != nil {
		return o.State != domain.Recalled && o.State != domain.Rejected
	}
	return true
}

// uncorrectable returns why no corrected entry may follow a return; nil if one
// may.
func (c Case) uncorrectable(i *domain.Item) error {
	original, chain, a := c.Transaction.Originated, chain{c.Transaction}, answer{replyTo: i.ID, before: len(c.Transaction.Items)}
	replied, _ := c.Transaction.Item(i.ReplyTo)
	switch {
	case i.Incoming.Entry.Return.Code != entryNotAsAuthorized:
		return domain.Refuse(domain.RuleBroken, "only a debit returned %s is corrected without a new authorization, and the entry was returned %s",
			entryNotAsAuthorized, i.Incoming.Entry.Return.Code)
	case original == nil || original.Proposal.PushPull != domain.Pull || i.AmountCents == 0:
		return domain.Refuse(domain.RuleBroken, "a corrected entry replaces a debit that was returned")
	case replied == nil || replied.Kind != domain.Origination:
		return domain.Refuse(domain.RuleBroken, "only the first presentment of a debit can be replaced by a corrected entry")
	case original.Proposal.SEC == "IAT":
		return domain.Refuse(domain.RuleBroken, "an international debit is not corrected here: send a new one with all its parties")
	case c.refused(domain.Origination) != nil:
		return c.refused(domain.Origination)
	case chain.dishonored(a):
		return domain.Refuse(domain.RuleBroken, "the return was dishonored, which makes the entry stand")
	case chain.reversedBefore(a):
		return domain.Refuse(domain.RuleBroken, "a reversal of the entry was requested: a new debit needs a new authorization")
	}
	return nil
}

// correctedEntryLimit is the limit for a corrected entry; ok is false if none
// may be made.
func (c Case) correctedEntryLimit(i *domain.Item, settled calendar.Date) (calendar.TimeLimit, bool) {
	if c.CorrectedEntry() != "" || c.uncorrectable(i) != nil {
		return calendar.TimeLimit{}, false
	}
	return calendar.CorrectedEntryDeadline(settled), true
}

// correctedBefore refuses to dishonor a return for which a corrected entry
// waits or left.
func (c Case) correctedBefore(i *domain.Item) error {
	if !c.Corrected(i) {
		return nil
	}
	return domain.Refuse(domain.RuleBroken, "transaction %s is the corrected entry for this return: dishonoring the return as well would move the money twice", i.CorrectedBy)
}
