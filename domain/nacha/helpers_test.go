package nacha

import (
	"testing"
	"time"
)

func TestRoutingNumbers(t *testing.T) {
	for nine, ok := range map[string]bool{
		lantern: true, other: true, gateway: true, "061000146": true, "076401251": true,
		"011000015": true,  // Federal Reserve Bank of Boston
		"800000019": true,  // traveler's checks
		"000000000": false, // passes the sum
		"231380105": false, "23138010": false, "2313801044": false, "23138010X": false, " 31380104": false,
		"131380107": false, "330000004": false, "730000006": false, "810000006": false, "200000006": false, "": false,
	} {
		if err := ValidRouting(nine); (err == nil) != ok {
			t.Errorf("%q: %v", nine, err)
		}
	}
	if d, ok := CheckDigit("23138010"); d != '4' || !ok {
		t.Errorf("check digit %c, %v", d, ok)
	}
	for _, bad := range []string{"", "2313801", "231380104", "2313801x"} {
		if _, ok := CheckDigit(bad); ok {
			t.Errorf("%q has a check digit", bad)
		}
	}
}

// The table of transaction codes, written out: what each last digit means.
func TestTransactionCodes(t *testing.T) {
	for _, account := range []TransactionCode{20, 30, 40, 50} {
		checkCode(t, account+1, facts{credit: true, answer: true})
		checkCode(t, account+2, facts{credit: true, live: true})
		checkCode(t, account+3, facts{credit: true, prenote: true})
		checkCode(t, account+4, facts{credit: true, zero: true})
		checkCode(t, account+6, facts{answer: true})
		if account == 50 {
			checkCode(t, 55, facts{live: true})
			continue
		}
		checkCode(t, account+7, facts{live: true})
		checkCode(t, account+8, facts{prenote: true})
		checkCode(t, account+9, facts{zero: true})
	}
	for _, code := range []TransactionCode{0, 1, 2, 12, 20, 25, 30, 35, 40, 45, 50, 57, 58, 59, 60, 62, 81, 99, 122, -22} {
		if code.Known() || code.Forward() || code.Return() || code.Live() || code.Account() != "" {
			t.Errorf("%d is taken for a code in use", int(code))
		}
	}
	accounts := map[TransactionCode]AccountKind{27: Checking, 37: Savings, 47: GeneralLedger, 52: Loan}
	for code, want := range accounts {
		if got := code.Account(); got != want {
			t.Errorf("%d: account %s", int(code), got)
		}
	}
	for code, want := range map[TransactionCode]TransactionCode{22: 21, 23: 21, 24: 21, 27: 26, 28: 26, 37: 36, 39: 36, 42: 41, 52: 51, 55: 56} {
		if got := code.ForReturn(); got != want {
			t.Errorf("%d comes back as %d, want %d", int(code), int(got), int(want))
		}
	}
}

type facts struct{ credit, prenote, zero, answer, live bool }

func checkCode(t *testing.T, c TransactionCode, want facts) {
	t.Helper()
	got := facts{c.Credit(), c.Prenote(), c.ZeroDollar(), c.Return(), c.Live()}
	if got != want || !c.Known() || c.Debit() == c.Credit() || c.Forward() == c.Return() {
		t.Errorf("%d: facts differ: %s", int(c), c)
	}
}

func TestServiceClassFollowsFromTheSides(t *testing.T) {
	for want, sides := range map[int][2]bool{MixedClass: {true, true}, DebitClass: {true, false}, CreditClass: {false, true}} {
		if got := ServiceClass(sides[0], sides[1]); got != want {
			t.Errorf("%v: %d", sides, got)
		}
	}
}

func TestTheHashKeepsTenDigits(t *testing.T) {
	if got := Hash(9_999_999_999, 23138010); got != 23138009 {
		t.Errorf("got %d", got)
	}
	var file Totals
	file.Add(Totals{Batches: 1, Entries: 2, Addenda: 3, EntryHash: 9_999_999_999, DebitCents: 4, CreditCents: 5})
	file.Add(Totals{Batches: 1, EntryHash: 2})
	if file != (Totals{2, 2, 3, 1, 4, 5}) {
		t.Errorf("got %+v", file)
	}
}

func TestDatesAreStrict(t *testing.T) {
	d, err := ParseDate("280229")
	if err != nil || d != time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC) {
		t.Errorf("%v, %v", d, err)
	}
	for _, bad := range []string{"", "000000", "260230", "270229", "261301", "260100", "26010", "2601011", "26O101", "      ", "+60101"} {
		if _, err := ParseDate(bad); err == nil {
			t.Errorf("%q is taken for a day", bad)
		}
	}
}

func TestTheHeaderKeyKnowsAnOriginInEveryDress(t *testing.T) {
	want := HeaderKey(lantern, "261123", "0612", "D")
	for _, origin := range []string{" " + lantern, "0" + lantern} {
		if got := HeaderKey(origin, "261123", "0612", "D"); got != want {
			t.Errorf("%q: %s", origin, got)
		}
	}
	for name, got := range map[string]string{
		"another origin": HeaderKey("1"+lantern, "261123", "0612", "D"), "another date": HeaderKey(lantern, "261124", "0612", "D"),
		"another time": HeaderKey(lantern, "261123", "0613", "D"), "another modifier": HeaderKey(lantern, "261123", "0612", "E"),
	} {
		if got == want {
			t.Errorf("%s has the same key", name)
		}
	}
}

func TestReasonsInUse(t *testing.T) {
	count := func(letter string, known func(string) bool) (n int) {
		for i := range 100 {
			if known(letter + string(rune('0'+i/10)) + string(rune('0'+i%10))) {
				n++
			}
		}
		return n
	}
	for name, tt := range map[string]struct{ got, want int }{
		"returns":   {count("R", KnownReturn), 47 + 4 + 6 + 1},
		"dishonors": {count("R", KnownDishonor), 6},
		"contests":  {count("R", KnownContest), 7},
		"changes":   {count("C", KnownChange), 11},
		"refusals":  {count("C", KnownRefusal), 9},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %d, want %d", name, tt.got, tt.want)
		}
	}
	for _, bad := range []string{"", "R", "01", "R1", "R001", "C01", "r01", "R 1", "RXX"} {
		if KnownReturn(bad) {
			t.Errorf("%q returns an entry", bad)
		}
	}
	if ReturnInForce("R90", "280316") || !ReturnInForce("R90", "280317") || !ReturnInForce("R01", "200101") {
		t.Error("R90 begins on 2028-03-17, R01 long before")
	}
}
