package console

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/projections"
)

// windowRow is a cut time, with the totals of what waits for it.
type windowRow struct {
	At      time.Time // zero for entries that leave by a threshold only
	Name    string    // HH:MM in New York
	Entries int
	Cents   int64
	Clients []string
	Later   bool // not today
}

// sameWeekdays is how many earlier weeks a window is compared with.
const sameWeekdays = 5

// windows sums up the waiting entries by the next window of their client, and
// plots today's windows next to what left at them on the same weekday in
// earlier weeks.
func (s *surface) windows(ctx context.Context, p *page) (rows []windowRow, drawn *plot, err error) {
	groups, err := s.Views.QueueGroups(ctx)
	if err != nil {
		return nil, nil, err
	}
	today := calendar.DateOf(p.Now)
	byTime := map[int64]*windowRow{}
	for _, q := range groups {
		at, err := s.nextWindow(ctx, q, p.Now)
		if err != nil {
			return nil, nil, err
		}
		r := byTime[at.Unix()]
		if r == nil {
			r = &windowRow{At: at, Name: at.In(calendar.Eastern).Format("15:04"), Later: calendar.DateOf(at) != today}
			byTime[at.Unix()] = r
		}
		r.Entries, r.Cents = r.Entries+q.Entries, r.Cents+q.Cents
		if !slices.Contains(r.Clients, q.Client) {
			r.Clients = append(r.Clients, q.Client)
		}
	}
	for _, r := range byTime {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b windowRow) int { return a.At.Compare(b.At) })
	if len(rows) > 0 && rows[0].At.IsZero() { // move it to the end
		rows = append(rows[1:], rows[0])
	}
	drawn, err = s.windowPlot(ctx, today, rows)
	return rows, drawn, err
}

// nextWindow is the latest time at which a part of a queue leaves: the first
// window of its client once it is due. It is zero if the client has no windows, so
// that its entries leave by a threshold.
func (s *surface) nextWindow(ctx context.Context, q projections.QueueGroup, now time.Time) (time.Time, error) {
	client, err := s.Directory.Client(ctx, q.Client)
	if err != nil {
		return time.Time{}, err
	}
	windows, err := calendar.ParseWindows(client.Settings.Batching.Windows)
	if err != nil || q.Answers && len(windows) == 0 {
		windows = calendar.DefaultWindows()
	}
	if q.DueAt.After(now) {
		now = q.DueAt
	}
	at, _ := calendar.NextWindow(now, windows)
	return at, nil
}

// windowPlot draws what waits for or left at each window of the day, and what
// left at it on the same weekday of the last five weeks.
func (s *surface) windowPlot(ctx context.Context, today calendar.Date, rows []windowRow) (*plot, error) {
	weeks := map[string]*windowWeeks{}
	at := func(name string) *windowWeeks {
		if weeks[name] == nil {
			weeks[name] = &windowWeeks{name: name, today: today}
		}
		return weeks[name]
	}
	for _, r := range rows {
		if !r.At.IsZero() && !r.Later {
			at(r.Name).waits = &r
		}
	}
	for week := range sameWeekdays + 1 {
		day := today.Add(-7 * week).String()
		files, err := s.Views.FilesCutOn(ctx, day, day)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if f.Why == domain.WhyWindow {
				at(windowOf(f)).left[week] += f.Totals.DebitCents + f.Totals.CreditCents
			}
		}
	}
	b := newBars("Waiting by window, New York time, against the last five same weekdays")
	for _, name := range sortedNames(weeks) {
		b.add(weeks[name].bar())
	}
	return b.plot(), nil
}

// windowWeeks is what waits for a window today, and what left at it today and on
// the same weekday of each week before, in cents.
type windowWeeks struct {
	name  string // HH:MM in New York
	today calendar.Date
	waits *windowRow // nil: nothing
	left  [1 + sameWeekdays]int64
}

func (w *windowWeeks) bar() bar {
	usual := total(w.left[1:]) / sameWeekdays
	one := bar{
		Name: w.name, Usual: usual, Says: fmt.Sprintf("%s: on the last five same weekdays on average %s", w.name, dollars(usual)),
	}
	if r := w.waits; r != nil {
		one.Parts = append(one.Parts, part{r.Cents, "bar", fmt.Sprintf("%s: %s in %s", w.name, plural(r.Entries, "waiting entry", "waiting entries"), dollars(r.Cents)), r.Path()})
	}
	for week, cents := range w.left {
		day := w.today.Add(-7 * week)
		switch {
		case cents == 0:
		case week == 0:
			one.Parts = append(one.Parts, part{cents, "ok", fmt.Sprintf("%s: %s cut today", w.name, dollars(cents)), cutAt(day, w.name)})
		default:
			one.Marks = append(one.Marks, mark{cents, fmt.Sprintf("%s at %s: %s", day.At(12, 0).Format("Mon 2 Jan"), w.name, dollars(cents)), cutAt(day, w.name)})
		}
	}
	return one
}

// cutAt links to the files that were cut at a window of a day.
func cutAt(day calendar.Date, window string) string {
	return Path + "/files?" + url.Values{"day": {day.String()}, "window": {window}}.Encode()
}

// atThreshold stands for a window where a client has none.
const atThreshold = "threshold"

// Path links to the entries that wait for the window.
func (r windowRow) Path() string {
	at := atThreshold
	if !r.At.IsZero() {
		at = r.At.UTC().Format(time.RFC3339)
	}
	return Path + "/waiting?" + url.Values{"at": {at}}.Encode()
}

// windowOf is the window at which a file was cut: the cut time rounded down to
// a quarter of an hour.
func windowOf(f projections.File) string {
	return f.CutAt.In(calendar.Eastern).Truncate(15 * time.Minute).Format("15:04")
}

// First are up to three clients whose entries wait for the window.
func (r windowRow) First() []string { return r.Clients[:min(len(r.Clients), 3)] }

// More is the number of the other clients.
func (r windowRow) More() int { return max(0, len(r.Clients)-3) }
