package text_test

import (
	"testing"

	"github.com/achledger/achledger/domain/text"
)

// The spelling is part of files that were sent: a library that changes it
// would make them other files.
func TestTextThatGoesBackTakesTheColumnsItTook(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"HARBOR GYM #4":       "HARBOR GYM #4",
		"PEÑA, JOSÉ":          "PENA, JOSE",
		"Jose\u0301":          "Jose",
		"GROẞE STRAßE ÆØÅ":    "GROSE STRAsE AOA",
		"ЩЁГОЛЕВ":             "SIGOLEV",
		"ADA\u00A0EXAMPLE":    "ADA EXAMPLE",
		"A\u0092B \u007F":     "A?B ?",
		"5 € 😀":               "5 E ?",
		"O’BRIEN":             "O'BRIEN",
		"\u00A0\u00A0LEADING": "  LEADING",
	} {
		if got := text.SendBack(in, '?'); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := text.SendBack("A\u0092B\u0092", ' '); got != "A B" {
		t.Errorf("got %q", got)
	}
}
