package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// work is a queue that waits for people.
type work struct {
	Name     string
	Path     string
	Means    string // what is to be decided
	Count    int
	Cents    int64
	NoMoney  bool // what is counted has no sum
	Oldest   time.Time
	Deadline time.Time
	Tone     tone
}

type todayPage struct {
	Waiting  []work // the nearest deadline first
	Idle     []work // queues with nothing in them
	Next     calendar.Deadline
	Closed   string // why banks do not settle today
	Windows  []windowRow
	Plot     *plot
	Files    table
	Timeline *plot
	Health   []check
}

// today answers what needs somebody, in order of deadline.
func (s *surface) today(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	p := s.newPage(c, who, "Today", "Today")
	p.Live = true
	data := todayPage{Next: calendar.NextDeadlines(p.Now, 1)[0]}
	if day := calendar.DateOf(p.Now); !calendar.IsBankingDay(day) {
		data.Closed = "Banks do not settle today"
		if name, closed := calendar.Holiday(day); closed {
			data.Closed += ": " + name
		}
	}
	all, err := s.work(ctx, p.Now)
	if err != nil {
		return err
	}
	for _, w := range all {
		if w.Count > 0 {
			data.Waiting = append(data.Waiting, w)
		} else {
			data.Idle = append(data.Idle, w)
		}
	}
	if data.Windows, data.Plot, err = s.windows(ctx, p); err != nil {
		return err
	}
	day := calendar.DateOf(p.Now).String()
	cut, err := s.Views.FilesCutOn(ctx, day, day)
	if err != nil {
		return err
	}
	slices.Reverse(cut)
	data.Timeline = dayOfFiles(p, cut)
	data.Files = fileTable(p, "files-today", "Files cut today", cut[:min(len(cut), 12)])
	data.Files.Empty = "No file was cut today yet."
	data.Health = s.health(ctx, p)
	p.Data = data
	return s.show(c, 200, "today", p)
}

// work sums up everything that waits for people, the nearest deadline first.
func (s *surface) work(ctx context.Context, now time.Time) (list []work, err error) {
	for _, q := range workQueues {
		w, err := q.sum(s, ctx, now)
		if err != nil {
			return nil, fmt.Errorf("sum up %s: %w", q.name, err)
		}
		list = append(list, work{
			Name: q.title, Path: Path + "/queues/" + q.name, Means: q.means, Count: w.Count, Cents: w.Cents,
			NoMoney: q.noMoney, Oldest: w.OldestAt, Deadline: w.Deadline, Tone: q.tone,
		})
	}
	slices.SortStableFunc(list, func(a, b work) int {
		switch {
		case a.Deadline.Equal(b.Deadline):
			return cmp.Compare(b.Tone.rank(), a.Tone.rank())
		case a.Deadline.IsZero():
			return 1
		case b.Deadline.IsZero():
			return -1
		default:
			return a.Deadline.Compare(b.Deadline)
		}
	})
	return list, nil
}

func (t tone) rank() int { return slices.Index([]tone{plain, good, warn, bad}, t) }

// workQueue is a queue that waits for people: how it is summed up and listed.
type workQueue struct {
	name, title, means string
	tone               tone
	noMoney            bool
	sum                func(s *surface, ctx context.Context, now time.Time) (projections.Work, error)
	list               func(s *surface, ctx context.Context, p *page, limit int, cursor string) (table, string, error)
}

var workQueues = []workQueue{
	{
		name: "delivery", title: "Files in doubt", tone: bad,
		means: "The ledger does not know whether the bank has the file, or the file missed its deadline. Confirm it, send it again, or take it back.",
		sum: func(s *surface, ctx context.Context, now time.Time) (projections.Work, error) {
			return s.doubtfulWork(ctx, now)
		},
		list: (*surface).doubtfulFiles,
	},
	{
		name: "unmatched", title: "Unmatched", tone: bad,
		means: "An entry from the bank found no place here. Assign it to a client or a transaction, return it, or dismiss it.",
		sum: func(s *surface, ctx context.Context, _ time.Time) (projections.Work, error) {
			return s.Views.UnmatchedWork(ctx)
		},
		list: (*surface).unmatchedEntries,
	},
	{
		name: "quarantine", title: "Quarantine", tone: bad,
		means: "A file from the bank, or part of one, does not hold together, so nothing of that part was applied.",
		sum: func(s *surface, ctx context.Context, _ time.Time) (projections.Work, error) {
			return s.Views.QuarantinedWork(ctx)
		},
		list: (*surface).quarantinedFiles,
	},
	{
		name: "held", title: "Held", tone: warn,
		means: "An entry of a client waits for a person. It leaves in no file until somebody approves it.",
		sum: func(s *surface, ctx context.Context, _ time.Time) (projections.Work, error) {
			return s.Views.HeldWork(ctx)
		},
		list: (*surface).heldItems,
	},
	{
		name: "answers", title: "Answers to leave", tone: plain,
		means: "Returns, corrections and disputes of ours that have to leave before a deadline. They leave by themselves at the next window.",
		sum: func(s *surface, ctx context.Context, now time.Time) (projections.Work, error) {
			return s.Views.DeadlineWork(ctx, now.Add(30*24*time.Hour))
		},
		list: (*surface).answersToLeave,
	},
}
