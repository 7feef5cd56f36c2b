package nacha

import "cmp"

// structure checks what invalidates the whole batch: trace numbers, codes that
// do not suit the class, mixed kinds.
func (r *entryReader) structure() {
	b, e := r.batch, &r.out.Entry
	code := TransactionCode(e.Code)
	r.traces()
	switch {
	case !code.Known():
		b.refuse(r.line(), CodeNotAllowed, "transaction code", "%02d is not in use", e.Code)
	case !classAllows(b.header.ServiceClass, code):
		b.refuse(r.line(), CodeNotAllowed, "transaction code", "%02d does not belong in service class %d", e.Code, b.header.ServiceClass)
	case code.ZeroDollar() && !b.class.unsupported && !r.remittanceAllowed(code):
		b.refuse(r.line(), CodeNotAllowed, "transaction code", "%02d, without money, does not belong in %s", e.Code, b.header.SEC)
	}
	r.out.Kind = e.Kind()
	if r.out.Kind == KindForward && code.Return() {
		r.out.Kind = KindReturn
		if b.header.SEC == "COR" {
			r.out.Kind = KindChange
		}
	}
	b.verdict.Kind = cmp.Or(b.verdict.Kind, r.out.Kind)
	if b.verdict.Kind != r.out.Kind {
		b.refuse(r.line(), MixedKinds, "", "a %s in a batch that began with a %s", r.out.Kind, b.verdict.Kind)
	}
	change := r.out.Kind == KindChange || r.out.Kind == KindRefusedChange
	if b.class.known && change != (b.header.SEC == "COR") {
		b.refuse(r.line(), EntryClass, "standard entry class", "%s does not go with a %s", b.header.SEC, r.out.Kind)
	}
}

// remittanceAllowed reports whether the class allows entries without money; IAT
// allows them for checking and savings accounts only.
func (r *entryReader) remittanceAllowed(code TransactionCode) bool {
	return r.batch.class.zeroDollar && (r.batch.class.layout != foreign || code < 40)
}

// traces checks that trace numbers begin with the sender and ascend.
func (r *entryReader) traces() {
	b, trace := r.batch, r.out.Entry.Trace
	switch {
	case !digits(trace):
		b.refuse(r.line(), NotNumeric, "trace number", "is not 15 digits")
	case trace[:8] != b.header.ODFI:
		r.misplaced(TracePrefix, "does not begin with the ODFI identification")
	case trace <= b.trace:
		r.misplaced(TraceOrder, "does not ascend")
	default:
		b.trace = trace
	}
}

// misplaced reports a trace number that does not suit its batch. A bank's file
// to its customer may keep the customer's ODFI in the header above answers of
// many banks: then each entry waits for a person, and the batch is valid.
func (r *entryReader) misplaced(code, message string) {
	b := r.batch
	if !r.exact && r.out.Entry.goesTo(b.header.ODFI) {
		r.hold(0, code, "", "trace number", message)
		return
	}
	b.refuse(r.line(), code, "trace number", message)
}
