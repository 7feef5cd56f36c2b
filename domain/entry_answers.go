package domain

import (
	"fmt"
	"time"

	"github.com/achledger/achledger/domain/nacha"
)

// answerEntry builds the entry of an answer. An answer copies the header and
// the entry it answers, with sending and receiving bank exchanged, the
// transaction code of a return, and an addenda that identifies the entry it
// answers. Source: NACHA Operating Rules, formats of returns, notifications of
// change, dishonored and contested returns.
func (t *Transaction) answerEntry(item *Item) (Entry, error) {
	switch item.Kind {
	case Reversal:
		return t.reversalEntry(), nil
	case Retry:
		return t.retryEntry(), nil
	case ReturnFee:
		return t.feeEntry(item.Outgoing), nil
	}
	to, ok := t.Item(item.ReplyTo)
	if !ok || to.Incoming == nil {
		return Entry{}, fmt.Errorf("item %s answers %s, which did not come from the bank", item.ID, item.ReplyTo)
	}
	switch item.Kind {
	case Return:
		return t.returnEntry(item.Outgoing, to.Incoming)
	case Correction:
		return t.correctionEntry(item.Outgoing, to.Incoming)
	case Dishonor:
		return t.dishonorEntry(item.Outgoing, to.Incoming)
	case Contest:
		return t.contestEntry(item.Outgoing, to.Incoming)
	case RefusedChange:
		return t.refusalEntry(item.Outgoing, to.Incoming)
	default:
		return Entry{}, fmt.Errorf("item %s: a %s does not leave in a file", item.ID, item.Kind)
	}
}

// answered copies the answered entry with the banks exchanged: from the ODFI
// that this transaction uses, to the bank that sent the entry. A misrouted
// entry's record names another receiving bank than ours.
func (t *Transaction) answered(in *Incoming) (Entry, error) {
	sender := nacha.Sender(&in.Header, &in.Entry)
	check, ok := nacha.CheckDigit(sender)
	if !ok {
		return Entry{}, fmt.Errorf("the sending bank %q is not eight digits", sender)
	}
	header, entry := in.Header, in.Entry
	header.ServiceClass, header.Number, header.SettlementDay, header.OriginatorStatus = 0, 0, "", "1"
	header.ODFI = t.ODFI()[:8]
	entry.Routing = sender + string(check)
	entry.Code = int(nacha.TransactionCode(in.Entry.Code).ForReturn())
	entry.Account, entry.Trace, entry.Addenda02, entry.Addenda05, entry.OFAC, entry.SecondaryOFAC = "", "", "", nil, "", ""
	entry.Return, entry.Correction, entry.Dishonored, entry.Contested, entry.RefusedChange = nil, nil, nil, nil, nil
	e := Entry{header, entry}
	e.sendable()
	return e, nil
}

func (t *Transaction) returnEntry(out *Outgoing, in *Incoming) (Entry, error) {
	e, err := t.answered(in)
	e.Entry.Return = &nacha.Return{
		Code: out.Code, OriginalTrace: in.Entry.Trace, OriginalRouting: in.Entry.Routing[:8],
		DateOfDeath: shortDate(out.DateOfDeath), Information: out.Information,
	}
	if iat := e.Entry.IAT; iat != nil {
		// Addenda 17 and 18 are left out: the operator returns them with R25.
		iat.Remittance, iat.Correspondents = nil, nil
		e.Entry.Return.OriginalAmountCents = in.Entry.AmountCents
	}
	return e, err
}

func (t *Transaction) correctionEntry(out *Outgoing, in *Incoming) (Entry, error) {
	e, err := t.answered(in)
	e.Header.SEC = "COR"
	if e.Header.IAT != nil {
		iat := *e.Header.IAT
		iat.Indicator = "IATCOR"
		e.Header.IAT, e.Entry.IAT = &iat, nil
	}
	e.Entry.AmountCents = 0
	e.Entry.Correction = &nacha.Correction{
		Code: out.Code, OriginalTrace: in.Entry.Trace, OriginalRouting: in.Entry.Routing[:8],
	}
	return e, err
}

func (t *Transaction) dishonorEntry(out *Outgoing, in *Incoming) (Entry, error) {
	e, err := t.answered(in)
	if in.Entry.Return == nil {
		return e, fmt.Errorf("item %s is not a return", out.ReplyTo)
	}
	e.Entry.Dishonored = &nacha.Dishonored{
		Code: out.Code, OriginalTrace: in.Entry.Return.OriginalTrace, OriginalRouting: in.Entry.Return.OriginalRouting,
		ReturnTrace: in.Entry.Trace, ReturnSettlement: in.stamp(),
		ReturnCode: in.Entry.Return.Code[1:], Information: out.Information,
	}
	return e, err
}

