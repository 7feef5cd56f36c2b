package nacha

// KnownReturn reports whether code returns an entry: R01 to R39 by the
// receiving bank, the operator or the gateway, R40 to R47 by an agency, R50
// to R53 for re-presented checks, R80 to R85 and R90.
func KnownReturn(code string) bool {
	n := reasonNumber(code, 'R')
	return 1 <= n && n <= 47 || 50 <= n && n <= 53 || 80 <= n && n <= 85 || n == 90
}

// sanctionsFrom is the first day of R90, YYMMDD.
const sanctionsFrom = "280317"

// ReturnInForce reports whether a file created on the day (YYMMDD) may carry
// the return code; R90 begins on 2028-03-17.
func ReturnInForce(code, createdOn string) bool {
	return KnownReturn(code) && (code != "R90" || createdOn >= sanctionsFrom)
}

// KnownDishonor reports whether code dishonors a return.
func KnownDishonor(code string) bool {
	n := reasonNumber(code, 'R')
	return n == 61 || n == 62 || 67 <= n && n <= 70
}

// KnownContest reports whether code contests or, R74, corrects a dishonored
// return.
func KnownContest(code string) bool {
	n := reasonNumber(code, 'R')
	return 71 <= n && n <= 77
}

// KnownChange reports whether code notifies of a change. C04 was withdrawn in
// 2015 and is still accepted, without effect; C10 to C12 are obsolete.
func KnownChange(code string) bool {
	n := reasonNumber(code, 'C')
	return 1 <= n && n <= 9 || n == 13 || n == 14
}

// KnownRefusal reports whether code refuses a notification of change.
func KnownRefusal(code string) bool {
	n := reasonNumber(code, 'C')
	return 61 <= n && n <= 69
}

// reasonNumber reads a letter and two digits; 0 for anything else.
func reasonNumber(code string, letter byte) int {
	if len(code) != 3 || code[0] != letter || !digits(code[1:]) {
		return 0
	}
	return two(code[1:])
}
