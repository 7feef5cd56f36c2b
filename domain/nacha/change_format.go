package nacha

import "fmt"

// FormatChange formats corrected data for addenda 98, without padding at the
// end. It refuses data that ParseChange would not return unchanged. C13
// describes in words what is wrong with the addenda, since operators reject
// blank data and the rules specify no format.
func FormatChange(code string, c Change, iat bool) (string, error) {
	fields, err := slots(code, iat)
	if err != nil {
		return "", err
	}
	if code == "C13" && c == (Change{}) {
		return "ADDENDA FORMAT ERROR", nil
	}
	data := []byte(spaced("", changeWidth(true)))
	for _, f := range fields {
		value := c.value(f.name)
		if !Alphameric(value, f.to-f.from+1) {
			return "", &ChangeError{ChangeCode: code, Field: string(f.name), Reason: "does not fit", Refusal: "C65"}
		}
		copy(data[f.from-1:], value)
	}
	text := trim(string(data))
	back, err := ParseChange(code, text, iat)
	if err != nil {
		return "", err
	}
	if back != c.trimmed() {
		return "", &ChangeError{ChangeCode: code, Field: "corrected data", Reason: "has a value its code cannot carry", Refusal: "C65"}
	}
	return text, nil
}

// value is the text of one field.
func (c *Change) value(name slotName) string {
	switch name {
	case accountSlot:
		return c.Account
	case routingSlot:
		return c.Routing
	case nameSlot:
		return c.Name
	case idSlot:
		return c.ID
	case secSlot:
		return c.SEC
	default:
		return fmt.Sprintf("%02d", c.Code)
	}
}

// trimmed removes spaces after a value, which a file cannot keep.
func (c Change) trimmed() Change {
	c.Account, c.Name, c.ID = trim(c.Account), trim(c.Name), trim(c.ID)
	return c
}
