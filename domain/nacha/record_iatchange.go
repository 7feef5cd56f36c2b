package nacha

import "strings"

// iatChangeRecord is addenda 98 of an international notification of change,
// the one record written here: its corrected data is 35 characters long, and
// moov-io/ach answers the six more with a record of 100.
func iatChangeRecord(c *Correction, trace string) string {
	return "798" + c.Code + c.OriginalTrace + strings.Repeat(" ", 6) + c.OriginalRouting +
		spaced(c.Data, changeWidth(true)) + strings.Repeat(" ", 9) + trace
}
