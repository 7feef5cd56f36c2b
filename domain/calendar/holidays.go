package calendar

import (
	"maps"
	"sync"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/us"
)

// sundayMovesToMonday is the Federal Reserve's rule for a holiday on a
// weekend: closed on the Monday after a Sunday, open on the Friday before a
// Saturday. Other US calendars, the library's own among them, close that
// Friday. Source: Federal Reserve System, Holidays Observed (K.8).
var sundayMovesToMonday = []cal.AltDay{{Day: 0, Offset: 1}}

// fedHolidays are the days the Reserve Banks observe, under their names in K.8.
var fedHolidays = []*cal.Holiday{
	fed(us.NewYear, "New Year's Day"),
	fed(us.MlkDay, "Birthday of Martin Luther King, Jr."),
	fed(us.PresidentsDay, "Washington's Birthday"),
	fed(us.MemorialDay, "Memorial Day"),
	fed(us.Juneteenth, "Juneteenth National Independence Day"),
	fed(us.IndependenceDay, "Independence Day"),
	fed(us.LaborDay, "Labor Day"),
	fed(us.ColumbusDay, "Columbus Day"),
	fed(us.VeteransDay, "Veterans Day"),
	fed(us.ThanksgivingDay, "Thanksgiving Day"),
	fed(us.ChristmasDay, "Christmas Day"),
}

func fed(holiday *cal.Holiday, name string) *cal.Holiday {
	return holiday.Clone(&cal.Holiday{Name: name, Observed: sundayMovesToMonday})
}

// exception is a weekday on which the Reserve Banks deviate from the table of
// holidays.
type exception struct {
	closed bool
	name   string
}

// exceptions has days that no rule can compute: announced closings, and days on
// which others close and the Reserve Banks do not, so that the question is
// answered here.
var exceptions = map[Date]exception{
	NewDate(2025, 1, 9): {closed: false, name: "National Day of Mourning"}, // federal offices closed, FedACH open
}

// Holiday returns the name of the holiday for which the Reserve Banks are
// closed on a weekday, and whether there is one. A weekend has none: it is
// closed anyway.
func Holiday(day Date) (name string, closed bool) {
	days := knownClosures()
	if day.Before(knownFrom) || !day.Before(knownUntil) {
		days = closures(day.Year())
	}
	name, closed = days[day]
	return name, closed
}

// knownClosures has the closures of the years in which payments are dated, since
// each payment asks for many days.
var knownClosures = sync.OnceValue(func() map[Date]string {
	days := map[Date]string{}
	for year := knownFrom.Year(); year < knownUntil.Year(); year++ {
		maps.Copy(days, closures(year))
	}
	return days
})

var knownFrom, knownUntil = NewDate(2000, 1, 1), NewDate(2100, 1, 1)

// closures returns the weekdays of a year on which a holiday closes the Reserve
// Banks. No holiday is moved into another year: only Sundays move, and no
// holiday is on December 31.
func closures(year int) map[Date]string {
	days := make(map[Date]string, len(fedHolidays))
	for _, holiday := range fedHolidays {
		_, observed := holiday.Calc(year)
		if observed.IsZero() {
			continue
		}
		// Calc returns a time in the machine's zone; only its civil day
		// matters.
		if day := NewDate(observed.Date()); !weekend(day) {
			days[day] = holiday.Name
		}
	}
	for day, e := range exceptions {
		if day.Year() != year {
			continue
		}
		delete(days, day)
		if e.closed {
			days[day] = e.name
		}
	}
	return days
}
