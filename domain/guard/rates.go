package guard

import (
	"cmp"
	"math"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// ReturnRates has the rates of returned debits of a company at which the ledger
// warns and acts. Source: NACHA Operating Rules, return rate levels: over 0.5 %
// unauthorized, 3.0 % administrative and 15.0 % overall.
type ReturnRates struct {
	Unauthorized   RateLevels `json:"unauthorized,omitzero"`
	Administrative RateLevels `json:"administrative,omitzero"`
	Overall        RateLevels `json:"overall,omitzero"`
	Action         RateAction `json:"action"`
	MinReturns     int64      `json:"min_returns,omitempty"` // no action with fewer returns; 0: the default
	MinEntries     int64      `json:"min_entries,omitempty"` // no action with fewer debits; 0: the default
}

// Below so many returns, or debits, nothing is done by default: a few say little.
const (
	leastReturns = 5
	leastEntries = 200
)

// RateLevels are percentages of debits. A level is reached by a rate above it.
type RateLevels struct {
	Warn float64 `json:"warn"`
	Act  float64 `json:"act"`
}

// RateAction is what happens to a company whose rate is above the level act.
type RateAction string

// Actions. Their effect ends only when a person lifts it.
const (
	OnlyWarn   RateAction = "warn"
	HoldDebits RateAction = "hold_debits"
	Suspend    RateAction = "suspend" // holds its credits too
)

// Graver reports whether the action stops more than another one.
func (a RateAction) Graver(than RateAction) bool { return a.stops() > than.stops() }

// stops counts the directions whose entries the action holds.
func (a RateAction) stops() int { return map[RateAction]int{HoldDebits: 1, Suspend: 2}[a] }

// RateClass is a group of return codes with a level of its own.
type RateClass string

// Classes of return rates.
const (
	Unauthorized   RateClass = "unauthorized"   // R05 R07 R10 R11 R29 R51
	Administrative RateClass = "administrative" // R02 R03 R04
	Overall        RateClass = "overall"        // any code
)

// RateClasses are all classes.
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
		*levels = cmp.Or(*levels, standard)
	}
	d.Action, d.MinReturns, d.MinEntries = cmp.Or(r.Action, OnlyWarn), cmp.Or(r.MinReturns, leastReturns), cmp.Or(r.MinEntries, leastEntries)
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
			bad(at+"/"+string(c), "range", "must be percentages of debits: warn above 0, and act from warn to 100")
		}
	}
	if r.MinReturns < 0 {
		bad(at+"/min_returns", "range", "must be 1 or more; 0, or left out, it is %d", leastReturns)
	}
	if r.MinEntries < 0 {
		bad(at+"/min_entries", "range", "must be 1 or more; 0, or left out, it is %d", leastEntries)
	}
}

// Levels returns the levels of a class.
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

// Level is the level of a return rate.
type Level string

// Levels of return rates.
const (
	Low      Level = "low"
	WarnedAt Level = "warn"
	ActedAt  Level = "act"
)

// levelOf returns the level of a class at a rate.
func (r *ReturnRates) levelOf(c RateClass, rate Rate) Level {
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

// AllRates are the return rates that apply to a client's companies: the client's
// own and those of each of its ODFIs.
type AllRates []ReturnRates

// RateLevel is the level of a rate, with the settings behind it.
type RateLevel struct {
	Level  Level
	Warn   float64    // the lowest that is set
	Act    float64    // the one that decides
	Action RateAction // above Act
}

// LevelOf returns the highest level of a class at a rate. When the rate is above
// several levels act, the gravest of their actions decides; when it is above none,
// the lowest of them does. Without settings the level is low and nothing is set.
func (all AllRates) LevelOf(c RateClass, rate Rate) (found RateLevel) {
	found.Level = Low
	for i := range all {
		r := &all[i]
		l, level := r.Levels(c), r.levelOf(c, rate)
		if i == 0 || l.Warn < found.Warn {
			found.Warn = l.Warn
		}
		if i == 0 || found.yields(level, l.Act, r.Action) {
			found.Act, found.Action = l.Act, r.Action
		}
		if level.above(found.Level) {
			found.Level = level
		}
	}
	return found
}

// yields reports whether another setting decides instead of the one found so far.
func (l RateLevel) yields(level Level, act float64, action RateAction) bool {
	switch is, was := level == ActedAt, l.Level == ActedAt; {
	case is != was:
		return is
	case is && action.stops() != l.Action.stops():
		return action.Graver(l.Action)
	case act != l.Act:
		return act < l.Act
	default:
		return action.Graver(l.Action)
	}
}

func (l Level) above(other Level) bool {
	rank := map[Level]int{WarnedAt: 1, ActedAt: 2}
	return rank[l] > rank[other]
}

// Rate is the number of returned debits and of all debits.
type Rate struct{ Returned, Originated int64 }

// Percent returns the rate in per cent; 0 without debits.
func (r Rate) Percent() float64 {
	if r.Originated == 0 {
		return 0
	}
	return float64(r.Returned) * 100 / float64(r.Originated)
}

// above reports whether the rate is above a percentage, exact to a
// ten-thousandth.
func (r Rate) above(percent float64) bool {
	return r.Returned*1_000_000 > int64(math.Round(percent*10_000))*r.Originated
}

// ReturnedDebit is a debit that was returned.
type ReturnedDebit struct {
	Company, Code       string
	On                  calendar.Date // day of the return
	File                string        // the file in which the debit had left
	Transaction, ItemID string        // of the return
	Cents               int64
}

// DebitBatch is the number of debits with money in a batch.
type DebitBatch struct {
	Company string
	On      calendar.Date // when it settles
	File    string
	Batch   int64
	Debits  int64
}

// Window is a range of days.
type Window struct{ From, To calendar.Date }

// SixtyDays returns the sixty calendar days that end on a day.
func SixtyDays(to calendar.Date) Window { return Window{to.Add(-59), to} }

// TwoMonths returns the two whole calendar months before that of the day.
func TwoMonths(day calendar.Date) Window {
	first := day.At(12, 0)
	month := calendar.NewDate(first.Year(), first.Month(), 1)
	return Window{calendar.NewDate(first.Year(), first.Month()-2, 1), month.Add(-1)}
}

// Has reports whether a day is in the window.
func (w Window) Has(day calendar.Date) bool { return !day.Before(w.From) && !day.After(w.To) }

// MethodB returns the debits of a company that were returned in a window, and
// those that it originated in the same window.
func MethodB(company string, c RateClass, w Window, returned []ReturnedDebit, sent []DebitBatch) Rate {
	rate := Rate{Returned: countReturned(company, c, w, returned, nil)}
	for _, s := range sent {
		if s.Company == company && w.Has(s.On) {
			rate.Originated += s.Debits
		}
	}
	return rate
}

// MethodA returns the debits that were returned in a window, and the debits of
// the files in which these had left, whenever that was.
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

// countReturned counts returned debits, and collects the files in which they
// had left.
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

// trendDays is the number of days of a trend; each rate covers as many days
// before it.
const trendDays = 60

// Trend returns the rate by method B for each of the last sixty days, over the
// sixty days that end on it. The arguments must cover the days before the first
// as well. Returns and originations are counted by day once, and not again for
// each day.
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

// Crosses returns the day on which a rate exceeds a percentage if it continues
// as in the last fortnight of its trend, within sixty days; ok is false if it
// does not, or already does.
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
