package nacha

// judge checks the fields for which an operator returns a single entry.
func (r *entryReader) judge() {
	rec := r.record(0)
	r.routing()
	r.indicator(rec)
	switch r.batch.class.layout {
	case corporate:
		r.counted(at(rec, 55, 58))
		r.reserved(0, rec, 75, 76)
	case foreign:
		r.counted(at(rec, 13, 16))
		r.reserved(0, rec, 17, 29)
		r.reserved(0, rec, 75, 76)
		r.checkInternational()
	}
	if r.out.Kind == KindForward {
		r.forward()
	} else {
		r.backward()
	}
}

// routing checks positions 4-12: R28 for a wrong check digit, R13 for a
// number that no bank can have.
func (r *entryReader) routing() {
	nine := r.out.Entry.Routing
	if ValidRouting(nine) == nil {
		return
	}
	want, ok := CheckDigit(nine[:8])
	if ok && want != nine[8] {
		r.hold(0, RoutingDigit, "R28", "routing number", "has a wrong check digit")
		return
	}
	r.hold(0, RoutingNumber, "R13", "routing number", "is not one a bank can have")
}

// indicator checks position 79 against what follows.
func (r *entryReader) indicator(rec string) {
	want := "0"
	if len(r.lines) > 1 || r.batch.class.layout == foreign {
		want = "1"
	}
	if at(rec, 79, 79) != want {
		r.hold(0, AddendaField, "R25", "addenda record indicator", "is %q, want %s", at(rec, 79, 79), want)
	}
}

// counted checks the number of addenda in CTX and IAT entries. An answer to an
// earlier entry may repeat that entry's number.
func (r *entryReader) counted(text string) {
	n, ok := number(text)
	if (!ok || int(n) != len(r.lines)-1) && (r.exact || r.out.Kind == KindForward) {
		r.hold(0, AddendaField, "R25", "number of addenda", "says %s, %d follow", text, len(r.lines)-1)
	}
}

// forward checks an entry that starts a payment.
func (r *entryReader) forward() {
	e, c, code := &r.out.Entry, r.batch.class, TransactionCode(r.out.Entry.Code)
	if blank(e.Account) {
		r.hold(0, MandatoryField, "R26", "account number", "is blank")
	}
	if c.named && (blank(e.Name) || blankOrZero(e.Name) && !r.exact) {
		r.hold(0, MandatoryField, "R26", "individual name", "is blank or zeros")
	}
	switch {
	case code.Live() && e.AmountCents == 0:
		r.hold(0, AmountField, "R19", "amount", "is zero under a code that moves money")
	case !code.Live() && code.Known() && e.AmountCents != 0:
		r.hold(0, AmountField, "R19", "amount", "is not zero under a code without money")
	case c.maxCents > 0 && e.AmountCents > c.maxCents:
		r.hold(0, AmountField, "R19", "amount", "is above what %s allows", r.batch.header.SEC)
	}
	if len(e.Addenda05) > c.addenda05 || c.addenda02 && e.Addenda02 == "" {
		r.hold(0, AddendaField, "R25", "addenda", "are missing or more than %s allows", r.batch.header.SEC)
	}
	if code.ZeroDollar() && len(r.lines) == 1 {
		r.hold(0, AddendaField, "R25", "addenda", "are missing from an entry without money")
	}
	if r.batch.header.reversal() {
		return
	}
	if code.Debit() && (c.noDebits || code == 55) {
		r.hold(0, ImproperDebit, "R35", "transaction code", "debits what may not be debited")
	}
	if code.Credit() && c.noCredits {
		r.hold(0, ImproperCredit, "R36", "transaction code", "credits, which %s does not allow", r.batch.header.SEC)
	}
}

// backward checks an entry that answers an earlier one.
func (r *entryReader) backward() {
	e, code := &r.out.Entry, TransactionCode(r.out.Entry.Code)
	switch n := e.answers(); {
	case n == 0:
		r.hold(0, AddendaField, "R25", "addenda", "98 or 99 is missing under a return code")
	case n > 1:
		r.hold(0, AddendaField, "R25", "addenda", "98 and 99 in one entry")
	case !code.Return():
		r.hold(0, AnswerCode, "R26", "transaction code", "%02d is a forward code above an answer", e.Code)
	}
	if len(e.Addenda05) > 0 || e.Addenda02 != "" {
		r.hold(0, AddendaField, "R25", "addenda", "of the original came back")
	}
	change := r.out.Kind == KindChange || r.out.Kind == KindRefusedChange
	if change && e.AmountCents != 0 {
		r.hold(0, AmountField, "R19", "amount", "of a notification of change is not zero")
	}
}
