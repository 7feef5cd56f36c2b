package nacha

func (f *fields) change(c *Correction, h *BatchHeader) {
	f.want(KnownChange(c.Code), "change code", "is not one in use")
	f.original(c.OriginalTrace, c.OriginalRouting)
	f.filled("corrected data", c.Data, changeWidth(h.international()))
}

func (f *fields) refusedChange(r *RefusedChange) {
	f.want(KnownRefusal(r.Code), "refused change code", "is not C61 to C69")
	f.original(r.OriginalTrace, r.OriginalRouting)
	f.filled("corrected data", r.Data, changeWidth(false))
	f.want(len(r.ChangeCode) == 3 && r.ChangeCode[0] == 'C' && digits(r.ChangeCode[1:]), "change code", "is not C and two digits")
	f.digits("change trace", r.ChangeTrace, 7)
}

// dishonored checks addenda 99 of a dishonored return. Settlement days are
// required, not mandatory: what we write has them (stamped), while a blank one
// in a received file means that the day was not stamped.
func (f *fields) dishonored(d *Dishonored, stamped bool) {
	f.want(KnownDishonor(d.Code), "dishonored return code", "is not R61, R62 or R67 to R70")
	f.original(d.OriginalTrace, d.OriginalRouting)
	f.digits("return trace number", d.ReturnTrace, 15)
	f.stamp("return settlement day", d.ReturnSettlement, stamped)
	f.digits("return code", d.ReturnCode, 2)
	f.text("addenda information", d.Information, 21)
}

func (f *fields) contested(c *Contested, stamped bool) {
	f.want(KnownContest(c.Code), "contested return code", "is not R71 to R77")
	f.original(c.OriginalTrace, c.OriginalRouting)
	f.want(c.Code != "R73" || c.ReturnedOn != "", "date of the return", "is mandatory for R73")
	f.want(!stamped || c.Code != "R73" || c.OriginalSettlement != "", "original settlement day", "is mandatory for R73")
	f.optional(c.ReturnedOn, func() { f.date("date of the return", c.ReturnedOn) })
	f.optional(c.OriginalSettlement, func() { f.julian("original settlement day", c.OriginalSettlement) })
	f.digits("return trace number", c.ReturnTrace, 15)
	f.stamp("return settlement day", c.ReturnSettlement, stamped)
	f.digits("return code", c.ReturnCode, 2)
	f.digits("dishonored return trace number", c.DishonoredTrace, 15)
	f.stamp("dishonored return settlement day", c.DishonoredSettlement, stamped)
	f.digits("dishonored return code", c.DishonoredCode, 2)
}

func (f *fields) stamp(field, day string, stamped bool) {
	if stamped || day != "" {
		f.julian(field, day)
	}
}

// changeWidth is the number of characters of corrected data.
func changeWidth(iat bool) int {
	if iat {
		return 35
	}
	return 29
}
