package files

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/http/api"
)

// returnCodes answers the return, dishonor and contest codes in force today.
func (s *surface) returnCodes(c echo.Context, _ api.Caller) error {
	return api.AnswerWhole(c, codes.Returns(calendar.DateOf(s.Ledger.Now())))
}

// changeCodes answers the change and refusal codes in force today.
func (s *surface) changeCodes(c echo.Context, _ api.Caller) error {
	return api.AnswerWhole(c, codes.Changes(calendar.DateOf(s.Ledger.Now())))
}

// maxCalendarDays bounds one answer of the calendar.
const maxCalendarDays = 3 * 366

// calendarDay is a day and whether the Federal Reserve is open on it.
type calendarDay struct {
	Date    calendar.Date `json:"date"`
	Weekday string        `json:"weekday"`
	Banking bool          `json:"banking_day"`
	Holiday string        `json:"holiday,omitempty"`
}

// calendar answers the days between two dates, both included; by default the
// coming month.
func (s *surface) calendar(c echo.Context, _ api.Caller) error {
	from, err := api.QueryDay(c, "from", calendar.DateOf(s.Ledger.Now()))
	if err != nil {
		return err
	}
	to, err := api.QueryDay(c, "to", from.Add(31))
	if err != nil {
		return err
	}
	if to.Before(from) || to.Sub(from) > maxCalendarDays {
		return api.Invalid("/to", "range", "must be from the first day to three years after it")
	}
	var days []calendarDay
	for d := from; !d.After(to); d = d.Add(1) {
		holiday, _ := calendar.Holiday(d)
		days = append(days, calendarDay{d, d.Weekday().String(), calendar.IsBankingDay(d), holiday})
	}
	return api.AnswerWhole(c, days)
}

// deadline is a FedACH deadline and what it means for an entry accepted now.
type deadline struct {
	Name      string        `json:"name"`
	At        time.Time     `json:"at"`
	SameDay   bool          `json:"same_day"`
	SettlesOn calendar.Date `json:"settles_on"`
	SettlesAt time.Time     `json:"settles_at"`
}

// nextWindow is a window of the client's: when it is cut, and when an entry
// accepted now settles if it leaves then.
type nextWindow struct {
	Window    string        `json:"window"`
	At        time.Time     `json:"at"`
	SettlesOn calendar.Date `json:"settles_on"`
}

// windows answers the next six FedACH deadlines and, for a client, those of its
// bank and its own next windows. With several banks it is the first, unless
// odfi names another.
func (s *surface) windows(c echo.Context, who api.Caller) error {
	now := s.Ledger.Now()
	answer := struct {
		Now       time.Time               `json:"now"`
		ODFI      string                  `json:"odfi,omitempty"`
		Deadlines []deadline              `json:"deadlines"`
		Windows   []nextWindow            `json:"windows"`
		Limits    []calendar.SameDayLimit `json:"same_day_limits"`
		Rules     []calendar.DatedRule    `json:"rules"`
	}{Now: now, Windows: []nextWindow{}, Limits: calendar.SameDayLimits(), Rules: calendar.DatedRules()}
	client, err := s.Directory.Client(c.Request().Context(), who.Client)
	if err != nil {
		return err
	}
	var bank domain.Bank
	if client.Version > 0 {
		answer.ODFI = client.Settings.ODFIs[0]
		if odfi := c.QueryParam("odfi"); odfi != "" {
			if answer.ODFI = odfi; !slices.Contains(client.Settings.ODFIs, odfi) {
				return api.Invalid("/odfi", "odfi", "is none of the client's")
			}
		}
		if bank, err = s.Ledger.Bank(c.Request().Context(), answer.ODFI); err != nil {
			return err
		}
	}
	for _, d := range bank.NextDeadlines(now, 6) {
		answer.Deadlines = append(answer.Deadlines, deadline{d.Name, d.At.UTC(), d.SameDay, d.SettlesOn, d.SettlesAt.UTC()})
	}
	if client.Version > 0 {
		windows, err := calendar.ParseWindows(client.Settings.Batching.Windows)
		if err != nil {
			return err
		}
		for at := now; len(windows) > 0 && len(answer.Windows) < len(windows); {
			next, _ := calendar.NextWindow(at, windows)
			settles := calendar.Effective(next, calendar.Request{Kind: calendar.Credit, Bank: &bank.Terms}).SettlesOn
			answer.Windows = append(answer.Windows, nextWindow{next.In(calendar.Eastern).Format("15:04"), next.UTC(), settles})
			at = next
		}
	}
	return c.JSON(http.StatusOK, answer)
}
