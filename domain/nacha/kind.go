package nacha

import "strings"

// Kind is what an entry is in the life of a payment.
type Kind string

// Kinds. No two of them may share a batch.
const (
	KindForward       Kind = "forward"
	KindReturn        Kind = "return"
	KindChange        Kind = "change"         // notification of change
	KindRefusedChange Kind = "refused change" // refused notification of change
	KindDishonored    Kind = "dishonored return"
	KindContested     Kind = "contested dishonored return"
)

// Kind tells by the entry's own addenda what it is.
func (e *Entry) Kind() Kind {
	switch {
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

// addenda counts the records 7 of the entry.
func (e *Entry) addenda() int {
	n := len(e.Addenda05)
	if e.Addenda02 != "" {
		n++
	}
	if e.IAT != nil {
		n += 7 + len(e.IAT.Remittance) + len(e.IAT.Correspondents)
	}
	if e.Kind() != KindForward {
		n++
	}
	return n
}

// international reports whether the batch uses the IAT record layouts.
func (h *BatchHeader) international() bool { return h.IAT != nil }

// reversal reports whether the batch undoes an earlier one, which lifts the
// bans on credits and debits of some classes.
func (h *BatchHeader) reversal() bool { return strings.HasPrefix(h.Description, "REVERSAL") }
