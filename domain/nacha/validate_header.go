package nacha

// Validate refuses a file header that record 1 cannot contain.
func (h *FileHeader) Validate() error {
	var f fields
	f.point("immediate destination", h.ImmediateDestination)
	f.point("immediate origin", h.ImmediateOrigin)
	f.date("creation date", h.CreatedOn)
	f.want(validTime(h.CreatedAt), "creation time", "is not HHMM")
	f.want(validModifier(h.Modifier), "file ID modifier", "is not A-Z or 0-9")
	f.text("immediate destination name", h.ImmediateDestinationName, 23)
	f.text("immediate origin name", h.ImmediateOriginName, 23)
	f.text("reference code", h.Reference, 8)
	return f.in(func() string { return "file header" })
}

// point checks a sending or receiving point: nine or ten characters. Bank and
// customer agree on it: a routing number, a tax number with or without a
// prefix, a customer number.
func (f *fields) point(field, s string) {
	if len(s) != 9 && len(s) != 10 {
		f.refuse(field, "is neither nine nor ten characters")
		return
	}
	f.printable(field, s)
	f.want(s[0] != ' ' && s[len(s)-1] != ' ', field, "begins or ends with a space")
	f.want(!blankOrZero(s), field, "is blank or zero")
}

func validModifier(s string) bool {
	return len(s) == 1 && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= '0' && s[0] <= '9')
}
