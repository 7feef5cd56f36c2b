package console

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

type inboundPage struct {
	Name, State string
	Tone        tone
	Facts       []fact
	Actions     []form
	Moments     []moment
	Reasons     table
	Remarks     table
	Entries     table
	All         string // path of the page with all entries, if it has a part of them
}

func (d inboundPage) lists() []table { return []table{d.Reasons, d.Remarks} }

// inbound serves one file received from the bank: what was applied, where each
// entry went, and what is wrong with it.
func (s *surface) inbound(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	of := settledPart{q.Day("settles"), q.Text("bank")}
	if err := ofPages(q); err != nil {
		return err
	}
	ctx := c.Request().Context()
	f, ok, err := s.Views.FindInbound(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no inbound file %q", c.Param("id"))
	}
	p := s.newPage(c, who, f.Name, "Files in")
	p.Subject = f.Name
	p.Live = true
	data := inboundPage{Name: f.Name, State: word(f.State), Tone: toneOf(f.State), Facts: inboundFacts(f),
		Reasons: problemTable(p, "reasons", "What is wrong", f.Reasons), Remarks: problemTable(p, "remarks", "Remarks", f.Remarks)}
	switch f.State {
	case projections.InboundQuarantined, projections.InboundPartlyQuarantined:
		data.Actions = allowed([]form{formOf(p, "judge", f.ID, "Judge it again").opened(), formOf(p, "dismiss-file", f.ID, "Dismiss it")})
	case projections.InboundIsDismissed:
		data.Actions = allowed([]form{formOf(p, "judge", f.ID, "Judge it again")})
	}
	if data.Moments, err = s.moments(ctx, describeInbound, domain.InboundStream(f.ID)); err != nil {
		return err
	}
	read := func(ctx context.Context, limit int, cursor string) (table, string, error) {
		return s.inboundEntries(ctx, p, f, of, lastPlaced(f, data.Moments), limit, cursor)
	}
	if isCSV(c) {
		return s.wholeCSV(c, read)
	}
	if data.Entries, err = p.part(c, read); err != nil {
		return err
	}
	if of != (settledPart{}) {
		data.All = Path + "/inbound/" + f.ID + "#entries"
	}
	return s.serve(c, p, "inbound", data)
}

func inboundFacts(f projections.Inbound) []fact {
	facts := []fact{
		{"Received", at(f.ReceivedAt).sub(word(f.Source))}, {"Entries", say(number(f.Entries)).sub(plural(f.Batches, "batch", "batches"))},
		{"Debits", money(f.DebitCents)}, {"Credits", money(f.CreditCents)},
		{"Applied", count(f.Applied)}, {"Unmatched", count(f.Unmatched)}, {"Applied before", count(f.Skipped)},
	}
	if strings.Trim(f.HeaderKey, "/") != "" { // a file that is none has no header
		facts = append(facts, fact{"Origin, date, time and modifier in its header", code(f.HeaderKey)})
	}
	if f.Repeats > 0 {
		facts = append(facts, fact{"Received again", say(plural(f.Repeats, "time", "times"))})
	}
	return facts
}

func problemTable(p *page, name, caption string, problems []nacha.Problem) table {
	t := table{Name: name, Caption: caption, Columns: columns("Line#", "Where", "What", "Rule"), page: p}
	for _, problem := range problems {
		line := say("")
		if problem.Line > 0 {
			line = count(problem.Line)
		}
		what := problem.Message
		if problem.Field != "" {
			what = problem.Field + ": " + what
		}
		t.add(line, say(string(problem.Scope)), say(capital(what)), code(problem.Code))
	}
	return t
}

// scanned is how many events of the log are read to fill a page of a file's
// entries.
const scanned = 2000

// settledPart is the part of a file's entries that settles on a day and for one of
// our banks, as the settlement counts them; an empty field leaves nothing out.
type settledPart struct{ day, odfi string }

