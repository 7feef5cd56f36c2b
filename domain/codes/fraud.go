package codes

import "strings"

// SuspectedFraud reports whether a return says that the entry was made under
// false pretenses, or is suspected to be: R17 whose addenda information begins
// with a word for it (NACHA Operating Rules, appendix four).
func SuspectedFraud(code, information string) bool {
	return code == "R17" && strings.HasPrefix(information, "QUESTIONABLE")
}
