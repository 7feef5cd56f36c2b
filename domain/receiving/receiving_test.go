package receiving_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/receiving"
)

var (
	monday  = calendar.NewDate(2026, 11, 23)
	invoice = receiving.Payment{Company: "9110000000", SEC: "CCD", Debit: true, Cents: 80_000, SettlesOn: monday}
)

func payment(change func(*receiving.Payment)) receiving.Payment {
	p := invoice
	change(&p)
	return p
}

func TestTheFirstFilterThatFitsSaysWhatBecomesOfAPayment(t *testing.T) {
	rules := &receiving.Rules{Holder: receiving.Business, Default: receiving.Decide, Filters: []receiving.Filter{
		{Company: "9666666666", Then: receiving.Return},
		{Company: "9110000000", SEC: "CCD", Direction: receiving.Debit, MaxCents: 100_000, Until: monday, Then: receiving.Pay},
		{Direction: receiving.Credit, MinCents: 1, Then: receiving.Pay},
	}}
	for story, tt := range map[string]struct {
		payment receiving.Payment
		then    receiving.Action
		rule    string
	}{
		"a known originator":                       {invoice, receiving.Pay, "filter 2"},
		"as much as it may":                        {payment(func(p *receiving.Payment) { p.Cents = 100_000 }), receiving.Pay, "filter 2"},
		"a cent more":                              {payment(func(p *receiving.Payment) { p.Cents = 100_001 }), receiving.Decide, "default"},
		"its identification stands behind a space": {payment(func(p *receiving.Payment) { p.Company = " 9110000000" }), receiving.Pay, "filter 2"},
		"the day after the filter ends":            {payment(func(p *receiving.Payment) { p.SettlesOn = monday.Add(1) }), receiving.Decide, "default"},
		"under another SEC code":                   {payment(func(p *receiving.Payment) { p.SEC = "CTX" }), receiving.Decide, "default"},
		"one that is blocked":                      {payment(func(p *receiving.Payment) { p.Company = "9666666666" }), receiving.Return, "filter 1"},
		"a credit of one that is blocked":          {payment(func(p *receiving.Payment) { p.Company, p.Debit = "9666666666", false }), receiving.Return, "filter 1"},
		"a credit":                                 {payment(func(p *receiving.Payment) { p.Debit = false }), receiving.Pay, "filter 3"},
		"the prenote of a credit":                  {payment(func(p *receiving.Payment) { p.Debit, p.Cents = false, 0 }), receiving.Decide, "default"},
	} {
		t.Run(story, func(t *testing.T) {
			then, rule := rules.Treat(tt.payment)
			if then != tt.then || rule != tt.rule {
				t.Errorf("%s by %s; want %s by %s", then, rule, tt.then, tt.rule)
			}
		})
	}
	if then, rule := (*receiving.Rules)(nil).Treat(invoice); then != receiving.Pay || rule != "" {
		t.Errorf("an account without rules: %s by %q", then, rule)
	}
}

func TestTheCodeSuitsTheEntry(t *testing.T) {
	for story, tt := range map[string]struct {
		rules   receiving.Rules
		payment receiving.Payment
		code    string
	}{
		"a debit to a business":                {receiving.Rules{Holder: receiving.Business}, invoice, "R29"},
		"a debit to a business under PPD":      {receiving.Rules{Holder: receiving.Business}, payment(func(p *receiving.Payment) { p.SEC = "PPD" }), "R08"},
		"a credit to a business":               {receiving.Rules{Holder: receiving.Business}, payment(func(p *receiving.Payment) { p.Debit = false }), "R23"},
		"the code of the account":              {receiving.Rules{Holder: receiving.Business, ReturnCode: "R20"}, invoice, "R20"},
		"a code for debits, of a credit":       {receiving.Rules{Holder: receiving.Business, ReturnCode: "R29"}, payment(func(p *receiving.Payment) { p.Debit = false }), "R23"},
		"a debit to a consumer":                {receiving.Rules{Holder: receiving.Consumer, ReturnCode: "R02"}, invoice, "R02"},
		"no funds, of the prenote of a debit":  {receiving.Rules{Holder: receiving.Consumer, ReturnCode: "R01"}, payment(func(p *receiving.Payment) { p.Cents = 0 }), "R08"},
		"a credit to a consumer, with no code": {receiving.Rules{Holder: receiving.Consumer}, payment(func(p *receiving.Payment) { p.Debit = false }), "R23"},
	} {
		t.Run(story, func(t *testing.T) {
			if code := tt.rules.Code(tt.payment, monday); code != tt.code {
				t.Errorf("%s, want %s", code, tt.code)
			}
		})
	}
}

