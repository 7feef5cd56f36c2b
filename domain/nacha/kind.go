package nacha

import "strings"

// Kind is the role of an entry in the life of a payment.
type Kind string

// Kinds. A batch contains entries of one kind only.
const (
	KindForward       Kind = "forward"
	KindReturn        Kind = "return"
	KindChange        Kind = "change"         // notification of change
	KindRefusedChange Kind = "refused change" // refused notification of change
	KindDishonored    Kind = "dishonored return"
	KindContested     Kind = "contested dishonored return"
	// KindReject is an entry of ours, of any kind, that our bank did not accept
	// and reports in a file. No money moves.
	KindReject Kind = "reject"
)

// Kind derives the kind from the entry's addenda.
func (e *Entry) Kind() Kind {
	_, _, rejected := e.Rejected()
	switch {
	case rejected:
		return KindReject
	case e.Return != nil:
		return KindReturn
	case e.Correction != nil:
		return KindChange
	case e.RefusedChange != nil:
		return KindRefusedChange
	case e.Dishonored != nil:
		return KindDishonored
	case e.Contested != nil:
		return KindContested
	default:
		return KindForward
	}
}

// Settles reports whether money moves where a day is stamped on the entry's
// batch: not with a notification of change, nor with its refusal.
func (e *Entry) Settles() bool { return e.Correction == nil && e.RefusedChange == nil }

// AnswerAndOriginal returns the return or change code of an entry that answers an
// earlier one, and the trace number of that one; both are empty for any other
// entry, rejects among them, which Rejected reads.
func (e *Entry) AnswerAndOriginal() (code, originalTrace string) {
	switch {
	case e.Return != nil:
		return e.Return.Code, e.Return.OriginalTrace
	case e.Correction != nil:
		return e.Correction.Code, e.Correction.OriginalTrace
	case e.RefusedChange != nil:
		return e.RefusedChange.Code, e.RefusedChange.OriginalTrace
	case e.Dishonored != nil:
		return e.Dishonored.Code, e.Dishonored.OriginalTrace
	case e.Contested != nil:
		return e.Contested.Code, e.Contested.OriginalTrace
	default:
		return "", ""
	}
}

// AddendaCount is how many records 7 the entry has. Limits of batches and
// files count them as they count entries. Source: NACHA Operating Rules,
// appendix three.
func (e *Entry) AddendaCount() int {
	n := len(e.Addenda05)
	if e.Addenda02 != "" {
		n++
	}
	if e.IAT != nil {
		n += len(mandatory) + len(e.IAT.Remittance) + len(e.IAT.Correspondents)
	}
	if e.Kind() != KindForward {
		n++
	}
	return n
}

// goesTo reports whether the entry answers an entry of a bank, given by its
// first eight digits.
func (e *Entry) goesTo(odfi string) bool {
	switch {
	case e.Return != nil:
		return strings.HasPrefix(e.Return.OriginalTrace, odfi)
	case e.Correction != nil:
		return strings.HasPrefix(e.Correction.OriginalTrace, odfi)
	case e.Dishonored != nil:
		return strings.HasPrefix(e.Dishonored.ReturnTrace, odfi)
	case e.Contested != nil:
		return strings.HasPrefix(e.Contested.DishonoredTrace, odfi)
	case e.RefusedChange != nil:
		return strings.HasPrefix(e.Routing, odfi)
	default:
		return false
	}
}

// Sender returns the first eight digits of the bank that sent an entry: the
// header's ODFI, unless a bank's file to its customer has the customer's ODFI
// there. Then they come from the trace number.
func Sender(h *BatchHeader, e *Entry) string {
	if e.goesTo(h.ODFI) && digits(e.Trace) && len(e.Trace) == 15 {
		return e.Trace[:8]
	}
	return h.ODFI
}

// addenda counts the records 7 of the entry.
func (e *Entry) addenda() int {
	n := len(e.Addenda05)
	if e.Addenda02 != "" {
		n++
	}
	if e.IAT != nil {
		n += 7 + len(e.IAT.Remittance) + len(e.IAT.Correspondents)
	}
	return n + e.answers()
}

// international reports whether the batch uses the IAT record layouts.
func (h *BatchHeader) international() bool { return h.IAT != nil }

// reversal reports whether the batch undoes an earlier one, which lifts the
// bans on credits and debits of some classes.
func (h *BatchHeader) reversal() bool { return strings.HasPrefix(h.Description, "REVERSAL") }
