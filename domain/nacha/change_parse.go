package nacha

// ParseChange reads corrected data by position, as the rules lay it out; an
// account number may hold spaces and may touch the field after it, so nothing
// is split at blanks. data is positions 36-64 of addenda 98 (IAT: 36-70), with
// or without the padding after. Data that does not fit its code is a
// *ChangeError with the code for its refusal. Whether a new transaction code
// has the direction of the original entry is not checked here.
func ParseChange(code, data string, iat bool) (Change, error) {
	var c Change
	fields, err := slots(code, iat)
	if err != nil || code == "C13" {
		return c, err
	}
	fail := func(field, reason string) (Change, error) {
		return Change{}, &ChangeError{ChangeCode: code, Field: field, Reason: reason, Refusal: "C65"}
	}
	if !Alphameric(trim(data), changeWidth(iat)) {
		return fail("corrected data", "is too long or not printable ASCII")
	}
	data = spaced(trim(data), changeWidth(true))
	done := 0
	for _, f := range fields {
		if !blank(data[done : f.from-1]) {
			return fail("corrected data", "has text between its fields")
		}
		if err := c.set(code, f.name, trim(data[f.from-1:f.to])); err != nil {
			return Change{}, err
		}
		done = f.to
	}
	if !blank(data[done:]) {
		return fail("corrected data", "has text behind its fields")
	}
	return c, nil
}

// set stores the value of one field if it is valid.
func (c *Change) set(code string, name slotName, value string) error {
	bad := ChangeError{ChangeCode: code, Field: string(name), Refusal: "C65"}
	switch name {
	case accountSlot:
		c.Account = value
	case nameSlot:
		c.Name = value
	case idSlot:
		c.ID = value
	case routingSlot:
		c.Routing = value
		if err := ValidRouting(value); err != nil {
			bad.Reason = "is not a routing number"
		}
	case codeSlot:
		n, ok := number(value)
		c.Code = TransactionCode(n)
		if !ok || len(value) != 2 || !c.Code.Forward() {
			bad.Reason, bad.Refusal = "is not a forward code", "C69"
		}
	case secSlot:
		c.SEC = value
		if value != "IAT" {
			bad.Reason = "is not IAT"
		}
	}
	if blank(value) {
		bad.Reason, bad.Refusal = "is blank", "C65"
	}
	if bad.Reason != "" {
		return &bad
	}
	return nil
}
