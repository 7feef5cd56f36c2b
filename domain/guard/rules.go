package guard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rules are what operations set for a client or an ODFI. The rules of an
// entry's client and of its ODFI all apply.
type Rules struct {
	Limits       []Limit       `json:"limits,omitempty"`
	Duplicates   *Duplicates   `json:"duplicates,omitempty"`
	WebDebits    Action        `json:"web_debits,omitempty"` // hold, reject or allow; empty: allow
	Rates        *ReturnRates  `json:"return_rates,omitempty"`
	Decision     *DecisionHook `json:"decision,omitempty"`
	Descriptions Action        `json:"descriptions,omitempty"` // warn or hold; empty: descriptions are not examined
	Companies    []Company     `json:"companies,omitempty"`
}

// None reports whether no rule is set.
func (r Rules) None() bool {
	return len(r.Limits) == 0 && r.Rates == nil && r.Descriptions == "" && r.Decision == nil && !r.LooksBack()
}

// WithDefaults fills in values that were left out.
func (r Rules) WithDefaults() Rules {
	r = r.Clone()
	for i := range r.Limits {
		if r.Limits[i].Action == "" {
			r.Limits[i].Action = Hold
		}
	}
	if r.Duplicates != nil && r.Duplicates.Action == "" {
		r.Duplicates.Action = Hold
	}
	r.Rates, r.Decision = r.Rates.withDefaults(), r.Decision.withDefaults()
	return r
}

// Clone returns a copy that shares no list with the rules.
func (r Rules) Clone() Rules {
	r.Limits, r.Companies = slices.Clone(r.Limits), slices.Clone(r.Companies)
	if r.Rates != nil {
		rates := *r.Rates
		r.Rates = &rates
	}
	if r.Decision != nil {
		hook := *r.Decision
		hook.When = slices.Clone(hook.When)
		r.Decision = &hook
	}
	if r.Duplicates != nil {
		alike := *r.Duplicates
		r.Duplicates = &alike
	}
	return r
}

// Action is what a rule does with an entry.
type Action string

// Actions of rules.
const (
	Warn   Action = "warn" // for descriptions and duplicates
	Hold   Action = "hold"
	Reject Action = "reject" // for limits, duplicates and web_debits
)

// What happens to a held entry after its last window.
const (
	Keep           = "keep" // it stays held and is dated again when it is released
	RejectDeadline = "reject"
)

// Directions of entries.
const (
	Debit  = "debit"
	Credit = "credit"
)

// The period of a limit.
const (
	PerEntry          = "entry"
	PerBankingDay     = "banking_day"     // of origination
	PerSettlementDate = "settlement_date" // the expected one until the cut, then the decided one
	PerBankingDays    = "banking_days"    // every run of a number of settlement days
)

// mostDays bounds the number of banking days over which a limit is counted.
const mostDays = 90

// Limit bounds what may leave. Zero cents, or a zero count, is no bound.
type Limit struct {
	Direction  string `json:"direction"`
	Per        string `json:"per"`
	Days       int    `json:"days,omitempty"` // for banking_days
	Cents      int64  `json:"cents,omitempty"`
	Count      int64  `json:"count,omitempty"`
	Company    string `json:"company_identification,omitempty"` // empty: all
	Action     Action `json:"action"`
	AtDeadline string `json:"at_deadline,omitempty"` // keep unless set
}

// Name returns the limit's name in events and responses. It says what is
// bounded and not how much, so an approval over the limit remains valid when
// the limit is raised or lowered.
func (l Limit) Name() string {
	name := "limits/" + l.Direction + "/" + l.Per
	if l.Per == PerBankingDays {
		name += "/" + strconv.Itoa(l.Days)
	}
	if l.Company != "" {
		name += "/company/" + l.Company
	}
	if l.Action == Reject {
		name += "/reject"
	}
	return name
}

// IsLimit reports whether a rule is a limit, of a client or of an ODFI.
func IsLimit(rule string) bool {
	return strings.HasPrefix(rule, "limits/") || strings.HasPrefix(rule, "odfi/") && strings.Contains(rule, "/limits/")
}

// Share returns how much of the limit a sum is, by money or by number,
// whichever is nearer to the limit.
func (l Limit) Share(of Sum) (share float64) {
	for _, part := range [][2]int64{{of.Cents, l.Cents}, {of.Count, l.Count}} {
		if part[1] > 0 {
			share = max(share, float64(part[0])/float64(part[1]))
		}
	}
	return share
}

// String describes the limit's scope, as in "debits settling on one day".
func (l Limit) String() string {
	what := l.Direction + "s"
	switch l.Per {
	case PerEntry:
		what = "a " + l.Direction
	case PerBankingDay:
		what += " originated on one banking day"
	case PerSettlementDate:
		what += " settling on one day"
	case PerBankingDays:
		what += fmt.Sprintf(" settling on %d banking days", l.Days)
	}
	if l.Company != "" {
		what += " of company " + l.Company
	}
	return what
}

// Checker reports a wrong field.
type Checker func(pointer, code, format string, args ...any)

// Check reports wrong fields of the rules to bad.
func (r Rules) Check(bad Checker) {
	seen := map[string]bool{}
	for i, l := range r.Limits {
		at := "/limits/" + strconv.Itoa(i)
		l.check(at, bad)
		if seen[l.Name()] {
			bad(at, "twice", "the same limit is listed already: %s", l)
		}
		seen[l.Name()] = true
	}
	r.Duplicates.check(bad)
	r.Decision.check(bad)
	r.checkWebDebits(bad)
	r.Rates.check(bad)
	r.checkDescriptions(bad)
}

func (l Limit) check(at string, bad Checker) {
	enum(bad, at+"/direction", l.Direction, Debit, Credit)
	enum(bad, at+"/per", l.Per, PerEntry, PerBankingDay, PerSettlementDate, PerBankingDays)
	enum(bad, at+"/action", string(l.Action), string(Hold), string(Reject))
	enum(bad, at+"/at_deadline", l.AtDeadline, "", Keep, RejectDeadline)
	switch {
	case l.Per == PerBankingDays && (l.Days < 1 || l.Days > mostDays):
		bad(at+"/days", "range", "must be 1 to %d banking days", mostDays)
	case l.Per != PerBankingDays && l.Days != 0:
		bad(at+"/days", "range", "is allowed only with per banking_days")
	}
	if l.Cents < 0 || l.Count < 0 || l.Cents == 0 && l.Count == 0 {
		bad(at+"/cents", "range", "cents or count must be above zero")
	}
	if l.Per == PerEntry && l.Count != 0 {
		bad(at+"/count", "range", "a limit on single entries has cents, and no count")
	}
	if l.Action == Reject && l.AtDeadline != "" {
		bad(at+"/at_deadline", "range", "is allowed only with action hold")
	}
	if len(l.Company) > 10 {
		bad(at+"/company_identification", "length", "at most 10 characters")
	}
}

func enum(bad Checker, at, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	words := slices.DeleteFunc(allowed, func(a string) bool { return a == "" })
	bad(at, "enum", "must be one of %s", strings.Join(words, ", "))
}
