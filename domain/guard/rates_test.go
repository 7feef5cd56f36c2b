package guard

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

func date(year int, month time.Month, day int) calendar.Date {
	return calendar.NewDate(year, month, day)
}

// Zero is how a number is left out: it is never checked as one.
func TestWhatIsSaidOfTheLeastNumbersOfARateIsSo(t *testing.T) {
	wrong := func(returns, entries int64) (told []string) {
		rules := Rules{Rates: &ReturnRates{MinReturns: returns, MinEntries: entries}}.WithDefaults()
		rules.Check(func(pointer, _, format string, args ...any) {
			told = append(told, pointer+" "+fmt.Sprintf(format, args...))
		})
		return told
	}
	if told := wrong(0, 0); len(told) != 0 {
		t.Errorf("of what is left out it says %q", told)
	}
	if told := wrong(1, 1); len(told) != 0 {
		t.Errorf("of 1 it says %q", told)
	}
	want := []string{"/return_rates/min_returns must be 1 or more; 0, or left out, it is 5", "/return_rates/min_entries must be 1 or more; 0, or left out, it is 200"}
	if told := wrong(-1, -1); !slices.Equal(told, want) {
		t.Errorf("of -1 it says %q", told)
	}
	if d := (Rules{Rates: &ReturnRates{}}).WithDefaults().Rates; d.MinReturns != 5 || d.MinEntries != 200 {
		t.Errorf("left out they are %d and %d", d.MinReturns, d.MinEntries)
	}
}

func TestTheWindowsOfReturnRates(t *testing.T) {
	for name, tt := range map[string]struct {
		w    Window
		want Window
	}{
		"sixty days with the day itself":    {SixtyDays(date(2026, 11, 24)), Window{date(2026, 9, 26), date(2026, 11, 24)}},
		"sixty days over the end of a year": {SixtyDays(date(2027, 1, 15)), Window{date(2026, 11, 17), date(2027, 1, 15)}},
		"two months, not the running one":   {TwoMonths(date(2026, 11, 30)), Window{date(2026, 9, 1), date(2026, 10, 31)}},
		"on the first of a month":           {TwoMonths(date(2026, 12, 1)), Window{date(2026, 10, 1), date(2026, 11, 30)}},
		"in January":                        {TwoMonths(date(2027, 1, 31)), Window{date(2026, 11, 1), date(2026, 12, 31)}},
		"in February":                       {TwoMonths(date(2027, 2, 1)), Window{date(2026, 12, 1), date(2027, 1, 31)}},
		"with the end of a leap February":   {TwoMonths(date(2028, 3, 31)), Window{date(2028, 1, 1), date(2028, 2, 29)}},
	} {
		if tt.w != tt.want {
			t.Errorf("%s: %v", name, tt.w)
		}
		if !tt.w.Has(tt.want.From) || !tt.w.Has(tt.want.To) || tt.w.Has(tt.want.From.Add(-1)) || tt.w.Has(tt.want.To.Add(1)) {
			t.Errorf("%s: %v has not its first and last day, and these alone", name, tt.w)
		}
	}
}

// Of a company's two files one left before the window. What came back of it in
// the window is counted by both methods; its debits by method A alone.
func TestWhatTheMethodsCount(t *testing.T) {
	const us, them = "1840000017", "1840000025"
	w := SixtyDays(date(2026, 11, 24))
	sent := []DebitBatch{
		{Company: us, On: w.From.Add(-1), File: "old", Debits: 1000}, {Company: us, On: w.From.Add(-1), File: "older", Debits: 77},
		{Company: us, On: w.From, File: "new", Debits: 300}, {Company: us, On: w.To, File: "new", Debits: 200},
		{Company: us, On: w.To.Add(1), File: "next", Debits: 50}, {Company: them, On: w.To, File: "new", Debits: 5000},
	}
	returned := []ReturnedDebit{
		{Company: us, Code: "R10", On: w.From, File: "old"}, {Company: us, Code: "R05", On: w.To, File: "new"},
		{Company: us, Code: "R03", On: w.To, File: "new"}, {Company: us, Code: "R01", On: w.To, File: "new"},
		{Company: us, Code: "R10", On: w.From.Add(-1), File: "older"}, {Company: us, Code: "R10", On: w.To.Add(1), File: "new"},
		{Company: them, Code: "R10", On: w.To, File: "new"},
	}
	for class, want := range map[RateClass][2]Rate{ // methods B and A
		Unauthorized:   {{2, 500}, {2, 1500}},
		Administrative: {{1, 500}, {1, 500}},
		Overall:        {{4, 500}, {4, 1500}},
	} {
		if b := MethodB(us, class, w, returned, sent); b != want[0] {
			t.Errorf("%s by method B: %+v", class, b)
		}
		if a := MethodA(us, class, w, returned, sent); a != want[1] {
			t.Errorf("%s by method A: %+v", class, a)
		}
	}
}

