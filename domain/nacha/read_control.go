package nacha

// checkControl reads record 8, compares it with header and entries, and returns
// its totals. A number that cannot be read is assumed to be right, since its
// batch is refused anyway.
func (b *openBatch) checkControl(line int, exact bool, r string) Totals {
	sum := b.verdict.Totals
	b.checkCopies(line, exact, r)
	debits, credits := at(r, 21, 32), at(r, 33, 44)
	if b.class.layout == advice {
		debits, credits = at(r, 21, 40), at(r, 41, 60)
	}
	claim := Totals{
		Entries:     int(b.total(line, EntryCount, "entry and addenda count", at(r, 5, 10), int64(sum.Entries+sum.Addenda))),
		EntryHash:   b.total(line, EntryHash, "entry hash", at(r, 11, 20), sum.EntryHash),
		DebitCents:  b.total(line, TotalDebits, "total debits", debits, sum.DebitCents),
		CreditCents: b.total(line, TotalCredits, "total credits", credits, sum.CreditCents),
	}
	if exact && !blank(at(r, 55, 79)) {
		b.refuse(line, Rendering, "reserved", "is not blank")
	}
	return claim
}

// checkCopies checks the fields that records 5 and 8 share.
//
// The company identification is required, not mandatory, and operators do not
// compare it: a difference is only a remark.
func (b *openBatch) checkCopies(line int, exact bool, r string) {
	h := &b.header
	if class, _ := number(at(r, 2, 4)); int(class) != h.ServiceClass {
		b.refuse(line, ControlMismatch, "service class", "differs from the batch header")
	}
	if company := textAt(r, 45, 54); b.class.layout != advice && company != h.CompanyID {
		what := "differs from the batch header"
		if blank(company) {
			what = "is blank, unlike in the batch header"
		}
		if exact {
			b.refuse(line, ControlMismatch, "company identification", what)
		} else {
			b.verdict.remark(line, ControlMismatch, "company identification", what)
		}
	}
	if at(r, 80, 87) != h.ODFI {
		b.refuse(line, ControlMismatch, "ODFI identification", "differs from the batch header")
	}
	if n, ok := number(at(r, 88, 94)); !ok || int(n) != h.Number {
		b.refuse(line, ControlMismatch, "batch number", "differs from the batch header")
	}
}

func (b *openBatch) total(line int, code, field, text string, sum int64) int64 {
	n, ok := wide(text)
	if !ok || n != sum {
		b.refuse(line, code, field, "says %s, the entries make %d", text, sum)
	}
	if !ok {
		return sum
	}
	return n
}
