package nacha

import (
	"slices"
	"strings"
)

// Descriptions of batches that have a meaning of their own.
const (
	Payroll  = "PAYROLL"  // begins that of PPD credits for wages, since 2026-03-20
	Purchase = "PURCHASE" // of WEB debits for goods, since 2026-03-20
)

// reserved are descriptions that stand in place of any other.
var reserved = []string{"REVERSAL", "RETRY PYMT", "RETURN FEE", "RECLAIM", "NONSETTLED", "ACCTVERIFY"}

// Reserved reports whether a description says what becomes of an entry, in
// place of what it is for.
func Reserved(description string) bool {
	return slices.Contains(reserved, strings.ToUpper(strings.TrimSpace(description)))
}
