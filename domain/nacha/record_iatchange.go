package nacha

import "strings"

// iatChangeRecord is addenda 98 of an international notification of change. It
// is the only record written here, because its corrected data has 35
// characters, for which moov-io/ach writes a record of 100.
func iatChangeRecord(c *Correction, trace string) string {
	return "798" + c.Code + c.OriginalTrace + strings.Repeat(" ", 6) + c.OriginalRouting +
		spaced(c.Data, changeWidth(true)) + strings.Repeat(" ", 9) + trace
}
