package domain

import (
	"fmt"

	"github.com/achledger/achledger/domain/guard"
)

// RatedCompany is a company identification of a client with its return rates.
type RatedCompany struct {
	Version int64
	Levels  map[guard.RateClass]guard.Level
	Stopped *CompanyStopped // nil: its entries leave
	// lifted has, by class, the gravest action that a person lifted since the rate
	// rose to act: it does not stop the company again before the rate has fallen.
	lifted map[guard.RateClass]guard.RateAction
}

// Events of a company.
type (
	// CompanyRateChanged records that the return rate of a company rose above a
	// level, or fell back to it.
	CompanyRateChanged struct {
		Company    string          `json:"company_identification"`
		Class      guard.RateClass `json:"class"`
		Level      guard.Level     `json:"level"`      // low, warn or act
		Returned   int64           `json:"returned"`   // in the sixty days that end with the day
		Originated int64           `json:"originated"` // debits in the same days
		Warn       float64         `json:"warn"`       // per cent: the lowest that the client or one of its ODFIs has
		Act        float64         `json:"act"`        // per cent: the level that decides, of the client or one of its ODFIs
	}
	// CompanyStopped records that the company's debits, or all its entries, are
	// held until a person lifts that.
	CompanyStopped struct {
		Company string           `json:"company_identification"`
		Class   guard.RateClass  `json:"class"`
		Action  guard.RateAction `json:"action"` // hold_debits or suspend
		Reason  string           `json:"reason"`
	}
	// CompanyLifted ends a stop. Entries that are held stay held until they are
	// approved.
	CompanyLifted struct {
		Company string `json:"company_identification"`
		Reason  string `json:"reason"`
	}
)

// Type names each event in the log.
func (CompanyRateChanged) Type() string { return "company.rate_changed" }
func (CompanyStopped) Type() string     { return "company.stopped" }
func (CompanyLifted) Type() string      { return "company.lifted" }

func init() { register(empty[CompanyRateChanged], empty[CompanyStopped], empty[CompanyLifted]) }

// CompanyStream names the stream of a client's company identification.
func CompanyStream(client, company string) string { return "company/" + client + "/" + company }

// Evolve applies one event of the company's stream.
func (c *RatedCompany) Evolve(f Fact) {
	c.Version = f.Version
	switch e := f.Event.(type) {
	case *CompanyRateChanged:
		if c.Levels == nil {
			c.Levels = map[guard.RateClass]guard.Level{}
		}
		c.Levels[e.Class] = e.Level
		if e.Level != guard.ActedAt {
			delete(c.lifted, e.Class)
		}
	case *CompanyStopped:
		c.Stopped = e
	case *CompanyLifted:
		c.lift()
	}
}

// lift ends the stop for every class that is above its level now.
func (c *RatedCompany) lift() {
	if c.Stopped == nil {
		return
	}
	for class, level := range c.Levels {
		if level != guard.ActedAt {
			continue
		}
		if c.lifted == nil {
			c.lifted = map[guard.RateClass]guard.RateAction{}
		}
		if c.Stopped.Action.Graver(c.lifted[class]) {
			c.lifted[class] = c.Stopped.Action
		}
	}
	c.Stopped = nil
}

// stops reports whether an action that a class asks for holds more of the
// company's entries than are held, or than a person let leave.
func (c *RatedCompany) stops(class guard.RateClass, action guard.RateAction) bool {
	return action.Graver(c.lifted[class]) && (c.Stopped == nil || action.Graver(c.Stopped.Action))
}

// WatchRates compares a company's return rates with all levels that apply to it.
type WatchRates struct {
	Company string
	Rules   guard.AllRates
	Rates   map[guard.RateClass]guard.Rate
}

// Decide records the levels that changed. A rate above act stops the company if
// so configured; if a person lifted the stop, only a graver action stops it again,
// or the same one after the rate has fallen and risen.
func (c WatchRates) Decide(now RatedCompany) ([]Event, error) {
	var events []Event
	var stop *CompanyStopped
	for _, class := range guard.RateClasses {
		rate, before := c.Rates[class], now.Levels[class]
		is := c.Rules.LevelOf(class, rate)
		if is.Level != before && (before != "" || is.Level != guard.Low) {
			events = append(events, CompanyRateChanged{c.Company, class, is.Level, rate.Returned, rate.Originated, is.Warn, is.Act})
		}
		if is.Level == guard.ActedAt && now.stops(class, is.Action) && (stop == nil || is.Action.Graver(stop.Action)) {
			stop = &CompanyStopped{c.Company, class, is.Action, fmt.Sprintf("its %s return rate is %.2f %%, above %v %%: %d of %d debits in sixty days",
				class, rate.Percent(), is.Act, rate.Returned, rate.Originated)}
		}
	}
	if stop != nil {
		events = append(events, *stop)
	}
	return events, nil
}

// LiftCompany ends the stop of a company.
type LiftCompany struct{ Company, Reason string }

// Decide ends the stop once.
func (c LiftCompany) Decide(now RatedCompany) ([]Event, error) {
	switch {
	case now.Version == 0:
		return nil, Refuse(NotFound, "company %q was never stopped", c.Company)
	case c.Reason == "":
		return nil, RefuseField(Invalid, "/reason", "required", "a reason is needed: say why its entries may leave again")
	case now.Stopped == nil:
		return nil, nil
	}
	return []Event{CompanyLifted(c)}, nil
}
