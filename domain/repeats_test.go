package domain

import "testing"

func TestANumberIsKnownHoweverItIsWritten(t *testing.T) {
	for _, tt := range []struct {
		number, text string
		want         bool
	}{
		{"30488174411", "30488174411", true},
		{"30488174411", "acct 304-881-74411.", true},
		{"304-8817 4411", "30488174411", true},
		{"0030488174411", "30488174411", true},
		{"32131231abc", "of 32131231ABC", true},
		{"30488174411", "3048817441", false},
		{"4411", "4411", true},
		{"4411", "44 11", true},
		{"4411", "order 4411", false}, // by chance
		{"1234567", "order 1234567", true},
		{"0001234", "order 0001234", true},
		{"0001234", "order 1234", false}, // four digits
		{"", "", false},
		{"30488174411", "", false},
	} {
		if got := Repeats(tt.number, tt.text); got != tt.want {
			t.Errorf("%q in %q: %t", tt.number, tt.text, got)
		}
	}
}
