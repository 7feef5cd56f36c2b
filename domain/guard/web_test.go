package guard

import "testing"

func TestAWebDebitToAnAccountThatNobodyValidatedIsSeen(t *testing.T) {
	settled := tuesday.Add(-7) // three banking days before Monday, when the entry was made, and more
	for name, tt := range map[string]struct {
		account   []Outcome // newest first
		validated bool
		change    func(*Entry)
		held      bool
		other     string
	}{
		"its first use":                           {held: true},
		"one that settled":                        {account: []Outcome{{"a", settled, ""}}},
		"one that settled two banking days ago":   {account: []Outcome{{"a", tuesday.Add(-5), ""}}, held: true},
		"one that settled three banking days ago": {account: []Outcome{{"a", tuesday.Add(-6), ""}}},
		"one that is on its way":                  {account: []Outcome{{"a", tuesday.Add(2), ""}}, held: true},
		"one that came back without funds":        {account: []Outcome{{"a", settled, "R01"}}, held: true},
		"one without funds, another before":       {account: []Outcome{{"b", settled, "R01"}, {"a", settled, ""}}},
		"one to no account":                       {account: []Outcome{{"a", settled, "R03"}}, held: true, other: "a"},
		"one to no account, others before":        {account: []Outcome{{"b", settled, "R04"}, {"a", settled, ""}}, held: true, other: "b"},
		"one to no account, but others since":     {account: []Outcome{{"b", settled, ""}, {"a", settled, "R02"}}},
		"validated":                               {validated: true},
		"validated, and closed since":             {validated: true, account: []Outcome{{"a", settled, "R02"}}, held: true, other: "a"},
		"not from the web":                        {change: func(e *Entry) { e.SEC = "TEL" }},
		"a credit":                                {change: credit},
		"presented again":                         {change: func(e *Entry) { e.Description = "RETRY PYMT" }},
		"so described by the client":              {change: func(e *Entry) { e.Description, e.OwnFile = "RETRY PYMT", true }, held: true},
		"of another client":                       {change: at("diner")},
		"that a person approved":                  {change: func(e *Entry) { e.Waived = []string{"web_debits"} }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, action := range []Action{Hold, Reject, Allow, ""} {
				b := NewEvaluator([]Owned{{Client: "gym", Rules: Rules{WebDebits: action}}})
				e := debit(100, tuesday)
				e.SEC, e.Account, e.Validated = "WEB", tt.account, tt.validated
				if tt.change != nil {
					tt.change(&e)
				}
				v := b.Judge(e)
				if held := tt.held && (action == Hold || action == Reject); (v != nil) != held {
					t.Fatalf("%q: got %+v", action, v)
				}
				if v != nil && (v.Rule != "web_debits" || v.Action != action || v.OtherTransaction != tt.other) {
					t.Errorf("%q: got %+v", action, v)
				}
			}
		})
	}
}
