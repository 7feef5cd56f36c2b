package nacha

// Validate refuses a file header that record 1 cannot carry.
func (h *FileHeader) Validate() error {
	f := fields{where: func() string { return "file header" }}
	f.point("immediate destination", h.ImmediateDestination)
	f.point("immediate origin", h.ImmediateOrigin)
	f.date("creation date", h.CreatedOn)
	f.want(validTime(h.CreatedAt), "creation time", "is not HHMM")
	f.want(validModifier(h.Modifier), "file ID modifier", "is not A-Z or 0-9")
	f.text("immediate destination name", h.ImmediateDestinationName, 23)
	f.text("immediate origin name", h.ImmediateOriginName, 23)
	f.text("reference code", h.Reference, 8)
	return f.err
}

// point takes a sending or receiving point: a routing number, or the ten
// characters a bank dictates between itself and its customer.
func (f *fields) point(field, s string) {
	switch len(s) {
	case 9:
		if err := ValidRouting(s); err != nil {
			f.refuse(field, "%v", err)
		}
	case 10:
		f.want(Printable(s), field, "has a character outside printable ASCII")
		f.want(s[0] != ' ' && s[9] != ' ', field, "begins or ends with a space")
		f.want(!blankOrZero(s), field, "is blank")
	default:
		f.refuse(field, "is neither nine digits nor ten characters")
	}
}

func validModifier(s string) bool {
	return len(s) == 1 && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= '0' && s[0] <= '9')
}
