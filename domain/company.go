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
		Warn       float64         `json:"warn"`       // per cent
		Act        float64         `json:"act"`        // per cent
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

// Type names the event in the log.
func (CompanyRateChanged) Type() string { return "company.rate_changed" }

// Type names the event in the log.
func (CompanyStopped) Type() string { return "company.stopped" }

// Type names the event in the log.
func (CompanyLifted) Type() string { return "company.lifted" }

func init() {
	register(
		func() Event { return &CompanyRateChanged{} },
		func() Event { return &CompanyStopped{} },
		func() Event { return &CompanyLifted{} },
	)
}

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
	case *CompanyStopped:
		c.Stopped = e
	case *CompanyLifted:
		c.Stopped = nil
	}
}

// WatchRates compares a company's return rates with the configured levels.
type WatchRates struct {
	Company string
	Rules   guard.ReturnRates
	Rates   map[guard.RateClass]guard.Rate
}

// Decide records the levels that changed. A rate that rises to act stops the
// company if so configured; if a person lifted the stop, the rate must fall and
// rise again to stop it once more.
func (c WatchRates) Decide(now RatedCompany) ([]Event, error) {
	var events []Event
	var stop *CompanyStopped
	for _, class := range guard.RateClasses {
		rate, before := c.Rates[class], now.Levels[class]
		level, limits := c.Rules.LevelOf(class, rate), c.Rules.Levels(class)
		if level == before || before == "" && level == guard.Low {
			continue
		}
		events = append(events, CompanyRateChanged{c.Company, class, level, rate.Returned, rate.Originated, limits.Warn, limits.Act})
		if level == guard.ActedAt && c.Rules.Action != guard.OnlyWarn && now.Stopped == nil && stop == nil {
			stop = &CompanyStopped{c.Company, class, c.Rules.Action, fmt.Sprintf("its %s return rate is %.2f %%, above %v %%: %d of %d debits in sixty days",
				class, rate.Percent(), limits.Act, rate.Returned, rate.Originated)}
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
		return nil, &Refusal{Code: Invalid, Fields: []FieldError{{"/reason", "required", "a reason is needed: say why its entries may leave again"}}}
	case now.Stopped == nil:
		return nil, nil
	}
	return []Event{CompanyLifted(c)}, nil
}
