package text

import (
	"strings"
	"unicode"
)

// SendBack transliterates text of a bank's file so that one of our files can
// contain it: printable ASCII, in no more columns than before. Each letter
// becomes the first of its transliteration; one without becomes instead, which
// is a blank if the field may be blank. The original stays in the log.
func SendBack(s string, instead byte) string {
	if strings.IndexFunc(s, notPrintable) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.Is(combiningAccents, r) {
			continue
		}
		spelling, ok := latin(r)
		if !ok || spelling == "" {
			b.WriteByte(instead)
			continue
		}
		b.WriteByte(spelling[0])
	}
	return strings.TrimRight(b.String(), " ")
}
