package guard

import "testing"

func TestAnEngineIsAskedAboutWhatNothingElseIsAgainst(t *testing.T) {
	own := Owned{Client: "gym", Rules: Rules{Decision: &DecisionHook{When: []When{{SEC: "IAT"}, {SEC: "PPD", Direction: Debit}}}}}
	banks := Owned{ODFI: "231380104", Rules: Rules{Decision: &DecisionHook{}}}
	limited := own
	limited.Limits = []Limit{{Direction: Debit, Per: PerEntry, Cents: 10, Action: Hold}}
	sec := func(code string) func(*Entry) { return func(e *Entry) { e.SEC = code } }
	waived := func(rules ...string) func(*Entry) { return func(e *Entry) { e.Waived = rules } }
	for name, tt := range map[string]struct {
		owners []Owned
		change []func(*Entry)
		rule   string // empty: it may leave
	}{
		"of a code and direction":      {[]Owned{own}, []func(*Entry){sec("PPD")}, "decision/asked"},
		"of the other direction":       {[]Owned{own}, []func(*Entry){sec("PPD"), credit}, ""},
		"of a code alone":              {[]Owned{own}, []func(*Entry){sec("IAT"), credit}, "decision/asked"},
		"of another code":              {[]Owned{own}, []func(*Entry){sec("CCD")}, ""},
		"of another client":            {[]Owned{own}, []func(*Entry){sec("IAT"), at("diner")}, ""},
		"of the ODFI":                  {[]Owned{banks}, []func(*Entry){sec("CCD")}, "odfi/231380104/decision/asked"},
		"the client's first":           {[]Owned{banks, own}, []func(*Entry){sec("IAT")}, "decision/asked"},
		"then the ODFI's":              {[]Owned{banks, own}, []func(*Entry){sec("IAT"), waived("decision/asked")}, "odfi/231380104/decision/asked"},
		"allowed by both":              {[]Owned{banks, own}, []func(*Entry){sec("IAT"), waived("decision/asked", "odfi/231380104/decision/asked")}, ""},
		"that a person let through":    {[]Owned{own}, []func(*Entry){sec("IAT"), waived("decision")}, ""},
		"over a limit":                 {[]Owned{limited}, []func(*Entry){sec("IAT")}, "limits/debit/entry"},
		"over a limit and let through": {[]Owned{limited}, []func(*Entry){sec("IAT"), waived("limits/debit/entry")}, "decision/asked"},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewEvaluator(tt.owners)
			e := debit(100, tuesday, tt.change...)
			got := ""
			if v := b.Judge(e); v != nil {
				got = v.Rule
			}
			if got != tt.rule {
				t.Errorf("held by %q", got)
			}
			if v := b.JudgeMoved(e); v != nil && v.Rule != "limits/debit/entry" {
				t.Errorf("asked again for another day: %+v", v)
			}
		})
	}
}

func TestTheRuleSaysWhoseEngineIsAsked(t *testing.T) {
	for rule, want := range map[string]struct {
		odfi string
		ok   bool
	}{
		"decision/asked": {"", true}, "odfi/231380104/decision/asked": {"231380104", true}, "decision": {}, "odfi/231380104/decision": {},
		"limits/debit/entry": {}, "": {},
	} {
		if odfi, ok := IsAsked(rule); ok != want.ok || ok && odfi != want.odfi {
			t.Errorf("%q: %q, %v", rule, odfi, ok)
		}
	}
	if got := Answered("odfi/231380104/decision/asked"); got != "odfi/231380104/decision" {
		t.Error(got)
	}
}
