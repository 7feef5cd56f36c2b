package nacha

import "strings"

// MaskBirthDate masks what stands in the place of a date of birth. It keeps
// its length: ****-**-**.
func MaskBirthDate(s string) string {
	return strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' {
			return c
		}
		return '*'
	}, s)
}
