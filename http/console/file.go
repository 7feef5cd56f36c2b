package console

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// recordsShown is the number of entries per page.
const recordsShown = 25

type filePage struct {
	Name, State string
	Tone        tone
	Facts       []fact
	Differs     []fact
	Actions     []form
	Bank        []form
	Moments     []moment
	Batches     table
	Entries     table
	Records     [][]field
}

func (d filePage) lists() []table { return []table{d.Batches} }

// file serves one of our files: its history and its entries.
func (s *surface) file(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	f, err := s.Ledger.File(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if !api.IsShown(f) {
		return domain.Refuse(domain.NotFound, "there is no file %q", c.Param("id"))
	}
	name := cmp.Or(api.FileFromLog(f).Name, f.ID)
	p := s.newPage(c, who, name, "Files out")
	p.Subject = name
	if isCSV(c) {
		return s.fileCSV(c, p, f)
	}
	p.Live = true
	if err := s.findRequests(ctx, p, f.ID); err != nil {
		return err
	}
	data := filePage{Name: name, State: word(f.State), Tone: toneOf(string(f.State)), Facts: fileFacts(p, f), Actions: fileForms(p, f), Batches: batchTable(p, f)}
	if data.Moments, err = s.moments(ctx, describeFile(), domain.FileStream(f.ID)); err != nil {
		return err
	}
	if n := len(f.Answered.Differing); n > 0 {
		data.Differs = differing(f.Answered.Differing[n-1])
	}
	if s.Sandbox != nil && f.Transmitted() {
		data.Bank = allowed([]form{formOf(p, "play-acknowledge", f.ID, "Answer as the operator")})
	}
	after, err := api.After(c.QueryParam("cursor"), "/cursor")
	if err != nil {
		return err
	}
	if err := s.fileEntries(ctx, p, f, after, &data); err != nil {
		return err
	}
	return s.serve(c, p, "file", data)
}

func fileFacts(p *page, f domain.File) []fact {
	facts := []fact{
		{"Client", p.client(f.Opened.Client)}, {"Bank", linked(f.Opened.ODFI, Path+"/banks/"+f.Opened.ODFI)},
		{"Why it was made", say(word(f.Opened.Why))}, {"Delivery method", say(f.Method())},
	}
	if f.Cut == nil {
		return append(facts, fact{"Note", say(f.Note)})
	}
	t := f.Cut.Totals
	facts = append(facts,
		fact{"Entries", say(number(t.Entries)).sub(plural(t.Batches, "batch", "batches") + ", " + plural(t.Addenda, "addendum", "addenda"))},
		fact{"Debits", money(t.DebitCents)}, fact{"Credits", money(t.CreditCents)}, fact{"Entry hash", code(strconv.FormatInt(t.EntryHash, 10))},
		fact{"Cut", at(f.CutAt)}, fact{"To be sent before", sendBy(p, f)})
	if !f.DeliveredAt.IsZero() {
		facts = append(facts, fact{"Delivered", at(f.DeliveredAt)})
	}
	if f.Rendered != nil {
		facts = append(facts, fact{"SHA-256", code(hex.EncodeToString(f.Rendered.SHA256))})
	}
	return facts
}

// sendBy shows by when a file should leave, and for one that has not left, how
// long that is from now.
func sendBy(p *page, f domain.File) cell {
	if f.DeliveredAt.IsZero() {
		return at(f.SendBy).sub(p.Until(f.SendBy))
	}
	return at(f.SendBy)
}

// differing lists the totals on which the bank and the file disagree: the
// bank's figure, with the file's below it.
func differing(d *domain.FileTotalsDiffer) (facts []fact) {
	for _, one := range []struct {
		name         string
		theirs, ours *int64
		money        bool
	}{
		{"Batches", d.Theirs.Batches, d.Ours.Batches, false}, {"Entries", d.Theirs.Entries, d.Ours.Entries, false},
		{"Debits", d.Theirs.DebitCents, d.Ours.DebitCents, true}, {"Credits", d.Theirs.CreditCents, d.Ours.CreditCents, true},
	} {
		if one.theirs == nil || one.ours == nil || *one.theirs == *one.ours {
			continue
		}
		text := number[int64]
		if one.money {
			text = dollars
		}
		facts = append(facts, fact{one.name, say("the bank: " + text(*one.theirs)).sub("this file: " + text(*one.ours))})
	}
	return facts
}

// fileForms are the actions allowed in the file's current state.
func fileForms(p *page, f domain.File) (forms []form) {
	switch f.State {
	case domain.DeliveryUnknown:
		forms = append(forms, formOf(p, "confirm", f.ID, "Confirm that the bank has it").opened(), formOf(p, "resend", f.ID, "Send it again"))
	case domain.FileIsHeld:
		forms = append(forms, approveForm(p, "approve-file", f.ID, "Approve the file"), formOf(p, "release", f.ID, "Take it back"))
	case domain.FileIsCut, domain.FileIsRendered:
		forms = append(forms, formOf(p, "release", f.ID, "Take it back"))
	}
	return allowed(forms)
}

func batchTable(p *page, f domain.File) table {
	t := table{Name: "batches", Caption: "Batches", Columns: columns("Batch#", "Company", "Class", "Description", "Effective", "State"), Empty: "This file has no batch.", Most: 100, page: p}
	for _, b := range f.Batches {
		effective := b.EffectiveOn
		if d, err := calendar.ParseYYMMDD(b.EffectiveOn); err == nil {
			effective = dayText(d.String())
		}
		standing := say("unchanged")
		if why := f.Redated[b.Number]; why != "" {
			standing = badge("dated again", warn).sub(why)
		}
		if f.Answered.Rejects() && f.Answered.Covers(b.Number) {
			standing = badge("refused", bad).sub(f.Answered.Reason)
		}
		what := fmt.Sprintf("%s, service class %d", b.SEC, b.ServiceClass)
		if b.Answers {
			what += ", answers"
		}
		class := say(what)
		if o, ok := f.OffsetIn(b.Number); ok {
			class = class.sub(fmt.Sprintf("offset of %s, trace number %s", dollars(o.Cents), o.Trace))
		}
		t.add(say(strconv.Itoa(b.Number)), say(b.CompanyName).sub(b.CompanyID), class, say(b.Description), say(effective), standing)
	}
	return t
}

// fileEntries reads a page of a file's entries as they were filed, each with
// its NACHA record.
func (s *surface) fileEntries(ctx context.Context, p *page, f domain.File, after int64, data *filePage) error {
	t := table{Name: "entries", Caption: "Entries", Columns: columns("Name", "Amount#", "Trace number", "Batch#", "Event"), Empty: "No entry is in this file.", page: p}
	var entries []fileEntry
	var last int64
	for _, r := range f.Ranges {
		first := max(r.First, after+1)
		end := min(r.Last, first+int64(recordsShown-len(entries))-1)
		if first > r.Last || len(entries) == recordsShown {
			continue
		}
		err := s.Ledger.Store.ReadHistories(ctx, domain.TransactionFiled{}.Type(), first, end, func(events []eventstore.Recorded) error {
			e, ok, err := filedEntry(f, events, &t)
			if ok {
				entries = append(entries, e)
			}
			last = events[len(events)-1].Position
			return err
		})
		if err != nil {
			return err
		}
	}
	if n := len(f.Ranges); n > 0 && last > 0 && last < f.Ranges[n-1].Last {
		t.More = p.Link("cursor", strconv.FormatInt(last, 10)) + "#entries"
	}
	if after > 0 {
		t.First = p.withoutCursor() + "#entries"
	}
	t.CSV = p.Link("format", "csv")
	data.Entries = t
	if f.Cut == nil {
		return nil
	}
	whole := len(f.Ranges) > 0 && last == f.Ranges[len(f.Ranges)-1].Last
	lines, err := records(f.Header(), withOffsets(f, entries, whole), after == 0)
	if err != nil {
		s.Log.Debug("records of a file cannot be shown", "file", f.ID, "err", err)
		return nil
	}
	data.Records = lines
	return nil
}

// withOffsets inserts each batch's offset entries after the batch's last
// entry. whole reports that the last batch listed is complete, so its offsets
// are shown too.
func withOffsets(f domain.File, entries []fileEntry, whole bool) (list []fileEntry) {
	for i, e := range entries {
		list = append(list, e)
		if i+1 < len(entries) && entries[i+1].number == e.number || i+1 == len(entries) && !whole {
			continue
		}
		if o, ok := f.OffsetIn(e.number); ok {
			b := f.Batches[e.number-1]
			list = append(list, fileEntry{e.batch, o.Entry(b, b.Balance.Account.Masked()), e.number})
		}
	}
	return list
}

// fileCSV serves all entries of one of our files as CSV.
func (s *surface) fileCSV(c echo.Context, p *page, f domain.File) error {
	api.ExtendDeadlines(c, 5*time.Minute)
	t := table{Name: "entries", Columns: columns("Trace number", "Amount#", "Batch#", "Client", "Transaction", "Event"), page: p}
	err := s.Views.FileEntries(c.Request().Context(), f.ID, func(e projections.FileEntry) error {
		t.add(code(e.Trace), money(e.AmountCents), count(e.Batch), say(e.Client), code(e.TransactionID), code(e.ItemID))
		return nil
	})
	if err != nil {
		return err
	}
	return asCSV(c, t)
}

// filedEntry rebuilds an entry as it was filed, from its transaction's events
// up to then.
func filedEntry(f domain.File, events []eventstore.Recorded, t *table) (e fileEntry, ok bool, err error) {
	payment, err := ledger.TransactionOf(events)
	if err != nil {
		return e, false, err
	}
	i := slices.IndexFunc(payment.Items, func(i *domain.Item) bool {
		return i.Filing != nil && i.Filing.File == f.ID && i.ChangedAt == events[len(events)-1].Position
	})
	if i < 0 {
		return e, false, nil
	}
	item := payment.Items[i]
	_, e, ok = entryOf(&payment, item, map[string]domain.File{f.ID: f})
	name := e.entry.Name
	t.add(linked(named(name), transactionPath(payment.Client, payment.ID)).sub(payment.Account.Masked()), money(e.entry.AmountCents),
		code(item.Filing.Trace), count(item.Filing.Batch), say(word(item.Kind)))
	return e, ok, nil
}
