package text

import "strings"

// descriptionWidth is the length of the company entry description in a batch
// header.
const descriptionWidth = 10

// SentDescription returns what of a description goes into the file: without
// spaces at either end, its first ten characters. The whole of it is kept
// elsewhere; "Loan Payment" is sent as "Loan Payme".
func SentDescription(description string) string {
	characters := []rune(strings.Trim(description, " "))
	return strings.TrimRight(string(characters[:min(len(characters), descriptionWidth)]), " ")
}

// reservedDescriptions have a meaning under the rules and are set by the
// ledger where that meaning applies. Source: NACHA Operating Rules, company
// entry description.
var reservedDescriptions = map[string]bool{
	"REVERSAL":   true, // reversing entries
	"RETRY PYMT": true, // an entry presented again
	"RETURN FEE": true, // the fee for a returned entry
	"RECLAIM":    true, // reclamation
	"NONSETTLED": true, // entries that could not settle
	"ACCTVERIFY": true, // micro-entries
}

// ReservedDescription reports whether a description, as it is sent, is one a
// client may not set. Upper and lower case are the same.
func ReservedDescription(sent string) bool {
	return reservedDescriptions[Upper(strings.Trim(sent, " "))]
}
