package nacha

// backward checks an entry that answers an earlier one.
func (f *fields) backward(e *Entry, h *BatchHeader, kind Kind) {
	f.want(TransactionCode(e.Code).Return(), "transaction code", "is not one of a %s", kind)
	f.want(len(e.Addenda05) == 0 && e.Addenda02 == "", "addenda", "of the original are not sent back")
	f.want(e.answers() == 1, "addenda", "of two kinds in one entry")
	if kind == KindReturn && h.international() {
		f.iatReturn(e)
	} else {
		f.want(e.IAT == nil, "IAT addenda", "do not go with a %s", kind)
	}
	switch kind {
	case KindReturn:
		f.returned(e.Return, h)
	case KindChange:
		f.want(e.AmountCents == 0, "amount", "of a notification of change is zero")
		f.change(e.Correction, h)
	case KindRefusedChange:
		f.want(e.AmountCents == 0, "amount", "of a notification of change is zero")
		f.want(!h.international(), "refused change", "does not exist for IAT")
		f.refusedChange(e.RefusedChange)
	case KindDishonored:
		f.want(!h.international(), "dishonored return", "does not exist for IAT")
		f.dishonored(e.Dishonored, true)
	case KindContested:
		f.want(!h.international(), "contested return", "does not exist for IAT")
		f.contested(e.Contested, true)
	}
}

// answers counts the kinds of answer that the entry has addenda for.
func (e *Entry) answers() int {
	n := 0
	for _, set := range []bool{e.Return != nil, e.Correction != nil, e.RefusedChange != nil, e.Dishonored != nil, e.Contested != nil} {
		if set {
			n++
		}
	}
	return n
}

// iatReturn checks the addenda that a returned IAT entry keeps: 10 to 16, never
// 17 or 18, which FedACH returns with R25.
func (f *fields) iatReturn(e *Entry) {
	if e.IAT == nil {
		f.refuse("IAT addenda", "are missing from the return")
		return
	}
	f.iat(e.IAT, KindReturn)
	f.want(len(e.IAT.Remittance)+len(e.IAT.Correspondents) == 0, "addenda 17 and 18", "do not go back with a return")
}

func (f *fields) original(trace, routing string) {
	f.digits("original trace number", trace, 15)
	f.want(!blankOrZero(trace), "original trace number", "is zero")
	f.digits("original receiving bank", routing, 8)
}

func (f *fields) returned(r *Return, h *BatchHeader) {
	f.want(KnownReturn(r.Code), "return code", "is not R01 to R53, R80 to R85 or R90")
	f.original(r.OriginalTrace, r.OriginalRouting)
	f.optional(r.DateOfDeath, func() {
		f.want(r.Code == "R14" || r.Code == "R15", "date of death", "goes with R14 and R15 only")
		f.date("date of death", r.DateOfDeath)
	})
	if h.international() {
		f.want(r.OriginalAmountCents >= 0 && r.OriginalAmountCents <= MaxEntryCents, "original amount", "does not fit ten digits")
		f.text("addenda information", r.Information, 34)
		return
	}
	f.want(r.OriginalAmountCents == 0, "original amount", "belongs to IAT returns only")
	f.text("addenda information", r.Information, 44)
}
