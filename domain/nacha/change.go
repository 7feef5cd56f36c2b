package nacha

import "fmt"

// Change is the corrected data of a notification of change. Only the fields
// that its code names are set.
type Change struct {
	Account string          // C01, C03, C06, C07: leading and inner spaces kept
	Routing string          // C02, C03, C07: nine digits, valid
	Code    TransactionCode // C05, C06, C07: a forward code
	Name    string          // C04, withdrawn in 2015: no action follows
	ID      string          // C08: the foreign bank; C09: the individual
	SEC     string          // C14: IAT
}

// ChangeError says that corrected data is not valid. Its text contains none of
// the data.
type ChangeError struct {
	ChangeCode string
	Field      string
	Reason     string
	Refusal    string // C65 or C69: the code that refuses the notification
}

// Error joins code, field and reason.
func (e *ChangeError) Error() string {
	return fmt.Sprintf("%s: %s %s", e.ChangeCode, e.Field, e.Reason)
}

// slot is one field of corrected data, positions 1-based and inclusive.
type slot struct {
	from, to int
	name     slotName
}

type slotName string

const (
	accountSlot slotName = "account number"
	routingSlot slotName = "routing number"
	codeSlot    slotName = "transaction code"
	nameSlot    slotName = "name"
	idSlot      slotName = "identification"
	secSlot     slotName = "standard entry class"
)

// changeSlots are the fields of each code's data (NACHA Operating Rules,
// appendix five). All other positions are blank.
var changeSlots = map[string][]slot{
	"C01": {{1, 17, accountSlot}},
	"C02": {{1, 9, routingSlot}},
	"C03": {{1, 9, routingSlot}, {13, 29, accountSlot}},
	"C04": {{1, 22, nameSlot}},
	"C05": {{1, 2, codeSlot}},
	"C06": {{1, 17, accountSlot}, {21, 22, codeSlot}},
	"C07": {{1, 9, routingSlot}, {10, 26, accountSlot}, {27, 28, codeSlot}},
	"C08": {{1, 34, idSlot}},
	"C09": {{1, 22, idSlot}},
	"C14": {{1, 3, secSlot}},
}

// slots returns the fields of a code. C13 has none: its data is not specified.
func slots(code string, iat bool) ([]slot, error) {
	unused := func(reason string) error {
		return &ChangeError{ChangeCode: code, Field: "change code", Reason: reason, Refusal: "C65"}
	}
	switch {
	case !KnownChange(code):
		return nil, unused("is not in use")
	case iat && (code == "C03" || code == "C06" || code == "C07"):
		return nil, unused("is not used for IAT")
	case !iat && code == "C08":
		return nil, unused("is for IAT only")
	case iat && code == "C01":
		return []slot{{1, 35, accountSlot}}, nil
	case iat && code == "C09":
		return []slot{{1, 15, idSlot}}, nil
	default:
		return changeSlots[code], nil
	}
}