func (of settledPart) takes(e *nacha.Entry, settlesOn string) bool {
	return strings.HasPrefix(e.Routing, of.odfi[:min(len(of.odfi), 8)]) && (of.day == "" || of.day == settlesOn && e.Settles())
}

func (of settledPart) caption() string {
	caption := "Where its entries went"
	if of.day != "" {
		caption = "Its entries that settle on " + dayText(of.day)
	}
	if of.odfi != "" {
		caption += ", for " + of.odfi
	}
	return caption
}

// lastPlaced is the position in the log after which no entry of the file has its
// first place.
func lastPlaced(f projections.Inbound, life []moment) int64 {
	if f.State == projections.InboundReceived {
		return math.MaxInt64 // they are being placed
	}
	last := f.Position
	for _, m := range life {
		if m.Type == (domain.InboundApplied{}).Type() {
			last = m.Position
		}
	}
	return last
}

// inboundEntries lists where the entries of a file went, from a position in
// the log on. Their events directly follow the file's first event.
func (s *surface) inboundEntries(ctx context.Context, p *page, f projections.Inbound, of settledPart, last int64, limit int, cursor string) (table, string, error) {
	t := table{Name: "entries", Caption: of.caption(), Columns: columns("Name", "Amount#", "What it is", "Client", "Settles@", "Trace number"), Empty: "None of its entries has been matched yet.", page: p}
	if of != (settledPart{}) {
		t.Empty = "None of its entries settles then."
	}
	after, err := api.After(cursor, "/cursor")
	if err != nil {
		return t, "", err
	}
	after = max(after, f.Position)
	end := min(after+scanned, last)
	for at := after; at < end; {
		events, err := s.Ledger.Store.ReadAll(ctx, at, 200)
		if err != nil {
			return t, "", err
		}
		if len(events) == 0 {
			return t, "", nil
		}
		for _, r := range events {
			if at = r.Position; len(t.Rows) == limit {
				return t, strconv.FormatInt(at-1, 10), nil
			}
			if err := s.placed(ctx, &t, f.ID, of, r); err != nil {
				return t, "", err
			}
		}
	}
	if end < last {
		return t, strconv.FormatInt(end, 10), nil
	}
	return t, "", nil
}

// placed adds the event to the list if it records where an entry of the file
// went first: one that was unmatched is listed as that, whoever got it later.
func (s *surface) placed(ctx context.Context, t *table, file string, of settledPart, r eventstore.Recorded) error {
	switch domain.Aggregate(r.Stream) {
	case "transaction", "unmatched":
	default:
		return nil
	}
	f, err := ledger.Fact(r)
	if err != nil {
		return err
	}
	if q, ok := f.Event.(*domain.EntryQueued); ok && q.Inbound == file && of.takes(&q.Entry, q.SettledOn) {
		t.add(linked(named(q.Entry.Name), Path+"/unmatched/"+q.EntryID), money(q.Entry.AmountCents), badge("unmatched", warn).sub(q.Message), say(""), settles(&q.Entry, q.SettledOn), code(q.Entry.Trace))
		return nil
	}
	in, kind, ok := domain.IncomingOf(f.Event)
	if !ok || in.Inbound != file || !of.takes(&in.Entry, in.SettledOn) {
		return nil
	}
	if _, queued, err := s.Views.FindUnmatched(ctx, in.ItemID); err != nil || queued {
		return err
	}
	client, id, _ := domain.SplitTransactionStream(r.Stream)
	what := word(kind)
	if kind == domain.Origination {
		what = "Payment"
	}
	answer, _ := in.Entry.AnswerAndOriginal()
	t.add(linked(named(in.Entry.Name), transactionPath(client, id)), money(in.Entry.AmountCents), say(what).sub(codeText(answer)), t.page.client(client), settles(&in.Entry, in.SettledOn), code(in.Entry.Trace))
	return nil
}

// settles is the settlement day of an entry that moves money.
func settles(e *nacha.Entry, on string) cell {
	if on == "" || !e.Settles() {
		return say("")
	}
	return say(dayText(on))
}

