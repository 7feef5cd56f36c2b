package nacha

func (d *diff) change(got, want *Correction) {
	d.text("change code", got.Code, want.Code)
	d.text("original trace number", got.OriginalTrace, want.OriginalTrace)
	d.text("original receiving bank", got.OriginalRouting, want.OriginalRouting)
	d.text("corrected data", got.Data, want.Data)
}

func (d *diff) refusedChange(got, want *RefusedChange) {
	d.text("refused change code", got.Code, want.Code)
	d.text("original trace number", got.OriginalTrace, want.OriginalTrace)
	d.text("original receiving bank", got.OriginalRouting, want.OriginalRouting)
	d.text("corrected data", got.Data, want.Data)
	d.text("change code", got.ChangeCode, want.ChangeCode)
	d.text("change trace", got.ChangeTrace, want.ChangeTrace)
}

func (d *diff) returned(got, want *Return) {
	d.text("return code", got.Code, want.Code)
	d.text("original trace number", got.OriginalTrace, want.OriginalTrace)
	d.text("date of death", got.DateOfDeath, want.DateOfDeath)
	d.text("original receiving bank", got.OriginalRouting, want.OriginalRouting)
	d.text("addenda information", got.Information, want.Information)
	d.number("original amount", got.OriginalAmountCents, want.OriginalAmountCents)
}

func (d *diff) dishonored(got, want *Dishonored) {
	d.text("dishonored return code", got.Code, want.Code)
	d.text("original trace number", got.OriginalTrace, want.OriginalTrace)
	d.text("original receiving bank", got.OriginalRouting, want.OriginalRouting)
	d.text("return trace number", got.ReturnTrace, want.ReturnTrace)
	d.text("return settlement day", got.ReturnSettlement, want.ReturnSettlement)
	d.text("return code", got.ReturnCode, want.ReturnCode)
	d.text("addenda information", got.Information, want.Information)
}

func (d *diff) contested(got, want *Contested) {
	d.text("contested return code", got.Code, want.Code)
	d.text("original trace number", got.OriginalTrace, want.OriginalTrace)
	d.text("date of the return", got.ReturnedOn, want.ReturnedOn)
	d.text("original receiving bank", got.OriginalRouting, want.OriginalRouting)
	d.text("original settlement day", got.OriginalSettlement, want.OriginalSettlement)
	d.text("return trace number", got.ReturnTrace, want.ReturnTrace)
	d.text("return settlement day", got.ReturnSettlement, want.ReturnSettlement)
	d.text("return code", got.ReturnCode, want.ReturnCode)
	d.text("dishonored return trace number", got.DishonoredTrace, want.DishonoredTrace)
	d.text("dishonored return settlement day", got.DishonoredSettlement, want.DishonoredSettlement)
	d.text("dishonored return code", got.DishonoredCode, want.DishonoredCode)
}
