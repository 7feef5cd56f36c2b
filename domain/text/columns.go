package text

import (
	"strings"
	"unicode"
)

// SendBack spells text that came in a bank's file so that it can go back in
// one of ours: printable ASCII, in no more columns than it took. Each letter
// becomes the first of its spelling; one without a spelling becomes instead,
// which is a blank where the field may be blank. Nobody is asked, because
// nobody here wrote it, and what came stays in the log.
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
