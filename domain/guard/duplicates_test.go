package guard

import "testing"

func TestWhatWasSentTwiceIsSeen(t *testing.T) {
	entry := func(change ...func(*Entry)) Entry {
		e := debit(100, tuesday, change...)
		e.SEC, e.MadeFor = "PPD", tuesday
		if e.Description == "" {
			e.Description = "DUES NOV"
		}
		return e
	}
	for name, tt := range map[string]struct {
		change func(*Past)  // of the other, which is the same
		entry  func(*Entry) // of the one that is judged
		rule   string       // empty: it may leave
	}{
		"the same":                        {rule: "duplicates"},
		"two days later":                  {change: func(p *Past) { p.MadeFor = tuesday.Add(-2) }, rule: "duplicates"},
		"two days before":                 {change: func(p *Past) { p.MadeFor = tuesday.Add(2) }, rule: "duplicates"},
		"three days later":                {change: func(p *Past) { p.MadeFor = tuesday.Add(-3) }},
		"three days before":               {change: func(p *Past) { p.MadeFor = tuesday.Add(3) }},
		"one that does not count":         {change: func(p *Past) { p.Counts = false }},
		"another amount":                  {change: func(p *Past) { p.Cents++ }},
		"a credit":                        {change: func(p *Past) { p.Debit = false }},
		"another SEC code":                {change: func(p *Past) { p.SEC = "WEB" }},
		"another description":             {change: func(p *Past) { p.Description = "DUES DEC" }},
		"the same description but spaces": {change: func(p *Past) { p.Description = "DUES NOV  " }, rule: "duplicates"},
		"another company of the client's": {entry: of("2"), rule: "duplicates"},
		"of another client":               {entry: at("diner")},
		"that a person approved":          {entry: func(e *Entry) { e.Waived = []string{"duplicates"} }},
		"that was approved over another":  {entry: func(e *Entry) { e.Waived = []string{"descriptions"} }, rule: "duplicates"},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewEvaluator([]Owned{{Client: "gym", Rules: Rules{Duplicates: &Duplicates{Days: 2, Action: Hold}}}})
			other := Past{Transaction: "first", SEC: "PPD", Description: "DUES NOV", Debit: true, Cents: 100, MadeFor: tuesday, Counts: true}
			if tt.change != nil {
				tt.change(&other)
			}
			e := entry()
			if tt.entry != nil {
				tt.entry(&e)
			}
			e.Alike = []Past{other}
			got := ""
			v := b.Judge(e)
			if v != nil {
				got = v.Rule
			}
			if got != tt.rule || v != nil && (v.Action != Hold || v.OtherTransaction != "first" || v.AtDeadline != Keep || v.Limit != "2 days") {
				t.Errorf("got %+v", v)
			}
			if v := b.JudgeMoved(e); v != nil {
				t.Errorf("judged again for another day: %+v", v)
			}
		})
	}
}

func TestADuplicateIsHeldRejectedOrWarnedOf(t *testing.T) {
	e := debit(100, tuesday)
	e.MadeFor = tuesday
	e.Alike = []Past{{Transaction: "first", Debit: true, Cents: 100, MadeFor: tuesday, Counts: true}}
	for _, action := range []Action{Warn, Hold, Reject} {
		b := NewEvaluator([]Owned{
			{Client: "gym", Rules: Rules{Duplicates: &Duplicates{Action: action}}},
			{ODFI: e.ODFI, Rules: Rules{Duplicates: &Duplicates{Action: Hold}}},
		})
		v := b.Judge(e)
		want := map[Action]string{Warn: "odfi/231380104/duplicates", Hold: "duplicates", Reject: "duplicates"}[action]
		if v == nil || v.Rule != want || (v.Action == Reject) != (action == Reject) {
			t.Errorf("%s: got %+v", action, v)
		}
		if w := b.Warnings(e.Use(), b.LookedBack(e)); (len(w) == 1) != (action == Warn) {
			t.Errorf("%s: warned of %+v", action, w)
		}
		if v := b.JudgeFile(nil, nil, b.LookedBack(e)...); v == nil || v.Rule != want {
			t.Errorf("%s: a file with it: %+v", action, v)
		}
	}
}

func TestWhatTheLedgerDescribesItselfIsNoDuplicate(t *testing.T) {
	b := NewEvaluator([]Owned{{Client: "gym", Rules: Rules{Duplicates: &Duplicates{Days: 3}}}, {ODFI: "231380104", Rules: Rules{Duplicates: &Duplicates{Days: 9}}}})
	e := debit(100, tuesday)
	for description, want := range map[string]int{"DUES NOV": 9, "RETRY PYMT": -1, "REVERSAL": -1, "ACCTVERIFY": -1, "RETURN FEE": -1} {
		e.Description = description
		if days, ok := b.Compares(e); ok != (want >= 0) || ok && days != want {
			t.Errorf("%s: %d, %v", description, days, ok)
		}
		own := e
		own.OwnFile = true
		if days, ok := b.Compares(own); !ok || days != 9 {
			t.Errorf("%s in the client's own file: %d, %v", description, days, ok)
		}
	}
	if !b.Concerns("gym", "231380104") || !b.LooksBack("other", "231380104") || b.LooksBack("other", "061000146") {
		t.Error("whom the rules concern")
	}
}
