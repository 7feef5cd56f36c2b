package receiving

import (
	"strconv"

	"github.com/achledger/achledger/domain/calendar"
)

// Action is what becomes of a payment.
type Action string

// Actions of filters and accounts; a filter never has somebody decide.
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

// Rules are what a client says about one of its receiving accounts.
type Rules struct {
	Holder  string `json:"holder"`
	Default Action `json:"default"`
	// ReturnCode is used where it suits the entry; empty is R29 for a debit to
	// a business and R23 for a credit.
	ReturnCode string `json:"return_code,omitempty"`
	// DecideBy is a time of day in New York, HH:MM; empty: the last window at
	// which the return is in time.
	DecideBy string `json:"decide_by,omitempty"`
	// AtDeadline is what becomes of a payment about which nobody decided.
	AtDeadline Action   `json:"at_deadline,omitempty"`
	Filters    []Filter `json:"filters,omitempty"`
}

// Filter says what becomes of the payments that it fits. What is empty or zero
// fits all.
type Filter struct {
	Company   string        `json:"company_identification,omitempty"`
	SEC       string        `json:"sec,omitempty"`
	Direction string        `json:"direction,omitempty"`
	MinCents  int64         `json:"min_cents,omitempty"`
	MaxCents  int64         `json:"max_cents,omitempty"`
	Until     calendar.Date `json:"until,omitzero"` // the last day of settlement that it fits
	Then      Action        `json:"then"`
}

// Payment is what the rules look at.
type Payment struct {
	Company   string
	SEC       string
	Debit     bool
	Cents     int64 // zero: a prenote
	SettlesOn calendar.Date
}

func (p Payment) direction() string {
	if p.Debit {
		return Debit
	}
	return Credit
}

// WithDefaults puts in what was left out.
func (r Rules) WithDefaults() Rules {
	if r.Default == "" {
		r.Default = Pay
	}
	if r.AtDeadline == "" && r.Default == Decide {
		r.AtDeadline = Return
	}
	return r
}

// Treat says what becomes of a payment, and by which rule: "filter 2", or
// "default". No rules pay everything.
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
		f.Direction != "" && f.Direction != p.direction(),
		p.Cents < f.MinCents,
		f.MaxCents > 0 && p.Cents > f.MaxCents,
		!f.Until.IsZero() && p.SettlesOn.After(f.Until):
		return false
	default:
		return true
	}
}
