package receiving

import (
	"cmp"
	"strconv"

	"github.com/achledger/achledger/domain/calendar"
)

// Action is what happens to a payment.
type Action string

// Actions of filters and accounts; a filter never asks for a decision.
const (
	Pay    Action = "pay"
	Return Action = "return"
	Decide Action = "decide"
)

// Holders of receiving accounts.
const (
	Business = "business"
	Consumer = "consumer"
)

// Directions of payments, as seen from the account.
const (
	Debit  = "debit"
	Credit = "credit"
)

// Rules are a client's rules for one of its receiving accounts.
type Rules struct {
	Holder  string `json:"holder"`
	Default Action `json:"default"`
	// ReturnCode is used if it suits the entry; by default R29 for a debit to a
	// business and R23 for a credit.
	ReturnCode string `json:"return_code,omitempty"`
	// DecideBy is a time of day in New York, HH:MM; by default the last window at
	// which the return is in time.
	DecideBy string `json:"decide_by,omitempty"`
	// AtDeadline is what happens to a payment without a decision.
	AtDeadline Action   `json:"at_deadline,omitempty"`
	Filters    []Filter `json:"filters,omitempty"`
}

// Filter says what happens to the payments that it matches. An empty or zero
// field matches all.
type Filter struct {
	Company   string        `json:"company_identification,omitempty"`
	SEC       string        `json:"sec,omitempty"`
	Direction string        `json:"direction,omitempty"`
	MinCents  int64         `json:"min_cents,omitempty"`
	MaxCents  int64         `json:"max_cents,omitempty"`
	Until     calendar.Date `json:"until,omitzero"` // last day of settlement that it matches
	Then      Action        `json:"then"`
}

// Payment is what the rules are applied to.
type Payment struct {
	Company   string
	SEC       string
	Debit     bool
	Cents     int64 // zero: a prenote
	SettlesOn calendar.Date
}

// WithDefaults fills in the defaults.
func (r Rules) WithDefaults() Rules {
	r.Default = cmp.Or(r.Default, Pay)
	if r.AtDeadline == "" && r.Default == Decide {
		r.AtDeadline = Return
	}
	return r
}

// Treat returns what happens to a payment, and by which rule: "filter 2", or
// "default". Without rules everything is paid.
func (r *Rules) Treat(p Payment) (then Action, rule string) {
	if r == nil {
		return Pay, ""
	}
	for i, f := range r.Filters {
		if f.fits(p) {
			return f.Then, "filter " + strconv.Itoa(i+1)
		}
	}
	return r.Default, "default"
}

func (f Filter) fits(p Payment) bool {
	switch {
	case f.Company != "" && trimmed(f.Company) != trimmed(p.Company),
		f.SEC != "" && f.SEC != p.SEC,
		f.Direction != "" && f.Direction != string(calendar.KindOf(p.Debit)),
		p.Cents < f.MinCents,
		f.MaxCents > 0 && p.Cents > f.MaxCents,
		!f.Until.IsZero() && p.SettlesOn.After(f.Until):
		return false
	default:
		return true
	}
}
