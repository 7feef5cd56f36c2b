package nacha

import "fmt"

// checkWeights are the factors of the ABA routing number checksum.
var checkWeights = [8]int{3, 7, 1, 3, 7, 1, 3, 7}

// CheckDigit returns the ninth digit of the routing number that begins with
// first8, and false unless first8 is eight digits.
func CheckDigit(first8 string) (byte, bool) {
	if len(first8) != 8 || !digits(first8) {
		return 0, false
	}
	sum := 0
	for i, w := range checkWeights {
		sum += w * int(first8[i]-'0')
	}
	return byte('0' + (10-sum%10)%10), true
}

// ValidRouting reports why nine is not an ABA routing number, or nil: nine
// digits, one of the assigned prefixes, and the right check digit. Nine zeros
// pass the checksum and are refused explicitly. Whether the bank accepts ACH
// entries is only known from the FedACH directory.
func ValidRouting(nine string) error {
	if len(nine) != 9 || !digits(nine) {
		return fmt.Errorf("routing number must be nine digits")
	}
	if nine == "000000000" {
		return fmt.Errorf("routing number is all zeros")
	}
	if !assignedPrefix(nine) {
		return fmt.Errorf("routing number prefix %s is not assigned", nine[:2])
	}
	if want, _ := CheckDigit(nine[:8]); want != nine[8] {
		return fmt.Errorf("routing number %s has a wrong check digit", nine)
	}
	return nil
}

// assignedPrefix reports whether the ABA assigns the first two digits: 00
// United States government, 01-12 Federal Reserve districts, 21-32 thrifts,
// 61-72 electronic, 80 traveler's checks.
func assignedPrefix(routing string) bool {
	p := int(routing[0]-'0')*10 + int(routing[1]-'0')
	return p <= 12 || 21 <= p && p <= 32 || 61 <= p && p <= 72 || p == 80
}