func TestTheCodesOfTheClasses(t *testing.T) {
	on := date(2026, 11, 24)
	classes := map[string]RateClass{"R05": Unauthorized, "R07": Unauthorized, "R10": Unauthorized, "R11": Unauthorized, "R29": Unauthorized, "R51": Unauthorized,
		"R02": Administrative, "R03": Administrative, "R04": Administrative}
	for _, code := range []string{"R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R11", "R12", "R13", "R14", "R16", "R17", "R20", "R23",
		"R24", "R29", "R31", "R33", "R37", "R38", "R50", "R51", "R52", "R53", "R80", "R85", "R00"} {
		for _, class := range RateClasses {
			if got, want := class.Has(code, on), class == Overall || classes[code] == class; got != want {
				t.Errorf("%s counts as %s: %v", code, class, got)
			}
		}
	}
}

func TestALevelIsReachedAboveItAndWithEnoughReturnsAndDebits(t *testing.T) {
	rules := Rules{Rates: &ReturnRates{}}.WithDefaults().Rates
	for _, tt := range []struct {
		class RateClass
		rate  Rate
		want  Level
	}{
		{Unauthorized, Rate{160, 40_000}, Low}, {Unauthorized, Rate{161, 40_000}, WarnedAt},
		{Unauthorized, Rate{200, 40_000}, WarnedAt}, {Unauthorized, Rate{201, 40_000}, ActedAt},
		{Administrative, Rate{24, 1000}, Low}, {Administrative, Rate{25, 1000}, WarnedAt},
		{Administrative, Rate{30, 1000}, WarnedAt}, {Administrative, Rate{31, 1000}, ActedAt},
		{Overall, Rate{120, 1000}, Low}, {Overall, Rate{121, 1000}, WarnedAt},
		{Overall, Rate{150, 1000}, WarnedAt}, {Overall, Rate{151, 1000}, ActedAt},
		{Unauthorized, Rate{4, 200}, Low}, {Unauthorized, Rate{5, 200}, ActedAt},
		{Unauthorized, Rate{5, 199}, Low}, {Unauthorized, Rate{199, 199}, Low}, {Unauthorized, Rate{}, Low},
	} {
		if got := (AllRates{*rules}).LevelOf(tt.class, tt.rate).Level; got != tt.want {
			t.Errorf("%s of %+v is %s, want %s", tt.class, tt.rate, got, tt.want)
		}
	}
}

// A client's return rates and those of its ODFIs all apply.
func TestTheStrictestOfAllReturnRatesDecides(t *testing.T) {
	of := func(warn, act float64, action RateAction, least int64) ReturnRates {
		return ReturnRates{Overall: RateLevels{warn, act}, Action: action, MinReturns: least, MinEntries: 100}
	}
	client, bank := of(5, 10, OnlyWarn, 1), of(8, 12, HoldDebits, 1)
	for name, tt := range map[string]struct {
		all  AllRates
		rate Rate
		want RateLevel
	}{
		"below both":                            {AllRates{client, bank}, Rate{50, 1000}, RateLevel{Low, 5, 10, OnlyWarn}},
		"above the client's warning":            {AllRates{client, bank}, Rate{51, 1000}, RateLevel{WarnedAt, 5, 10, OnlyWarn}},
		"above the client's":                    {AllRates{client, bank}, Rate{101, 1000}, RateLevel{ActedAt, 5, 10, OnlyWarn}},
		"above both":                            {AllRates{client, bank}, Rate{121, 1000}, RateLevel{ActedAt, 5, 12, HoldDebits}},
		"above both, in another order":          {AllRates{bank, client}, Rate{121, 1000}, RateLevel{ActedAt, 5, 12, HoldDebits}},
		"above one that needs more returns":     {AllRates{of(5, 10, HoldDebits, 200), bank}, Rate{121, 1000}, RateLevel{ActedAt, 5, 12, HoldDebits}},
		"a warning and one that needs more":     {AllRates{of(1, 2, HoldDebits, 200), bank}, Rate{90, 1000}, RateLevel{WarnedAt, 1, 2, HoldDebits}},
		"above two of the same":                 {AllRates{bank, of(8, 11, HoldDebits, 1)}, Rate{121, 1000}, RateLevel{ActedAt, 8, 11, HoldDebits}},
		"above the same with different actions": {AllRates{bank, of(8, 12, Suspend, 1)}, Rate{121, 1000}, RateLevel{ActedAt, 8, 12, Suspend}},
		"below the same, the graver action":     {AllRates{bank, of(8, 12, Suspend, 1)}, Rate{1, 1000}, RateLevel{Low, 8, 12, Suspend}},
		"nothing is set":                        {nil, Rate{999, 1000}, RateLevel{Level: Low}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.all.LevelOf(Overall, tt.rate); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}
