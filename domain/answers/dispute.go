package answers

import (
	"regexp"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// Dishonor returns a return of our entry to the bank that sent it.
type Dishonor struct {
	ItemID, ReplyTo, Code string
	Information           string // R69: the codes of the wrong fields, 01*03
}

var fieldCodes = regexp.MustCompile(`^0[1-7](\*0[1-7])*$`)

// Decide dishonors a return once, within five banking days after the return
// settled.
func (d Dishonor) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(d.ReplyTo, domain.Return, domain.FromFed, "dishonored")
	if err != nil {
		return Decision{}, err
	}
	if d.Code == "R69" && !fieldCodes.MatchString(d.Information) {
		return Decision{}, fieldRefusal(domain.Invalid, "/AddendaInformation", "field-codes",
			"R69 names the wrong fields as codes 01 to 07 with * between, for instance 01*03")
	}
	if err := checkInformation(d.Information, 21); err != nil {
		return Decision{}, err
	}
	if err := c.requested(i, d.Code); err != nil {
		return Decision{}, err
	}
	if err := c.correctedBefore(i); err != nil {
		return Decision{}, err
	}
	if final(i) {
		return Decision{}, domain.Refuse(domain.RuleBroken, "the return was corrected by its bank after it had been dishonored: it is not disputed further in ACH")
	}
	out := domain.Outgoing{ItemID: d.ItemID, ReplyTo: d.ReplyTo, Code: d.Code, Information: d.Information}
	return c.dispute(i, out, domain.Dishonor, codes.Dishonored, i.Incoming.Entry.Return.Code,
		func(o domain.Outgoing) domain.Event { return domain.TransactionDishonorRequested{Outgoing: o} })
}

// final reports whether a return contests a dishonor, by correcting the return
// that was dishonored: nothing follows a contest.
func final(ret *domain.Item) bool { return ret.Incoming.Entry.Contested != nil }

// Contest contests a return of ours that its originator dishonored.
type Contest struct{ ItemID, ReplyTo, Code string }

// Decide contests a dishonored return once, within two banking days after it
// settled; nothing follows a contest.
func (d Contest) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(d.ReplyTo, domain.Dishonor, domain.FromFed, "contested")
	if err != nil {
		return Decision{}, err
	}
	out := domain.Outgoing{ItemID: d.ItemID, ReplyTo: d.ReplyTo, Code: d.Code, ReturnedOn: c.returnedOn()}
	return c.dispute(i, out, domain.Contest, codes.Contested, i.Incoming.Entry.Dishonored.Code,
		func(o domain.Outgoing) domain.Event { return domain.TransactionContestRequested{Outgoing: o} })
}

// returnedOn is the New York day our return left in a file.
func (c Case) returnedOn() string {
	for _, i := range c.Transaction.Items {
		if i.Kind == domain.Return && i.Direction == domain.ToFed && i.Filing != nil {
			file := c.Files[i.Filing.File]
			return file.FiledOn(i.Filing.At).String()
		}
	}
	return ""
}

// dispute is what dishonoring and contesting have in common: a code of the step
// that may answer the other bank's code, in time, once, never for IAT.
func (c Case) dispute(i *domain.Item, out domain.Outgoing, kind domain.ItemKind, step codes.Step, answers string,
	event func(domain.Outgoing) domain.Event) (Decision, error) {
	if before, ok := c.standing(kind, out.ReplyTo); ok {
		return again(before, out)
	}
	code, ok := codes.Return(out.Code, c.today())
	switch {
	case !ok || code.Step != step:
		return Decision{}, fieldRefusal(domain.Invalid, "/ReasonCode", "reason-code", "%q is not a code to %s with", out.Code, step)
	case i.Incoming.Header.IAT != nil:
		return Decision{}, domain.Refuse(domain.RuleBroken, "returns of IAT entries are not disputed in ACH")
	case len(code.Answers) > 0 && !slices.Contains(code.Answers, answers):
		return Decision{}, fieldRefusal(domain.RuleBroken, "/ReasonCode", "reason-code", "%s does not answer %s", out.Code, answers)
	}
	if err := c.refuses(kind, out.ReplyTo); err != nil {
		return Decision{}, err
	}
	settled, _ := c.SettledOn(i)
	if err := c.inTime(&out, code.TimeFrame, settled); err != nil {
		return Decision{}, err
	}
	return c.made(kind, out, "", event(out))
}

// RefuseChange refuses a notification of change.
type RefuseChange struct {
	ItemID, ReplyTo, Code string // C61 to C69
}

// Decide refuses a notification once, within fifteen calendar days.
func (r RefuseChange) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(r.ReplyTo, domain.Correction, domain.FromFed, "refused")
	if err != nil {
		return Decision{}, err
	}
	// The refused data goes back as received, sealed with the same key.
	out := domain.Outgoing{ItemID: r.ItemID, ReplyTo: r.ReplyTo, Code: r.Code, Data: i.Incoming.Data, DataMasked: i.Incoming.DataMasked}
	if before, ok := c.standing(domain.RefusedChange, r.ReplyTo); ok {
		return again(before, out)
	}
	code, ok := codes.Change(r.Code, c.today())
	switch {
	case !ok || code.Step != codes.Refused:
		return Decision{}, fieldRefusal(domain.Invalid, "/ReasonCode", "reason-code", "%q is not a code to refuse a change with", r.Code)
	case i.Incoming.Header.IAT != nil:
		return Decision{}, domain.Refuse(domain.RuleBroken, "changes to IAT entries are not refused in ACH")
	}
	if err := c.before(&out, calendar.RefuseChangeDeadline(receivedOn(i))); err != nil {
		return Decision{}, err
	}
	return c.made(domain.RefusedChange, out, "", domain.TransactionRefusalRequested{Outgoing: out})
}

// receivedOn is the day on which a notification of change came, as far as is known:
// it may have been booked later, when a person had assigned it.
func receivedOn(i *domain.Item) calendar.Date {
	day := calendar.DateOf(i.MadeAt)
	if made, err := time.Parse(time.RFC3339, i.Incoming.FileMadeAt); err == nil && calendar.DateOf(made).Before(day) {
		day = calendar.DateOf(made)
	}
	if settled, err := calendar.ParseDate(i.SettledOn); err == nil && settled.Before(day) {
		day = settled
	}
	return day
}
