package console

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// work is a queue of items that need a person.
type work struct {
	Name     string
	Path     string
	Means    string // what has to be decided
	Count    int
	Cents    int64
	Then     string // what happens if nobody acts
	NoMoney  bool   // the items have no amount
	Oldest   time.Time
	Deadline time.Time
	Tone     tone
	Rules    []work // for held items: a line for each rule that holds some
}

// filesShown is the most files of the day listed.
const filesShown = 12

// deadlinesShown is the most banks of which the page tells the next deadline.
const deadlinesShown = 5

// bankDeadline is the next deadline of one of our banks, by its own terms.
type bankDeadline struct {
	Routing string
	calendar.Deadline
}

type todayPage struct {
	page     *page
	Waiting  []work // nearest deadline first
	Idle     []work // empty queues
	Next     calendar.Deadline
	Own      []bankDeadline // where it is another
	OwnMore  int            // of them that are not shown
	Closed   string         // why banks do not settle today
	Windows  []windowRow
	Plot     *plot
	Files    table
	Timeline *plot
	Health   []check
}

func (d todayPage) lists() []table {
	windows := table{Name: "windows", Columns: columns("Leaves at", "Entries", "Dollars", "Clients"), page: d.page}
	for _, w := range d.Windows {
		var names []string
		for _, id := range w.Clients {
			names = append(names, d.page.Client(id))
		}
		leaves := at(w.At)
		if w.At.IsZero() {
			leaves = say("at a threshold")
		}
		windows.add(leaves, count(w.Entries), money(w.Cents), say(strings.Join(names, ", ")))
	}
	return []table{workTable(d.page, "waiting", d.Waiting), windows}
}

// today serves what needs a person, nearest deadline first.
func (s *surface) today(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	p := s.newPage(c, who, "Today", "Today")
	p.Live = true
	data := todayPage{page: p, Next: calendar.NextDeadlines(p.Now, 1)[0]}
	if day := calendar.DateOf(p.Now); !calendar.IsBankingDay(day) {
		data.Closed = "Banks do not settle today"
		if name, closed := calendar.Holiday(day); closed {
			data.Closed += ": " + name
		}
	}
	var err error
	if data.Own, err = s.ownDeadlines(ctx, p.Now, data.Next); err != nil {
		return err
	}
	data.OwnMore = max(0, len(data.Own)-deadlinesShown)
	data.Own = data.Own[:len(data.Own)-data.OwnMore]
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
	data.Files = fileTable(p, "files-today", "Files cut today", cut)
	data.Files.Most, data.Files.CSV = filesShown, Path+"/files?day="+day+"&format=csv"
	data.Files.Empty = "No file has been cut today."
	data.Health = s.health(ctx, p)
	return s.serve(c, p, "today", data)
}

// ownDeadlines lists the next deadline of each bank whose terms make it another
// than FedACH's, nearest first.
func (s *surface) ownDeadlines(ctx context.Context, now time.Time, fed calendar.Deadline) (list []bankDeadline, err error) {
	known, err := s.Views.Receivers(ctx)
	if err != nil {
		return nil, err
	}
	for _, routing := range known.Banks {
		bank, err := s.Ledger.Bank(ctx, routing)
		if err != nil {
			return nil, err
		}
		if next := bank.Terms.NextDeadlines(now, 1)[0]; !next.At.Equal(fed.At) || next.SettlesOn != fed.SettlesOn {
			list = append(list, bankDeadline{routing, next})
		}
	}
	slices.SortStableFunc(list, func(a, b bankDeadline) int { return a.At.Compare(b.At) })
	return list, nil
}

