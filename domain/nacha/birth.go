package nacha

import "strings"

// MaskBirthDate masks the field of a date of birth and keeps its length:
// ****-**-**.
func MaskBirthDate(s string) string {
	return strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' {
			return c
		}
		return '*'
	}, s)
}
