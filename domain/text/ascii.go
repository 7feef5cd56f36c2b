package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"
)

// readable are the scripts whose letters have a Latin reading that their
// readers would recognize: José is Jose, Щёголев Shchiogolev, 王小明 Wang
// Xiao Ming. The others are refused, among them Arabic, Hebrew and Thai,
// whose vowels would be lost or misplaced. Han characters get their Chinese
// reading, also in a Japanese name; the original is kept beside it.
var readable = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Georgian,
	unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Han,
}

// spelled is what the library does not know or would spell with a character
// that means something in a file. Signs that are not listed here are refused;
// so is every other symbol.
var spelled = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", 'ʻ': "'", 'ʼ': "'", 'ʾ': "'", 'ʿ': "'",
	'“': `"`, '”': `"`, '„': `"`, '″': `"`, '«': `"`, '»': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-",
	'…': "...", '·': ".", '€': "EUR",
	'Ə': "A", 'ə': "a", // Azerbaijani, as in passports
	'Ь': "", 'ь': "", 'Ъ': "", 'ъ': "", // soft and hard sign, as in passports
	'ー': "", // a long vowel, as in passports
}

// ToASCII spells text in printable ASCII, 0x20 to 0x7E, and reports whether
// that changed it. Letters of scripts with a Latin reading are transliterated,
// accents dropped, typographic quotes, dashes and spaces made plain.
//
// What cannot be spelled is an error that names the character: control and
// invisible characters, emoji and other symbols, scripts without a reliable
// reading, bytes that are not UTF-8.
func ToASCII(s string) (ascii string, changed bool, err error) {
	if strings.IndexFunc(s, notPrintable) < 0 {
		return s, false, nil
	}
	var b strings.Builder
	nth, afterLetter, wordEnded := 0, false, false
	for i, r := range s {
		nth++
		if afterLetter && unicode.Is(combiningAccents, r) {
			continue
		}
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			return "", false, fmt.Errorf("character %d is not UTF-8", nth)
		}
		spelling, ok := latin(r)
		if !ok {
			return "", false, refused(r, nth)
		}
		afterLetter = unicode.IsLetter(r)
		// A Chinese reading is a word; the next one starts after a space.
		if wordEnded && startsWord(spelling) {
			b.WriteByte(' ')
		}
		wordEnded = unicode.Is(unicode.Han, r)
		b.WriteString(spelling)
	}
	return b.String(), true, nil
}

// combiningAccents are the marks that follow their letter in decomposed text.
var combiningAccents = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x0300, Hi: 0x036F, Stride: 1}}}

// latin returns the ASCII spelling of one character.
func latin(r rune) (spelling string, ok bool) {
	if !notPrintable(r) {
		return string(r), true
	}
	if own, listed := spelled[r]; listed {
		return own, true
	}
	switch {
	case unicode.Is(unicode.Zs, r):
		return " ", true
	case unicode.IsNumber(r), unicode.IsLetter(r) && unicode.In(r, readable...):
		spelling = strings.ReplaceAll(strings.TrimSpace(unidecode.Unidecode(string(r))), "`", "'")
		return spelling, isReading(spelling)
	}
	return "", false
}

// isReading tells a reading from the signs the library uses where it has none.
func isReading(spelling string) bool {
	return strings.Trim(spelling, letters+digits+"'-") == "" && strings.ContainsAny(spelling, letters+digits)
}

func startsWord(spelling string) bool {
	return spelling != "" && strings.Contains(letters+digits, spelling[:1])
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

func notPrintable(r rune) bool { return r < ' ' || r > '~' }

func refused(r rune, nth int) error {
	switch {
	case unicode.IsControl(r):
		return fmt.Errorf("character %d, U+%04X, is a control character", nth, r)
	case !unicode.IsGraphic(r):
		return fmt.Errorf("character %d, U+%04X, is invisible", nth, r)
	default:
		return fmt.Errorf("character %d, %c (U+%04X), has no spelling in Latin letters", nth, r, r)
	}
}
