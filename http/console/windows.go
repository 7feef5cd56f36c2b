package console

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/projections"
)

// windowRow is a time at which files are cut, with what waits for it.
type windowRow struct {
	At      time.Time // zero for what leaves by a threshold alone
	Name    string    // HH:MM in New York
	Entries int
	Cents   int64
	Clients []string
	Later   bool // on another day than today
}

// sameWeekdays is with how many of the weeks before a window is compared.
const sameWeekdays = 5

// windows sums up what waits by the next window of its client, and draws the
// windows of the day beside what left at them on the same weekday before.
func (s *surface) windows(ctx context.Context, p *page) (rows []windowRow, drawn *plot, err error) {
	queues, err := s.Views.QueueTotals(ctx)
	if err != nil {
		return nil, nil, err
	}
	today := calendar.DateOf(p.Now)
	byTime := map[int64]*windowRow{}
	for _, q := range queues {
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
	if len(rows) > 0 && rows[0].At.IsZero() { // last, not first
		rows = append(rows[1:], rows[0])
	}
	drawn, err = s.windowPlot(ctx, today, rows)
	return rows, drawn, err
}

// nextWindow is when a queue leaves at the latest; zero where its client has
// no windows and its entries leave by a threshold.
func (s *surface) nextWindow(ctx context.Context, q domain.Queue, now time.Time) (time.Time, error) {
	client, err := s.Directory.Client(ctx, q.Client)
	if err != nil {
		return time.Time{}, err
	}
	windows, err := calendar.ParseWindows(client.Settings.Batching.Windows)
	if err != nil || q.Answers && len(windows) == 0 {
		windows = calendar.DefaultWindows()
	}
	at, _ := calendar.NextWindow(now, windows)
	return at, nil
}

// windowPlot draws what waits for each window of the day, or left at it, and
// what left at it on the last five same weekdays.
func (s *surface) windowPlot(ctx context.Context, today calendar.Date, rows []windowRow) (*plot, error) {
	now := map[string]int64{}
	for _, r := range rows {
		if !r.At.IsZero() && !r.Later {
			now[r.Name] += r.Cents
		}
	}
	before := map[string][]int64{}
	for week := 0; week <= sameWeekdays; week++ {
		day := today.Add(-7 * week).String()
		files, err := s.Views.FilesCutOn(ctx, day, day)
		if err != nil {
			return nil, err
		}
		left := map[string]int64{}
		for _, f := range files {
			if f.Why == domain.WhyWindow {
				left[windowOf(f)] += f.Totals.DebitCents + f.Totals.CreditCents
			}
		}
		for name, cents := range left {
			if week == 0 {
				now[name] += cents
				continue
			}
			for len(before[name]) < week-1 { // a week in which nothing left at it
				before[name] = append(before[name], 0)
			}
			before[name] = append(before[name], cents)
		}
	}
	names := map[string]bool{}
	for name := range now {
		names[name] = true
	}
	for name := range before {
		names[name] = true
	}
	b := newBars("Waiting by window, against the last five same weekdays")
	for _, name := range sorted(names) {
		var sum int64
		for _, cents := range before[name] {
			sum += cents
		}
		usual := sum / sameWeekdays
		one := bar{
			Name: name, Value: now[name], Usual: usual,
			Says: fmt.Sprintf("%s: %s today; on the last five same weekdays on average %s", name, dollars(now[name]), dollars(usual)),
			Href: leadsTo(today, name, rows),
		}
		for week, cents := range before[name] {
			if cents > 0 {
				day := today.Add(-7 * (week + 1))
				one.Marks = append(one.Marks, mark{cents, fmt.Sprintf("%s at %s: %s", day.At(12, 0).Format("Mon 2 Jan"), name, dollars(cents)), Path + "/files?day=" + day.String()})
			}
		}
		b.add(one)
	}
	return b.plot(), nil
}

// leadsTo is the page of what a window's bar is made of: what waits for it, or
// else the files of the day.
func leadsTo(today calendar.Date, name string, rows []windowRow) string {
	for _, r := range rows {
		switch {
		case r.At.IsZero() || r.Later || r.Name != name:
		case len(r.Clients) == 1:
			return Path + "/transactions?client=" + r.Clients[0] + "&status=Pending"
		default:
			return Path + "/transactions?status=Pending"
		}
	}
	return Path + "/files?day=" + today.String()
}

// windowOf is the window at which a file was cut: the quarter of an hour that
// its cut began in.
func windowOf(f projections.File) string {
	return f.CutAt.In(calendar.Eastern).Truncate(15 * time.Minute).Format("15:04")
}

func sorted(names map[string]bool) (list []string) {
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// First are the clients whose entries wait for a window, at most three.
func (r windowRow) First() []string { return r.Clients[:min(len(r.Clients), 3)] }

// More is how many others there are.
func (r windowRow) More() int { return max(0, len(r.Clients)-3) }
