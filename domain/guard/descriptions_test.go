package guard

import (
	"testing"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// described is a PPD credit of Harbor Gym's that is sent with a description.
func described(sent string, change ...func(*Entry)) Entry {
	e := debit(100, tuesday, credit)
	e.SEC, e.Description = "PPD", sent
	for _, f := range change {
		f(&e)
	}
	return e
}

func web(e *Entry) { e.SEC, e.Debit = "WEB", true }

func TestWagesAreDescribedAsPayrollAndGoodsAsPurchase(t *testing.T) {
	pays, sells := Company{"1840000017", false, true}, Company{"1840000017", true, false}
	sec := func(code string) func(*Entry) { return func(e *Entry) { e.SEC = code } }
	settles := func(on calendar.Date) func(*Entry) { return func(e *Entry) { e.SettlesOn = on } }
	first := calendar.NewDate(2026, time.March, 20)
	waived := func(e *Entry) { e.Waived = []string{"descriptions"} }
	for name, tt := range map[string]struct {
		company Company
		entry   Entry
		held    bool
	}{
		"wages as PAYROLL":                            {pays, described("PAYROLL"), false},
		"with three characters behind it":             {pays, described("PAYROLL 47"), false},
		"in small letters":                            {pays, described("payroll"), false},
		"wages as PAY":                                {pays, described("NOV PAY"), true},
		"wages as pay":                                {pays, described("nov pay"), true},
		"PAYROLL that does not begin it":              {pays, described("MY PAYROLL"), true},
		"the default description":                     {pays, described("PAYMENT"), true},
		"a salary":                                    {pays, described("SALARY NOV"), true},
		"wages":                                       {pays, described("WAGES"), true},
		"a bonus":                                     {pays, described("XMAS BONUS"), true},
		"something else":                              {pays, described("DIVIDEND"), false},
		"a debit":                                     {pays, described("PAY", func(e *Entry) { e.Debit = true }), false},
		"a credit to another business":                {pays, described("PAY", sec("CCD")), false},
		"of a company that pays none":                 {sells, described("PAY"), false},
		"of a company of which nothing is said":       {pays, described("PAY", of("2")), false},
		"of another client with the same company":     {pays, described("PAY", at("diner")), false},
		"that a person approved":                      {pays, described("PAY", waived), false},
		"wages that settle on the rule's first day":   {pays, described("PAY", settles(first)), true},
		"wages that settle the day before":            {pays, described("PAY", settles(first.Add(-1))), false},
		"goods that settle on the rule's first day":   {sells, described("DUES NOV", web, settles(first)), true},
		"goods that settle the day before":            {sells, described("DUES NOV", web, settles(first.Add(-1))), false},
		"PAYROLL with as much behind it as fits":      {pays, described("PAYROLLNOV"), false},
		"goods by telephone, which need not say so":   {sells, described("DUES NOV", web, sec("TEL")), false},
		"goods by telephone that say so":              {sells, described("PURCHASE", web, sec("TEL")), false},
		"a fee for what came back":                    {sells, described("RETURN FEE", web), false},
		"a micro-deposit":                             {pays, described("ACCTVERIFY"), false},
		"a reversal of wages":                         {pays, described("REVERSAL"), false},
		"a retry of wages":                            {pays, described("RETRY PYMT"), false},
		"a purchase":                                  {sells, described("PURCHASE", web), false},
		"a purchase with a number":                    {sells, described("PURCHASE 7", web), false},
		"goods as DUES":                               {sells, described("DUES NOV", web), true},
		"a debit that is not from the web":            {sells, described("DUES NOV", web, sec("PPD")), false},
		"a credit from the web":                       {sells, described("DUES NOV", web, credit), false},
		"a web debit of a company that sells nothing": {pays, described("DUES NOV", web), false},
		"a retry of a purchase":                       {sells, described("RETRY PYMT", web), false},
		"a reversal, which has to be described so":    {sells, described("REVERSAL", web), false},
		"goods that a person approved":                {sells, described("DUES NOV", web, waived), false},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewEvaluator([]Owned{{Client: "gym", Rules: Rules{Descriptions: Hold, Companies: []Company{{Identification: "9"}, tt.company}}}})
			v := b.Judge(tt.entry)
			if (v != nil) != tt.held {
				t.Fatalf("got %+v", v)
			}
			if v != nil && (v.Action != Hold || v.HeldBy != (HeldBy{Rule: "descriptions", Saw: tt.entry.Description, AtDeadline: Keep})) {
				t.Errorf("held by %+v", v)
			}
			if v := b.JudgeMoved(tt.entry); (v != nil) != tt.held {
				t.Errorf("for another day: %+v", v)
			}
			if file := b.JudgeFile(nil, []Use{tt.entry.Use()}); (file != nil) != tt.held && tt.entry.Waived == nil {
				t.Errorf("a file with it: %+v", file)
			}
		})
	}
}

func TestADescriptionThatIsWarnedOfLeaves(t *testing.T) {
	rules := Rules{Descriptions: Warn, Companies: []Company{{"1840000017", false, true}}}
	b := NewEvaluator([]Owned{{Client: "gym", Rules: rules}})
	e := described("BONUS")
	if v := b.Judge(e); v != nil {
		t.Errorf("held: %+v", v)
	}
	if w := b.Warnings(e.Use(), nil); len(w) != 1 || w[0].Saw != "BONUS" {
		t.Errorf("warned of %+v", w)
	}
	if w := b.Warnings(described("PAYROLL").Use(), nil); len(w) != 0 {
		t.Errorf("warned of %+v", w)
	}
}

func TestTheRuleOfAnODFIHoldsBesideTheWarningOfItsClient(t *testing.T) {
	companies := []Company{{"1840000017", false, true}}
	b := NewEvaluator([]Owned{
		{Client: "gym", Rules: Rules{Descriptions: Warn, Companies: companies}},
		{ODFI: "231380104", Rules: Rules{Descriptions: Hold, Companies: companies}},
	})
	e := described("BONUS")
	if v := b.Judge(e); v == nil || v.Rule != "odfi/231380104/descriptions" {
		t.Errorf("%+v", v)
	}
	e.Waived = []string{"odfi/231380104/descriptions"}
	if v := b.Judge(e); v != nil || !b.Concerns("gym", "231380104") || !b.Concerns("diner", "231380104") || b.Concerns("diner", "121042882") {
		t.Errorf("%+v", v)
	}
}

func TestOverALimitThatRejectsADescriptionDoesNotMatter(t *testing.T) {
	b := NewEvaluator([]Owned{{Client: "gym", Rules: Rules{
		Descriptions: Hold, Companies: []Company{{"1840000017", false, true}},
		Limits: []Limit{{Direction: Credit, Per: PerSettlementDate, Cents: 99, Action: Reject}},
	}}})
	if v := b.Judge(described("BONUS")); v == nil || v.Action != Reject {
		t.Errorf("%+v", v)
	}
}
