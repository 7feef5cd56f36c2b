package api

import (
	"testing"
)

func TestARefusalQuotesNoLongNumber(t *testing.T) {
	for message, want := range map[string]string{
		`"30488174411" is not a code`:                                        `"###########" is not a code`,
		`"304-8817 4411" is not a code`:                                      `"#############" is not a code`,
		`"a \"30488174411\" b" is not one of 231380104`:                      `"a \"###########\" b" is not one of 231380104`,
		`there is no event "019a9b1e-0000-7000-8000-000000000009"`:           `there is no event "019a9b1e-0000-7000-8000-000000000009"`,
		`231380104 is not one of this client's ODFIs, and "R123456" is none`: `231380104 is not one of this client's ODFIs, and "R123456" is none`,
	} {
		if got := quiet(message); got != want {
			t.Errorf("%s\nis told as %s\nwant       %s", message, got, want)
		}
	}
}
