package codes

import (
	"fmt"
	"slices"
	"strings"
)

// Width of the corrected data field, in characters.
const (
	dataWidth    = 29
	iatDataWidth = 35
)

// Corrected holds the values of a notification of change by field.
type Corrected map[Field]string

// Split reads corrected data by position, as the rules define it, because
// account numbers may hold spaces and C07 has no gaps at all. Leading and
// inner spaces stay, the padding behind a value goes; data that was cut short
// is padded first. A routing number must be nine digits, its check digit is
// the caller's to verify; a transaction code must be that of a forward entry,
// whose direction is the caller's to compare.
//
// The error says which position breaks the form, never what stands there: it
// would be part of an account number. The originating bank answers such data
// with C65. A code without positions (C13) has no values and takes any data.
func (c ChangeCode) Split(data string, iat bool) (Corrected, error) {
	parts, width := c.Data, dataWidth
	if !iat && slices.Contains(c.SECs, "IAT") {
		return nil, fmt.Errorf("%s is for IAT entries only", c.Code)
	}
	if iat {
		width = iatDataWidth
		if c.IATData != nil {
			parts = c.IATData
		}
	}
	if at := strings.IndexFunc(data, func(r rune) bool { return r < ' ' || r > '~' }); at >= 0 {
		return nil, fmt.Errorf("%s: position %d of the corrected data is not printable ASCII", c.Code, at+1)
	}
	if len(data) > width {
		return nil, fmt.Errorf("%s: the corrected data has %d characters, more than %d", c.Code, len(data), width)
	}
	if len(parts) == 0 {
		return Corrected{}, nil
	}
	data += strings.Repeat(" ", width-len(data))

	values, end := Corrected{}, 0
	for _, part := range parts {
		if err := c.blank(data, end, part.First-1); err != nil {
			return nil, err
		}
		value := strings.TrimRight(data[part.First-1:part.Last], " ")
		if err := part.check(value); err != nil {
			return nil, fmt.Errorf("%s: positions %d to %d of the corrected data: %w", c.Code, part.First, part.Last, err)
		}
		values[part.Field], end = value, part.Last
	}
	return values, c.blank(data, end, width)
}

// blank checks that nothing stands from one position to another, where a
// value out of its place would show.
func (c ChangeCode) blank(data string, from, to int) error {
	if strings.Trim(data[from:to], " ") == "" {
		return nil
	}
	return fmt.Errorf("%s: positions %d to %d of the corrected data must be blank", c.Code, from+1, to)
}

func (p Part) check(value string) error {
	switch {
	case strings.Trim(value, " ") == "":
		return fmt.Errorf("the %s is missing", p.Field.words())
	case p.Field == Routing && !digits(value, 9):
		return fmt.Errorf("the %s must be nine digits", p.Field.words())
	case p.Field == TransactionCode && !forwardCode(value):
		return fmt.Errorf("the %s must be that of a forward entry, as 22 or 37", p.Field.words())
	case p.Field == SEC && value != "IAT":
		return fmt.Errorf("the %s must be IAT", p.Field.words())
	}
	return nil
}

// words is the field as a sentence names it.
func (f Field) words() string {
	switch f {
	case Routing, Account:
		return string(f) + " number"
	case SEC:
		return "SEC code"
	default:
		return strings.ReplaceAll(string(f), "_", " ")
	}
}

func digits(text string, n int) bool {
	return len(text) == n && strings.Trim(text, "0123456789") == ""
}

// forwardCode reports whether a transaction code is one an originator sends:
// an account type from 2 checking to 5 loan, and credit, debit, prenote or
// zero-dollar remittance. Loans are only debited by reversals, as 55.
func forwardCode(code string) bool {
	if len(code) != 2 {
		return false
	}
	last := "234789"
	if code[0] == '5' {
		last = "2345"
	}
	return strings.ContainsRune("2345", rune(code[0])) && strings.ContainsRune(last, rune(code[1]))
}
