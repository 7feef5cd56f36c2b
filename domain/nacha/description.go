package nacha

import (
	"slices"
	"strings"
	"time"
)

// Descriptions of batches that have a special meaning.
const (
	Payroll  = "PAYROLL"  // the description of PPD credits for wages begins with it, since 2026-03-20
	Purchase = "PURCHASE" // for WEB debits for goods, since 2026-03-20
)

// reserved are descriptions that replace any other.
var reserved = []string{"REVERSAL", "RETRY PYMT", "RETURN FEE", "RECLAIM", "NONSETTLED", "ACCTVERIFY"}

// Reserved reports whether a description says what happens to an entry, instead
// of its purpose.
func Reserved(description string) bool {
	return slices.Contains(reserved, strings.ToUpper(strings.TrimSpace(description)))
}

// SameDayIndicator reports whether a company descriptive date asks for same-day
// settlement: SD and a time of day, as in SD1300. Source: NACHA Operating Rules,
// Same Day ACH, an optional convention of the ODFI.
func SameDayIndicator(descriptiveDate string) bool {
	hours, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(descriptiveDate)), "SD")
	_, err := time.Parse("1504", hours)
	return ok && err == nil
}