func (t *Transaction) contestEntry(out *Outgoing, in *Incoming) (Entry, error) {
	e, err := t.answered(in)
	d := in.Entry.Dishonored
	if d == nil || t.Received == nil {
		return e, fmt.Errorf("item %s is not a dishonored return of ours", out.ReplyTo)
	}
	original, returned := t.Received.Header.SettlementDay, d.ReturnSettlement
	if out.Code == "R73" { // R73 states when the original settled
		original = t.Received.stamp()
	}
	if returned == "" {
		returned = settledAfter(out.ReturnedOn)
	}
	e.Entry.Contested = &nacha.Contested{
		Code: out.Code, OriginalTrace: d.OriginalTrace, OriginalRouting: d.OriginalRouting,
		ReturnedOn: shortDate(out.ReturnedOn), OriginalSettlement: original,
		ReturnTrace: d.ReturnTrace, ReturnSettlement: returned, ReturnCode: d.ReturnCode,
		DishonoredTrace: in.Entry.Trace, DishonoredSettlement: in.stamp(), DishonoredCode: d.Code[1:],
	}
	return e, err
}

func (t *Transaction) refusalEntry(out *Outgoing, in *Incoming) (Entry, error) {
	e, err := t.answered(in)
	c := in.Entry.Correction
	if c == nil {
		return e, fmt.Errorf("item %s is not a notification of change", out.ReplyTo)
	}
	e.Entry.RefusedChange = &nacha.RefusedChange{
		Code: out.Code, OriginalTrace: c.OriginalTrace, OriginalRouting: c.OriginalRouting,
		ChangeCode: c.Code, ChangeTrace: in.Entry.Trace[8:],
	}
	return e, err
}

// reversalEntry is the original in the other direction. Company, SEC code and
// amount are the original's; a loan credit is reversed with code 55.
func (t *Transaction) reversalEntry() Entry {
	e := t.forwardEntry()
	e.Header.Description = "REVERSAL"
	e.dropSameDay()
	switch code := e.Entry.Code; {
	case code == 52:
		e.Entry.Code = 55
	case nacha.TransactionCode(code).Credit():
		e.Entry.Code = code + 5
	default:
		e.Entry.Code = code - 5
	}
	return e
}

// retryEntry is the original again, in a batch whose description says that it
// is a retry.
func (t *Transaction) retryEntry() Entry {
	e := t.forwardEntry()
	e.Header.Description = "RETRY PYMT"
	e.dropSameDay()
	return e
}

// dropSameDay removes the indicator with which a client's own file asked for
// same-day settlement, as in SD1300: the entry leaves again on another day, and by
// itself asks for none. Other descriptive dates stay. Source: NACHA Operating Rules,
// company descriptive date.
func (e *Entry) dropSameDay() {
	if nacha.SameDayIndicator(e.Header.DescriptiveDate) {
		e.Header.DescriptiveDate = ""
	}
}

// feeEntry is a debit of the same receiver by the same company. A consumer was
// notified in writing, and did not authorize it on a web site or by telephone.
func (t *Transaction) feeEntry(out *Outgoing) Entry {
	from := t.forwardEntry()
	e := Entry{from.Header, nacha.Entry{
		Code: EntryCode(t.AccountType, true), Routing: t.Routing, AmountCents: out.AmountCents,
		Name: from.Entry.Name, IndividualID: from.Entry.IndividualID,
	}}
	e.Header.Description, e.Header.DescriptiveDate = "RETURN FEE", ""
	e.Header.SEC = FeeSEC(e.Header.SEC)
	return e
}

// FeeSEC is the SEC code of a fee for a returned entry.
func FeeSEC(sec string) string {
	if sec == "CCD" || sec == "CTX" {
		return "CCD"
	}
	return "PPD"
}

func (t *Transaction) forwardEntry() Entry {
	if t.Originated.Raw != nil {
		return t.rawEntry()
	}
	return t.originationEntry()
}

// shortDate turns YYYY-MM-DD into the file's YYMMDD; empty stays empty.
func shortDate(day string) string {
	if d, err := time.Parse(time.DateOnly, day); err == nil {
		return d.Format("060102")
	}
	return ""
}
