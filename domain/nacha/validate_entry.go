package nacha

import "fmt"

// Validate refuses an entry that its records cannot contain under the batch
// header, or that the operator would return. The Writer checks what concerns
// several entries, such as ascending trace numbers.
func (e *Entry) Validate(h *BatchHeader) error {
	var f fields
	c := classOf(h)
	kind := e.Kind()
	f.common(e, h, c)
	if (h.SEC == "COR") != (kind == KindChange || kind == KindRefusedChange) {
		f.refuse("standard entry class", "does not go with a %s", kind)
	}
	if kind == KindForward {
		f.forward(e, h, c)
	} else {
		f.backward(e, h, kind)
	}
	return f.in(func() string { return fmt.Sprintf("batch %d entry %s", h.Number, e.Trace) })
}

// common checks the fields of every record 6.
func (f *fields) common(e *Entry, h *BatchHeader, c class) {
	if err := ValidRouting(e.Routing); err != nil {
		f.refuse("routing number", "%v", err)
	}
	f.want(e.AmountCents >= 0 && e.AmountCents <= MaxEntryCents, "amount", "is not 0 to %d cents", MaxEntryCents)
	f.digits("trace number", e.Trace, 15)
	f.want(len(e.Trace) == 15 && e.Trace[:8] == h.ODFI, "trace number", "does not begin with the ODFI identification")
	f.want(classAllows(h.ServiceClass, TransactionCode(e.Code)), "transaction code", "does not belong in service class %d", h.ServiceClass)
	id, name, account := 15, 22, 17
	switch c.layout {
	case corporate:
		name = 16
	case swapped:
		id, name = 22, 15
	case foreign:
		id, name, account = 0, 0, 35
	}
	f.text("account number", e.Account, account)
	f.text("individual identification", e.IndividualID, id)
	f.text("individual name", e.Name, name)
	if c.layout == foreign {
		f.empty("discretionary data", e.Discretionary)
		f.optional(e.OFAC, func() { f.oneOf("OFAC indicator", e.OFAC, "0", "1") })
		f.optional(e.SecondaryOFAC, func() { f.oneOf("secondary OFAC indicator", e.SecondaryOFAC, "0", "1") })
		return
	}
	f.text("discretionary data", e.Discretionary, 2)
	f.empty("OFAC indicator", e.OFAC)
	f.empty("secondary OFAC indicator", e.SecondaryOFAC)
}
