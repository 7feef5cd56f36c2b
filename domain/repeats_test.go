package domain

import (
	"testing"

	"github.com/achledger/achledger/domain/nacha"
)

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

func TestARepeatedNumberIsMaskedButForItsTail(t *testing.T) {
	for _, tt := range []struct{ number, text, want string }{
		{"30488174411", "30488174411", "*******4411"},
		{"30488174411", "acct 304-881-74411, 30488174411.", "acct *********4411, *******4411."},
		{"0030488174411", "NO 30488174411", "NO *******4411"},
		{"32131231abc", "of 32131231ABC", "of *******1ABC"},
		{"4411", "44 11", "***11"},
		{"4411", "order 4411", "order 4411"},
		{"7", "7", "*"},
		{"", "order", "order"},
	} {
		if got := needleOf(tt.number).hide(tt.text); got != tt.want {
			t.Errorf("%q in %q: %q, want %q", tt.number, tt.text, got, tt.want)
		}
	}
}

// A number may run on from one addenda to the next, and entries share what
// they point to.
func TestMaskingAnEntryLeavesOthersAsTheyWere(t *testing.T) {
	iat := &nacha.IATAddenda{Receiver: nacha.Party{Street: "BOX 30488174411"}, Remittance: nacha.RunningText{"ACCT 30488", "174411"}}
	e := Entry{Entry: nacha.Entry{IAT: iat}}
	if !HideRepeats("30488174411", &e) {
		t.Fatal("nothing was found")
	}
	if got := e.Entry.IAT; got.Receiver.Street != "BOX *******4411" || got.Remittance[0] != "ACCT *****" || got.Remittance[1] != "**4411" {
		t.Errorf("masked %+v", got)
	}
	if iat.Receiver.Street != "BOX 30488174411" || iat.Remittance[1] != "174411" {
		t.Errorf("the other one is %+v", iat)
	}
}
