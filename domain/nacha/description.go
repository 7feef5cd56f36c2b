package nacha

import (
	"slices"
	"strings"
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
