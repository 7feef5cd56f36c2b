package nacha

import "strings"

// Printable reports whether s is printable ASCII, 0x20 to 0x7E, which every
// bank reads in the same way. The rules allow more, but one multi-byte letter
// would shift every field after it.
func Printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7E {
			return false
		}
	}
	return true
}

// Alphameric reports whether s fits an alphameric field of the given width:
// printable ASCII, not longer.
func Alphameric(s string, width int) bool { return len(s) <= width && Printable(s) }

// digits reports whether s is ASCII digits only, and at least one.
func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

// number reads a numeric field strictly: digits only, no sign, no space.
func number(s string) (int64, bool) {
	var n int64
	for i := 0; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int64(d)
	}
	return n, len(s) > 0 && len(s) <= 18
}

// trim removes the padding after an alphameric field; leading and inner spaces
// belong to the value.
func trim(s string) string { return strings.TrimRight(s, " ") }

// blank reports whether a field is empty or spaces only.
func blank(s string) bool { return trim(s) == "" }

// blankOrZero reports whether a field holds nothing but spaces and zeros,
// which the rules treat as missing.
func blankOrZero(s string) bool {
	for i := range len(s) {
		if s[i] != ' ' && s[i] != '0' {
			return false
		}
	}
	return true
}
