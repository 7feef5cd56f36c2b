package nacha

// answer reads addenda 99: a return, a dishonored or a contested return,
// according to its code.
func (r *entryReader) answer(i int, rec string) {
	e := &r.out.Entry
	code := at(rec, 4, 6)
	r.sameTrace(i, at(rec, 80, 94))
	switch {
	case KnownDishonor(code):
		e.Dishonored = &Dishonored{
			Code: code, OriginalTrace: at(rec, 7, 21), OriginalRouting: at(rec, 28, 35),
			ReturnTrace: at(rec, 39, 53), ReturnSettlement: dayAt(rec, 54, 56), ReturnCode: at(rec, 57, 58),
			Information: textAt(rec, 59, 79),
		}
		r.reserved(i, rec, 22, 27)
		r.reserved(i, rec, 36, 38)
		r.zeros(i, rec, 54, 56)
	case KnownContest(code):
		e.Contested = &Contested{
			Code: code, OriginalTrace: at(rec, 7, 21), ReturnedOn: unlessZero(textAt(rec, 22, 27)), OriginalRouting: at(rec, 28, 35),
			OriginalSettlement: dayAt(rec, 36, 38), ReturnTrace: at(rec, 39, 53), ReturnSettlement: dayAt(rec, 54, 56),
			ReturnCode: at(rec, 57, 58), DishonoredTrace: at(rec, 59, 73), DishonoredSettlement: dayAt(rec, 74, 76),
			DishonoredCode: at(rec, 77, 78),
		}
		r.reserved(i, rec, 79, 79)
		for _, at := range [][2]int{{22, 27}, {36, 38}, {54, 56}, {74, 76}} {
			r.zeros(i, rec, at[0], at[1])
		}
	default:
		r.returned(i, rec, code)
		return
	}
	r.chain(i)
}

// returned reads addenda 99 of a return.
func (r *entryReader) returned(i int, rec, code string) {
	ret := &Return{
		Code: code, OriginalTrace: at(rec, 7, 21), DateOfDeath: unlessZero(textAt(rec, 22, 27)),
		OriginalRouting: at(rec, 28, 35), Information: textAt(rec, 36, 79),
	}
	r.out.Entry.Return = ret
	r.zeros(i, rec, 22, 27)
	if !ReturnInForce(code, r.created) {
		r.hold(i, ReasonCode, "R26", "return code", "%s is not in force", code)
	}
	r.original(i, ret.OriginalTrace, ret.OriginalRouting)
	if ret.DateOfDeath != "" {
		if _, err := ParseDate(ret.DateOfDeath); err != nil || code != "R14" && code != "R15" {
			r.hold(i, MandatoryField, "R26", "date of death", "is not a day, or the code is not R14 or R15")
		}
	}
	if r.batch.class.layout != foreign {
		return
	}
	var ok bool
	if ret.OriginalAmountCents, ok = number(at(rec, 36, 45)); !ok {
		ret.OriginalAmountCents = 0
		r.hold(i, AmountField, "R19", "original amount", "is not ten digits")
	}
	ret.Information = textAt(rec, 46, 79)
}

// original checks the fields that identify the answered entry.
func (r *entryReader) original(i int, trace, routing string) {
	if !digits(trace) || blankOrZero(trace) {
		r.hold(i, TraceField, "R27", "original trace number", "is blank or not digits")
	}
	if !digits(routing) {
		r.hold(i, MandatoryField, "R26", "original receiving bank", "is not eight digits")
	}
}

// chain checks dishonored and contested returns.
func (r *entryReader) chain(i int) {
	e := &r.out.Entry
	f := fields{read: true}
	if d := e.Dishonored; d != nil {
		r.original(i, d.OriginalTrace, d.OriginalRouting)
		f.dishonored(d, r.exact)
	}
	if c := e.Contested; c != nil {
		r.original(i, c.OriginalTrace, c.OriginalRouting)
		f.contested(c, r.exact)
	}
	if field := f.first(); field != nil && len(r.out.Problems) == 0 {
		r.hold(i, MandatoryField, "R26", field.Field, field.Reason)
	}
	if r.batch.class.layout == foreign {
		r.hold(i, ReasonCode, "R26", "return code", "does not exist for IAT")
	}
}
