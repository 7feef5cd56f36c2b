package nacha

// change reads addenda 98: a notification of change, or a refused one.
// ParseChange reads the corrected data; a notification with invalid data is
// refused with C61 to C69 and does not wait here.
func (r *entryReader) change(i int, rec string) {
	e := &r.out.Entry
	code := at(rec, 4, 6)
	iat := r.batch.class.layout == foreign
	trace, routing := at(rec, 7, 21), at(rec, 28, 35)
	data := textAt(rec, 36, 35+changeWidth(iat))
	r.sameTrace(i, at(rec, 80, 94))
	r.original(i, trace, routing)
	if data == "" {
		r.hold(i, AddendaField, "R25", "corrected data", "is blank")
	}
	r.reserved(i, rec, 22, 27)
	if KnownRefusal(code) && !iat {
		e.RefusedChange = &RefusedChange{
			Code: code, OriginalTrace: trace, OriginalRouting: routing, Data: data,
			ChangeCode: at(rec, 65, 67), ChangeTrace: at(rec, 68, 74),
		}
		if reasonNumber(e.RefusedChange.ChangeCode, 'C') == 0 || !digits(e.RefusedChange.ChangeTrace) {
			r.hold(i, AddendaField, "R25", "refused change", "does not name the notification")
		}
		r.reserved(i, rec, 75, 79)
		return
	}
	e.Correction = &Correction{Code: code, OriginalTrace: trace, OriginalRouting: routing, Data: data}
	if !KnownChange(code) {
		r.hold(i, ReasonCode, "R26", "change code", "%s is not in use", code)
	}
	r.reserved(i, rec, 36+changeWidth(iat), 79)
}