type unmatchedPage struct {
	Name    string
	Facts   []fact
	Message string
	Outcome string
	Actions []form
	Fits    table
	Moments []moment
}

func (d unmatchedPage) lists() []table { return []table{d.Fits} }

// unmatched serves one unmatched entry with the transactions it may belong to.
func (s *surface) unmatched(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	u, ok, err := s.Views.FindUnmatched(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no unmatched entry %q", c.Param("id"))
	}
	p := s.newPage(c, who, named(u.Name)+", "+dollars(u.AmountCents), "Queues")
	data := unmatchedPage{Name: named(u.Name), Message: u.Message, Outcome: u.Outcome}
	data.Facts = []fact{
		{"Amount", money(u.AmountCents).sub(string(calendar.KindOf(u.Debit)))}, {"What it is", say(word(u.EntryKind)).sub(codeText(u.Code))}, {"Company", say(u.CompanyName)},
		{"Sender's bank", say(u.Sender)}, {"Our bank", say(u.Routing)}, {"Account", say(masked(u.AccountTail))}, {"Trace number", code(u.Trace)},
		{"Bank's file", linked("Open it", Path+"/inbound/"+u.Inbound).sub(fmt.Sprintf("line %d", u.Line))}, {"Settled on", say(dayText(u.SettledOn))}, {"Waiting since", at(u.QueuedAt).sub(p.Age(u.QueuedAt))},
	}
	if u.OriginalTrace != "" {
		data.Facts = append(data.Facts, fact{"Answer to trace number", code(u.OriginalTrace)})
	}
	if !u.Deadline.IsZero() {
		data.Facts = append(data.Facts, fact{"Answer by", at(u.Deadline).sub(p.Until(u.Deadline))})
	}
	fits := s.candidates(ctx, u.Candidates)
	data.Fits = transactionTable(p, fits)
	data.Fits.Name, data.Fits.Caption, data.Fits.Empty = "fits", "It could belong to", "No transaction here resembles it."
	if u.Outcome == "" {
		clients, err := s.clientChoices(ctx)
		if err != nil {
			return err
		}
		forms := assignForms(p, u.ID, fits)
		assign := formOf(p, "assign", u.ID, "Assign it").picking("client", clients)
		if len(forms) == 0 {
			assign = assign.opened()
		}
		forms = append(forms, assign)
		if u.EntryKind == nacha.KindForward {
			forms = append(forms, formOf(p, "return", u.ID, "Return it to its sender"))
		}
		data.Actions = allowed(append(forms, formOf(p, "dismiss", u.ID, "Dismiss it")))
	}
	if data.Moments, err = s.moments(ctx, describeInbound, domain.UnmatchedStream(u.ID)); err != nil {
		return err
	}
	return s.serve(c, p, "unmatched", data)
}

// assignForms offer to assign an entry to each of the transactions that it may
// belong to. That of the only one is open.
func assignForms(p *page, entry string, fits []projections.Transaction) (forms []form) {
	for _, t := range fits {
		f := formOf(p, "assign", entry, fmt.Sprintf("Assign it to %s, %s, of %s", named(t.Name), dollars(t.AmountCents), p.Client(t.Client)))
		f.Fields = []input{{Name: "client", Kind: "hidden", Value: t.Client}, {Name: "transaction_id", Kind: "hidden", Value: t.ID}}
		f.Open = len(fits) == 1
		forms = append(forms, f)
	}
	return forms
}

// candidates are the transactions that an entry may belong to, written client/id.
func (s *surface) candidates(ctx context.Context, ids []string) (fits []projections.Transaction) {
	l := s.LedgerNow()
	for _, candidate := range ids {
		client, id, _ := strings.Cut(candidate, "/")
		if v, err := s.Transaction(ctx, l, client, id); err == nil {
			fits = append(fits, v.Row)
		}
	}
	return fits
}