func TestRulesThatCouldNotBeFollowedAreRefused(t *testing.T) {
	for story, tt := range map[string]struct {
		rules receiving.Rules
		where string // empty: they are good
	}{
		"a business that decides":                    {receiving.Rules{Holder: "business", Default: "decide", DecideBy: "11:00", AtDeadline: "return"}, ""},
		"nobody's account":                           {receiving.Rules{Default: "pay"}, "/holder"},
		"an unknown default":                         {receiving.Rules{Holder: "business", Default: "keep"}, "/default"},
		"a time that is none":                        {receiving.Rules{Holder: "business", Default: "decide", DecideBy: "25:00", AtDeadline: "return"}, "/decide_by"},
		"a time by which nobody decides":             {receiving.Rules{Holder: "business", Default: "pay", DecideBy: "11:00"}, "/default"},
		"something else at the deadline":             {receiving.Rules{Holder: "business", Default: "decide", AtDeadline: "decide"}, "/at_deadline"},
		"a consumer that decides, without a code":    {receiving.Rules{Holder: "consumer", Default: "decide", AtDeadline: "return"}, "/return_code"},
		"a consumer whose credits alone go back":     {receiving.Rules{Holder: "consumer", Default: "pay", Filters: []receiving.Filter{{Direction: "credit", Then: "return"}}}, ""},
		"a consumer with a filter, without a code":   {receiving.Rules{Holder: "consumer", Default: "pay", Filters: []receiving.Filter{{Then: "return"}}}, "/return_code"},
		"no such code":                               {receiving.Rules{Holder: "business", Default: "return", ReturnCode: "R99"}, "/return_code"},
		"a code of the operator":                     {receiving.Rules{Holder: "business", Default: "return", ReturnCode: "R13"}, "/return_code"},
		"a code that needs a statement":              {receiving.Rules{Holder: "consumer", Default: "return", ReturnCode: "R10"}, "/return_code"},
		"a code that needs the sender's consent":     {receiving.Rules{Holder: "business", Default: "return", ReturnCode: "R06"}, "/return_code"},
		"a code for businesses, of a consumer":       {receiving.Rules{Holder: "consumer", Default: "return", ReturnCode: "R29"}, "/return_code"},
		"a filter that decides":                      {receiving.Rules{Holder: "business", Default: "pay", Filters: []receiving.Filter{{Then: "decide"}}}, "/filters/0/then"},
		"a filter of neither direction":              {receiving.Rules{Holder: "business", Default: "pay", Filters: []receiving.Filter{{Direction: "both", Then: "pay"}}}, "/filters/0/direction"},
		"a filter of no SEC code":                    {receiving.Rules{Holder: "business", Default: "pay", Filters: []receiving.Filter{{SEC: "ccd", Then: "pay"}}}, "/filters/0/sec"},
		"a filter of a company nobody can have":      {receiving.Rules{Holder: "business", Default: "pay", Filters: []receiving.Filter{{Company: "12345678901", Then: "pay"}}}, "/filters/0/company_identification"},
		"a filter whose least is more than its most": {receiving.Rules{Holder: "business", Default: "pay", Filters: []receiving.Filter{{MinCents: 2, MaxCents: 1, Then: "pay"}}}, "/filters/0/max_cents"},
		"more filters than a payment can meet":       {receiving.Rules{Holder: "business", Default: "pay", Filters: many(receiving.MaxFilters + 1)}, "/filters"},
	} {
		t.Run(story, func(t *testing.T) {
			var wrong []string
			tt.rules.Check("", func(at, code, format string, args ...any) {
				wrong = append(wrong, at+" "+code+": "+fmt.Sprintf(format, args...))
			})
			if (len(wrong) == 0) != (tt.where == "") || len(wrong) > 0 && !strings.HasPrefix(wrong[0], tt.where+" ") {
				t.Errorf("%q, want one at %q", wrong, tt.where)
			}
		})
	}
}

func many(n int) []receiving.Filter {
	list := make([]receiving.Filter, n)
	for i := range list {
		list[i].Then = receiving.Pay
	}
	return list
}
