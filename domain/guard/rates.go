package guard

import (
	"math"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// ReturnRates are at which shares of a company's debits that come back it is
// warned and acted. Source: NACHA Operating Rules, return rate levels: over
// 0.5 % unauthorized, 3.0 % administrative and 15.0 % overall.
type ReturnRates struct {
	Unauthorized   RateLevels `json:"unauthorized,omitzero"`
	Administrative RateLevels `json:"administrative,omitzero"`
	Overall        RateLevels `json:"overall,omitzero"`
	Action         RateAction `json:"action"`
	MinReturns     int64      `json:"min_returns,omitempty"` // nothing acts below so many
	MinEntries     int64      `json:"min_entries,omitempty"` // nor below so many debits
}

// RateLevels are per cent of debits. A level is reached by a ratio above it.
type RateLevels struct {
	Warn float64 `json:"warn"`
	Act  float64 `json:"act"`
}

// RateAction is what is done with a company above a level to act.
type RateAction string

// Actions. What was done ends only when a person lifts it.
const (
	OnlyWarn   RateAction = "warn"
	HoldDebits RateAction = "hold_debits"
	Suspend    RateAction = "suspend" // holds its credits too
)

// RateClass is a group of return codes with a level of its own.
type RateClass string

// Classes of return rates.
const (
	Unauthorized   RateClass = "unauthorized"   // R05 R07 R10 R11 R29 R51
	Administrative RateClass = "administrative" // R02 R03 R04
	Overall        RateClass = "overall"        // any code
)

// RateClasses are all.
var RateClasses = []RateClass{Unauthorized, Administrative, Overall}

// Has reports whether a return code counts for the class.
func (c RateClass) Has(code string, on calendar.Date) bool {
	if c == Overall {
		return true
	}
	found, _ := codes.Return(code, on)
	return string(found.Class) == string(c)
}

func (r *ReturnRates) withDefaults() *ReturnRates {
	if r == nil {
		return nil
	}
	d := *r
	for levels, standard := range map[*RateLevels]RateLevels{
		&d.Unauthorized: {0.4, 0.5}, &d.Administrative: {2.4, 3}, &d.Overall: {12, 15},
	} {
		if *levels == (RateLevels{}) {
			*levels = standard
		}
	}
	if d.Action == "" {
		d.Action = OnlyWarn
	}
	if d.MinReturns == 0 {
		d.MinReturns = 5
	}
	if d.MinEntries == 0 {
		d.MinEntries = 200
	}
	return &d
}

func (r *ReturnRates) check(bad Checker) {
	if r == nil {
		return
	}
	const at = "/return_rates"
	enum(bad, at+"/action", string(r.Action), string(OnlyWarn), string(HoldDebits), string(Suspend))
	for _, c := range RateClasses {
		l := r.Levels(c)
		if l.Warn <= 0 || l.Act < l.Warn || l.Act > 100 {
			bad(at+"/"+string(c), "range", "per cent of debits: warn above 0, act not below warn and at most 100")
		}
	}
	if r.MinReturns < 0 || r.MinEntries < 0 {
		bad(at+"/min_returns", "range", "zero or more, as min_entries")
	}
}

// Levels are those of a class.
func (r *ReturnRates) Levels(c RateClass) RateLevels {
	switch c {
	case Unauthorized:
		return r.Unauthorized
	case Administrative:
		return r.Administrative
	default:
		return r.Overall
	}
}

// Level is how high a return rate is.
type Level string

// Levels of return rates.
const (
	Low      Level = "low"
	WarnedAt Level = "warn"
	ActedAt  Level = "act"
)

// LevelOf is the level of a class at a rate.
func (r *ReturnRates) LevelOf(c RateClass, rate Rate) Level {
	l := r.Levels(c)
	switch {
	case rate.Returned < r.MinReturns || rate.Originated < r.MinEntries:
		return Low
	case rate.above(l.Act):
		return ActedAt
	case rate.above(l.Warn):
		return WarnedAt
	default:
		return Low
	}
}

// Rate is how many of so many debits came back.
type Rate struct{ Returned, Originated int64 }

// Percent is the rate in per cent; 0 of nothing.
func (r Rate) Percent() float64 {
	if r.Originated == 0 {
		return 0
	}
	return float64(r.Returned) * 100 / float64(r.Originated)
}

// above reports whether the rate is above some per cent, exact to a
// ten-thousandth.
func (r Rate) above(percent float64) bool {
	return r.Returned*1_000_000 > int64(math.Round(percent*10_000))*r.Originated
}

// ReturnedDebit is a debit that came back.
type ReturnedDebit struct {
	Company, Code       string
	On                  calendar.Date // it came back
	File                string        // it had left in
	Transaction, ItemID string        // of the return
	Cents               int64
}

// DebitBatch is how many debits with money left in a batch.
type DebitBatch struct {
	Company string
	On      calendar.Date // its effective date
	File    string
	Batch   int64
	Debits  int64
}

// Window is a run of days.
type Window struct{ From, To calendar.Date }

// SixtyDays are the sixty calendar days that end on a day.
func SixtyDays(to calendar.Date) Window { return Window{to.Add(-59), to} }

// TwoMonths are the two whole calendar months before the day's.
func TwoMonths(day calendar.Date) Window {
	first := day.At(12, 0)
	month := calendar.NewDate(first.Year(), first.Month(), 1)
	return Window{calendar.NewDate(first.Year(), first.Month()-2, 1), month.Add(-1)}
}

// Has reports whether a day is in the window.
func (w Window) Has(day calendar.Date) bool { return !day.Before(w.From) && !day.After(w.To) }

// MethodB is the debits of a company that came back in a window against those
// that it originated in it.
func MethodB(company string, c RateClass, w Window, returned []ReturnedDebit, sent []DebitBatch) Rate {
	rate := Rate{Returned: countReturned(company, c, w, returned, nil)}
	for _, s := range sent {
		if s.Company == company && w.Has(s.On) {
			rate.Originated += s.Debits
		}
	}
	return rate
}

// MethodA is the same against those in the files that the returned ones had
// left in, whenever that was.
func MethodA(company string, c RateClass, w Window, returned []ReturnedDebit, sent []DebitBatch) Rate {
	files := map[string]bool{}
	rate := Rate{Returned: countReturned(company, c, w, returned, files)}
	for _, s := range sent {
		if s.Company == company && files[s.File] {
			rate.Originated += s.Debits
		}
	}
	return rate
}

// countReturned counts what came back, and notes the files it had left in.
func countReturned(company string, c RateClass, w Window, returned []ReturnedDebit, files map[string]bool) (n int64) {
	for _, r := range returned {
		if r.Company == company && w.Has(r.On) && c.Has(r.Code, r.On) {
			n++
			if files != nil {
				files[r.File] = true
			}
		}
	}
	return n
}

// trendDays are drawn; each looks as many days back.
const trendDays = 60

// Trend is method B on each of the last sixty days, for the sixty that end on
// it; the days before the first must be among what is given. What came back
// and what left is counted by day once, and not for each day anew.
func Trend(company string, c RateClass, today calendar.Date, returned []ReturnedDebit, sent []DebitBatch) []Rate {
	var byDay [2*trendDays - 1]Rate
	first := today.Add(1 - len(byDay))
	at := func(on calendar.Date) (day *Rate, ok bool) {
		n := on.Sub(first)
		if n < 0 || n >= len(byDay) {
			return nil, false
		}
		return &byDay[n], true
	}
	for _, r := range returned {
		if day, ok := at(r.On); ok && r.Company == company && c.Has(r.Code, r.On) {
			day.Returned++
		}
	}
	for _, s := range sent {
		if day, ok := at(s.On); ok && s.Company == company {
			day.Originated += s.Debits
		}
	}
	days := make([]Rate, trendDays)
	for i := range days {
		for _, day := range byDay[i : i+trendDays] {
			days[i].Returned += day.Returned
			days[i].Originated += day.Originated
		}
	}
	return days
}

// Crosses is when a rate that goes on as in the last fortnight of its trend is
// above some per cent, within sixty days; ok is false when it is not, or is
// already.
func Crosses(trend []Rate, percent float64, today calendar.Date) (on calendar.Date, ok bool) {
	const fortnight = 14
	if len(trend) <= fortnight {
		return on, false
	}
	now := trend[len(trend)-1].Percent()
	slope := (now - trend[len(trend)-1-fortnight].Percent()) / fortnight
	if slope <= 0 || now > percent {
		return on, false
	}
	days := int(math.Ceil((percent-now)/slope + 1e-9))
	return today.Add(max(days, 1)), days <= 60
}
