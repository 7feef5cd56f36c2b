package nacha

import "testing"

func TestARejectIsKnownByItsTraceNumber(t *testing.T) {
	for trace, want := range map[string]bool{
		"REJ060300000001":  true,
		"REJ0A1B20000001":  true,
		"REJ160300000001":  false,
		"REJ06-300000001":  false,
		"REJ06030000000X":  false,
		"REJ0603":          false,
		"REJ0603000000011": false,
		"231380100000001":  false,
		"":                 false,
	} {
		e := Entry{Trace: trace, Return: &Return{}}
		code, sequence, ok := e.Rejected()
		if ok != want || ok && code+sequence != trace {
			t.Errorf("%q: %q, %q, %t", trace, code, sequence, ok)
		}
		if kind := e.Kind(); want != (kind == KindReject) {
			t.Errorf("%q is a %s", trace, kind)
		}
	}
}

// A bank's file to its customer keeps the customer's ODFI in its header; the
// sender is then the bank of the trace number.
func TestTheSenderOfAnEntry(t *testing.T) {
	const ours, theirs = "23138010", "12104288"
	own, other := ours+"0000001", theirs+"0000501"
	for name, tt := range map[string]struct {
		odfi  string
		entry Entry
		want  string
	}{
		"a payment":                          {theirs, Entry{Trace: other}, theirs},
		"a return":                           {theirs, Entry{Trace: other, Return: &Return{OriginalTrace: own}}, theirs},
		"a return under our header":          {ours, Entry{Trace: other, Return: &Return{OriginalTrace: own}}, theirs},
		"a notification under our header":    {ours, Entry{Trace: other, Correction: &Correction{OriginalTrace: own}}, theirs},
		"a dishonor under our header":        {ours, Entry{Trace: other, Dishonored: &Dishonored{OriginalTrace: other, ReturnTrace: own}}, theirs},
		"a dishonor":                         {theirs, Entry{Trace: other, Dishonored: &Dishonored{OriginalTrace: other, ReturnTrace: own}}, theirs},
		"a contest under our header":         {ours, Entry{Trace: other, Contested: &Contested{DishonoredTrace: own}}, theirs},
		"a refused change under our header":  {ours, Entry{Trace: other, Routing: ours + "4", RefusedChange: &RefusedChange{}}, theirs},
		"what the bank did not take of ours": {ours, Entry{Trace: "REJ060300000001", Return: &Return{OriginalTrace: own}}, ours},
	} {
		if got := Sender(&BatchHeader{ODFI: tt.odfi}, &tt.entry); got != tt.want {
			t.Errorf("%s comes from %s, want %s", name, got, tt.want)
		}
	}
}
