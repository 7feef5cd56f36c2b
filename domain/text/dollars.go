package text

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxCents is the largest amount an entry can carry: $99,999,999.99, ten
// digits of cents. Source: NACHA Operating Rules, entry detail record.
const MaxCents int64 = 99_999_999_99

// maxDollarDigits is the length of its whole dollars.
const maxDollarDigits = 8

// ParseDollars reads an amount of dollars from the decimal text of a JSON
// number, or of a JSON string without its quotes, and returns whole cents. It
// never uses a float, which cannot represent 1.005 exactly.
//
// The text consists of digits, optionally followed by a point and one or two
// decimals. The error says which rule is broken: a sign, an exponent, a third
// decimal even if it is zero, a leading zero, more than MaxCents, or not a
// number at all. Zero is accepted; that only a prenote may have it is checked
// elsewhere.
func ParseDollars(token string) (cents int64, err error) {
	whole, decimals, point := strings.Cut(token, ".")
	switch {
	case token == "":
		return 0, fmt.Errorf("the amount is missing")
	case token[0] == '-':
		return 0, fmt.Errorf("an amount cannot be negative")
	case token[0] == '+':
		return 0, fmt.Errorf("an amount is written without a sign")
	case strings.ContainsAny(token, "eE") && strings.Trim(token, digits+".eE+-") == "":
		return 0, fmt.Errorf("an amount is written without an exponent")
	case strings.Trim(whole+decimals, digits) != "" || whole == "" || point && decimals == "":
		return 0, fmt.Errorf("an amount is written as dollars and cents, for instance 5000.25")
	case whole[0] == '0' && len(whole) > 1:
		return 0, fmt.Errorf("an amount is written without leading zeros")
	case len(decimals) > 2:
		return 0, fmt.Errorf("an amount has at most two decimals")
	case len(whole) > maxDollarDigits:
		return 0, fmt.Errorf("an amount is at most %s", FormatDollars(MaxCents))
	}
	for _, digit := range whole + (decimals + "00")[:2] {
		cents = cents*10 + int64(digit-'0')
	}
	return cents, nil
}

// FormatDollars formats cents as dollars with two decimals: 5000.25. A sum may
// be negative.
func FormatDollars(cents int64) string {
	var b []byte
	magnitude := uint64(cents)
	if cents < 0 {
		b, magnitude = append(b, '-'), -magnitude
	}
	b = strconv.AppendUint(b, magnitude/100, 10)
	return string(append(b, '.', byte('0'+magnitude%100/10), byte('0'+magnitude%10)))
}

// Money is FormatDollars with a dollar sign before it.
func Money(cents int64) string { return "$" + FormatDollars(cents) }
