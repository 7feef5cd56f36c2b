package text

import (
	"fmt"
	"strings"
)

// Fit prepares text for a field of a file: spelled in ASCII, without spaces
// at either end, and at most width characters long. changed reports whether
// letters had to be spelled differently; trimming does not count. The error
// names the character that cannot be spelled, or both lengths.
func Fit(s string, width int) (fitted string, changed bool, err error) {
	ascii, changed, err := ToASCII(s)
	if err != nil {
		return "", false, err
	}
	fitted = strings.Trim(ascii, " ")
	switch n := len(fitted); {
	case n <= width:
		return fitted, changed, nil
	case changed:
		return "", false, fmt.Errorf("has %d characters in Latin letters, at most %d fit", n, width)
	default:
		return "", false, fmt.Errorf("has %d characters, at most %d fit", n, width)
	}
}

// Upper makes the letters a to z upper case and nothing else. strings.ToUpper
// also turns ſ into S and ı into I, by which a word could pass for a code.
func Upper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - ('a' - 'A')
		}
		return r
	}, s)
}

// Blank reports whether text consists of spaces and zeros only, or of
// nothing. The operator refuses a batch whose company name, company
// identification or entry description is blank. Source: NACHA Operating
// Rules, batch reject conditions.
func Blank(s string) bool { return strings.Trim(s, " 0") == "" }

// NoDelimiter checks that text holds neither * nor \, which end the parts of
// an address in IAT addenda and the elements and segments of X12 data. The
// error names the one it found first.
func NoDelimiter(s string) error {
	if at := strings.IndexAny(s, `*\`); at >= 0 {
		return fmt.Errorf("holds %c, which separates the parts of the field", s[at])
	}
	return nil
}