// work sums up every queue, nearest deadline first.
func (s *surface) work(ctx context.Context, now time.Time) (list []work, err error) {
	waits, err := s.Views.Waits(ctx, now)
	if err != nil {
		return nil, err
	}
	for _, q := range workQueues {
		w := work{Name: q.title, Path: Path + "/queues/" + q.name, Means: q.means, Then: q.then, NoMoney: q.noMoney, Tone: q.tone}
		if q.sum != nil {
			if err := q.sum(s, ctx, now, &w); err != nil {
				return nil, fmt.Errorf("sum up %s: %w", q.name, err)
			}
		}
		for _, one := range waits {
			if one.What == q.waits {
				w.add(int(one.Count), one.Cents, one.Oldest, one.Deadline)
				w.ruled(one)
			}
		}
		list = append(list, w)
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

// add adds items to a queue's totals.
func (w *work) add(count int, cents int64, oldest, deadline time.Time) {
	w.Count, w.Cents = w.Count+count, w.Cents+cents
	w.Oldest, w.Deadline = earlier(w.Oldest, oldest), earlier(w.Deadline, deadline)
}

// ruled adds the items that one rule of the guard holds.
func (w *work) ruled(one projections.Waits) {
	if one.Rule == "" {
		return
	}
	then := "It stays held."
	if one.Rejects {
		then = "It is rejected at its deadline."
	}
	w.Rules = append(w.Rules, work{
		Name: one.Rule, Path: w.Path + "?rule=" + url.QueryEscape(one.Rule), Means: then, Count: int(one.Count), Cents: one.Cents, Oldest: one.Oldest, Deadline: one.Deadline,
	})
}

// earlier returns the earlier of two instants, ignoring a zero one.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// workQueue defines a queue: its name in the views or how to sum it up, and
// how to list it.
type workQueue struct {
	name, title, means string
	then               string // what happens if nobody acts
	tone               tone
	noMoney            bool
	waits              string
	sum                func(s *surface, ctx context.Context, now time.Time, w *work) error
	list               func(s *surface, ctx context.Context, p *page, of queuePart) (table, string, error)
}

var workQueues = []workQueue{
	{
		name: "delivery", title: "Files in doubt", tone: bad, sum: (*surface).sumDoubtful, list: (*surface).doubtfulFiles,
		means: "The ledger does not know whether the bank has the file, or the file missed its deadline. Confirm it, send it again, or take it back.",
		then:  "The file is not sent again, and its entries go into no other file.",
	},
	{
		name: "unmatched", title: "Unmatched", tone: bad, waits: projections.WaitsUnmatched, list: (*surface).unmatchedEntries,
		means: "An entry from the bank matches nothing here. Assign it to a client or a transaction, return it, or dismiss it.",
		then:  "It stays unmatched, with its money accounted for. After the deadline, the sender's bank may refuse what we answer.",
	},
	{
		name: "decisions", title: "Awaiting decision", tone: warn, waits: projections.WaitsDecision, list: (*surface).inboundDecisions,
		means: "A payment came for an account whose client decides about each. Leave it to the client, or decide on the client's behalf.",
		then:  "At its deadline it is returned, or paid if the account's rules say so.",
	},
	{
		name: "requests", title: "Return requests", tone: plain, waits: projections.WaitsRequest, list: (*surface).requestsForReturn,
		means: "A receiving bank is to return an entry that was sent in error. Contact that bank. If it declines, reject the request and give its reason. If it agrees, its return (R06) is matched automatically.",
		then:  "The request lapses at the end of the tenth banking day, and the entry stays as it is.",
	},
	{
		name: "quarantine", title: "Quarantine", tone: bad, waits: projections.WaitsQuarantine, list: (*surface).quarantinedFiles,
		means: "A file from the bank, or part of one, has errors, so no entry of that part was applied. Ask the bank for a correct file, and dismiss this one then; or judge it again.",
		then:  "What is in quarantine is not applied, and the time to return its entries runs out.",
	},
	{
		name: "approvals", title: "Approvals", tone: warn, noMoney: true, waits: projections.WaitsApproval, list: (*surface).approvals,
		means: "Somebody asked for something that needs two people. Another person must approve or refuse it.",
		then:  "The request expires, and nothing is done.",
	},
	{
		name: "held", title: "Held", tone: warn, waits: projections.WaitsHeld, list: (*surface).heldItems,
		means: "An entry of a client waits for a person. It goes into no file until somebody approves it.",
		then:  "It stays held, and gets new dates once it is approved. If its rule says so, it is rejected at its deadline.",
	},
	{
		name: "held-files", title: "Held files", tone: warn, waits: projections.WaitsHeldFile, list: (*surface).heldFiles,
		means: "A file that its client made waits for a person, as a whole. Approve it, or take it back.",
		then:  "It stays held, and is dated again when it is approved; where its rule says so it is rejected whole at its deadline.",
	},
	{
		name: "returned", title: "Came back today", tone: plain, sum: (*surface).sumReturned, list: (*surface).returnedToday,
		means: "What banks returned or corrected today.",
		then:  "Nothing. The client can still respond; the page of each transaction says until when.",
	},
	{
		name: "answers", title: "Answers due today", tone: plain, waits: projections.WaitsDeadline, list: (*surface).answersToLeave,
		means: "Our returns, corrections and disputes that must leave today to meet a deadline.",
		then:  "They leave automatically with the next file. One that is held is rejected at its deadline.",
	},
}
