package nacha

// forward checks an entry that starts a payment.
func (f *fields) forward(e *Entry, h *BatchHeader, c class) {
	code := TransactionCode(e.Code)
	f.want(code.Forward(), "transaction code", "is not one of a forward entry")
	f.want(!blankOrZero(h.EffectiveOn), "effective entry date", "is blank")
	f.filled("account number", e.Account, 35)
	if c.named || h.SEC == "PPD" {
		f.want(!blank(e.Name), "individual name", "is blank")
	}
	if !h.reversal() {
		switch {
		case c.noCredits && !code.Debit():
			f.refuse("transaction code", "is a credit, which %s does not allow", h.SEC)
		case c.noDebits && !code.Credit():
			f.refuse("transaction code", "is a debit, which %s does not allow", h.SEC)
		}
		f.want(code != 55, "transaction code", "debits a loan outside a reversal")
	}
	f.money(e, c)
	f.forwardAddenda(e, h, c)
}

// money checks that the amount suits the transaction code.
func (f *fields) money(e *Entry, c class) {
	code := TransactionCode(e.Code)
	f.want(code.Live() || e.AmountCents == 0, "amount", "must be zero under transaction code %d", e.Code)
	f.want(!code.Live() || e.AmountCents > 0, "amount", "is zero under transaction code %d", e.Code)
	f.want(c.maxCents == 0 || e.AmountCents <= c.maxCents, "amount", "is above %d cents", c.maxCents)
	if code.ZeroDollar() {
		f.want(c.zeroDollar, "transaction code", "carries no money, which this class does not allow")
		f.want(c.layout != foreign || code < 40, "transaction code", "of an IAT entry without money must be checking or savings")
		f.want(e.addenda() > 0, "addenda", "are missing from an entry without money")
	}
}

func (f *fields) forwardAddenda(e *Entry, h *BatchHeader, c class) {
	if len(e.Addenda05) > c.addenda05 {
		f.refuse("addenda 05", "are more than the %d that %s allows", c.addenda05, h.SEC)
	}
	for _, text := range e.Addenda05 {
		f.text("payment related information", text, 80)
	}
	if c.addenda02 {
		f.filled("addenda 02", e.Addenda02, 76)
	} else {
		f.empty("addenda 02", e.Addenda02)
	}
	f.want((c.layout == foreign) == (e.IAT != nil), "IAT addenda", "belong to IAT entries, all of them")
	if e.IAT != nil {
		f.iat(e.IAT, KindForward)
		n := len(e.IAT.Remittance) + len(e.IAT.Correspondents)
		f.want(n <= MaxIATOptional, "addenda 17 and 18", "are more than %d", MaxIATOptional)
		f.want(len(e.IAT.Remittance) <= MaxRemittance, "addenda 17", "are more than %d", MaxRemittance)
	}
}
