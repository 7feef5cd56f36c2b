package text_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/text"
)

func TestTextIsSpelledInASCII(t *testing.T) {
	for _, tt := range []struct{ story, in, want string }{
		{"plain text stays", "Harbor Gym #4 (50% off) *\\", "Harbor Gym #4 (50% off) *\\"},
		{"spaces stay where they are", "  JANE  DOE ", "  JANE  DOE "},
		{"nothing", "", ""},
		{"an accent", "José", "Jose"},
		{"an accent on its own", "Jose\u0301 Nu\u0303n\u0303ez", "Jose Nunez"},
		{"two accents on one letter", "Nguye\u0302\u0303n", "Nguyen"},
		{"Vietnamese", "Nguyễn Thị", "Nguyen Thi"},
		{"German", "Jürgen Weiß", "Jurgen Weiss"},
		{"Polish", "Łukasz Żółć", "Lukasz Zolc"},
		{"Danish", "Søren Ærø ØST", "Soren AEro OST"},
		{"Turkish", "İpek Işık", "Ipek Isik"},
		{"Icelandic", "Guðrún Þór", "Gudrun Thor"},
		{"Azerbaijani", "Əhməd", "Ahmad"},
		{"Armenian", "Թամար", "T'amar"},
		{"Catalan", "Gal·la", "Gal.la"},
		{"Hawaiian", "ʻIolani", "'Iolani"},
		{"quotes of a word processor", "O’Brien “Bob” „Rob“ ‘R’", `O'Brien "Bob" "Rob" 'R'`},
		{"its dashes and dots", "A–B—C‑D…", "A-B-C-D..."},
		{"its spaces", "A\u00a0B\u3000C", "A B C"},
		{"euro", "5 €", "5 EUR"},
		{"Greek", "Γιώργος", "Giorgos"},
		{"Russian", "Ольга Щёголева", "Olga Shchiogoleva"},
		{"Chinese, a word for each character", "王小明", "Wang Xiao Ming"},
		{"Chinese between Latin words", "Mr 王 Wu王X-王", "Mr Wang WuWang X-Wang"},
		{"Korean", "김민수", "gimminsu"},
		{"Japanese in kana", "さくら マリー", "sakura mari"},
		{"wide letters and digits", "ＡＢＣ１２", "ABC12"},
		{"a Roman numeral", "Henry Ⅳ", "Henry IV"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			got, changed, err := text.ToASCII(tt.in)
			if err != nil || got != tt.want || changed != (tt.in != tt.want) {
				t.Errorf("ToASCII(%q) = %q, %t, %v; want %q", tt.in, got, changed, err, tt.want)
			}
		})
	}
}

func TestWhatHasNoASCII(t *testing.T) {
	for _, tt := range []struct{ story, in, err string }{
		{"an emoji", "Jo 😀", "character 4, 😀 (U+1F600), has no spelling in Latin letters"},
		{"an emoji among the symbols", "I ♥ NY", "character 3, ♥ (U+2665)"},
		{"a flag", "🇺🇸", "character 1"},
		{"Arabic loses its vowels", "محمد", "character 1, م (U+0645)"},
		{"Hebrew too", "דוד", "character 1, ד"},
		{"Thai misplaces them", "ไทย", "character 1, ไ"},
		{"a bullet would be a delimiter", "A • B", "character 3, •"},
		{"a fraction would join its number", "2½", "character 2, ½"},
		{"pounds", "£5", "character 1, £"},
		{"trade mark", "Acme™", "character 5, ™"},
		{"a letter the library does not know", "ʔ", "character 1, ʔ"},
		{"a letter it would drop in silence", "AɁB", "character 2, Ɂ"},
		{"the Japanese repeat sign", "佐々木", "character 2, 々"},
		{"a tab", "A\tB", "character 2, U+0009, is a control character"},
		{"a line feed at the end", "JANE\n", "character 5, U+000A, is a control character"},
		{"delete", "A\x7f", "character 2, U+007F, is a control character"},
		{"a control character of Latin 1", "A\u0085", "character 2, U+0085, is a control character"},
		{"a zero-width space", "A\u200bB", "character 2, U+200B, is invisible"},
		{"text turned around", "A\u202eB", "character 2, U+202E, is invisible"},
		{"a byte order mark", "\ufeffA", "character 1, U+FEFF, is invisible"},
		{"an accent without a letter", "\u0301A", "character 1, "},
		{"an accent on a digit", "1\u0301", "character 2, "},
		{"Latin 1 sent as UTF-8", "Jos\xe9", "character 4 is not UTF-8"},
		{"half a letter", "Jos\xc3", "character 4 is not UTF-8"},
		{"the sign for a letter that was lost", "Jos\ufffd", "character 4, \ufffd (U+FFFD)"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			got, changed, err := text.ToASCII(tt.in)
			if err == nil || !strings.HasPrefix(err.Error(), tt.err) || got != "" || changed {
				t.Errorf("ToASCII(%q) = %q, %t, %v; want %q", tt.in, got, changed, err, tt.err)
			}
		})
	}
}

// FuzzToASCII holds the promise to the file: what comes out is printable
// ASCII, the same when put in again, and never holds a delimiter that did not
// go in.
func FuzzToASCII(f *testing.F) {
	for _, s := range []string{"José", "王小明", "A • B", "Jos\xe9", "e\u0301", "ˋˎ", "a\tb", "½"} {
		f.Add(s)
	}
	f.Fuzz(spellsASCII)
}

func TestEveryCharacterIsSpelledOrRefused(t *testing.T) {
	const lastLetters = 0x33FFF // no script lies beyond it; rapid tries the rest
	for r := rune(0); r <= lastLetters; r++ {
		spellsASCII(t, string(r))
	}
	rapid.Check(t, func(rt *rapid.T) { spellsASCII(t, rapid.String().Draw(rt, "text")) })
}

func spellsASCII(t *testing.T, in string) {
	t.Helper()
	got, changed, err := text.ToASCII(in)
	if err != nil {
		if got != "" || changed {
			t.Errorf("%q: %q with an error", in, got)
		}
		return
	}
	for i := range len(got) {
		if got[i] < ' ' || got[i] > '~' {
			t.Fatalf("%q became %q", in, got)
		}
	}
	if changed != (got != in) {
		t.Errorf("%q became %q, changed %t", in, got, changed)
	}
	if again, twice, err := text.ToASCII(got); again != got || twice || err != nil {
		t.Errorf("%q became %q, then %q, %v", in, got, again, err)
	}
	for _, sign := range []string{"*", `\`, "~", "@", "?"} {
		if strings.Count(got, sign) != strings.Count(in, sign) {
			t.Errorf("%q became %q", in, got)
		}
	}
}
