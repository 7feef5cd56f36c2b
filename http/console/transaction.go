package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/http/api"
)

// fact is a labelled value.
type fact struct {
	Name string
	Cell cell
}

type transactionPage struct {
	Name, Status string
	Tone         tone
	Cents        int64
	Facts        []fact
	Held         string // why it is held
	HeldSince    cell
	MayRelease   string // who can release it
	Codes        []explainedCode
	Can          []able
	Actions      []form
	Bank         []form // what the sandbox's bank can do
	Moments      []moment
	Records      []itemRecord
}

// explainedCode is a return or change code of the transaction, explained.
type explainedCode struct{ Code, Title, Meaning, WhatToDo string }

// able is an action open to the client, and until when.
type able struct {
	Name, Means string
	Until       cell
}

// itemRecord is an item as a NACHA record of its file.
type itemRecord struct {
	Title string
	Lines [][]field
}

// transaction serves the history of one payment, and the actions on it.
func (s *surface) transaction(c echo.Context, who api.Caller) error {
	ctx, client, id := c.Request().Context(), c.Param("client"), c.Param("id")
	l := s.LedgerNow()
	v, err := s.Transaction(ctx, l, client, id)
	if err != nil {
		return err
	}
	if v.Refused, err = s.RefusedOver(ctx, l, v.Transaction); err != nil {
		return err
	}
	t := v.Transaction
	name := named(v.Row.Name)
	p := s.newPage(c, who, name+", "+dollars(v.Row.AmountCents), "Transactions")
	p.Live = true
	data := transactionPage{Name: name, Status: v.Row.Status, Tone: toneOf(v.Row.Status), Cents: v.Row.AmountCents, Facts: transactionFacts(p, v)}
	if o := t.Origination(); o.State == domain.Held {
		data.Status, data.Tone, data.Held = "Held", warn, o.Reason
		data.HeldSince = at(o.History[len(o.History)-1].At)
		if data.MayRelease, err = s.mayRelease(ctx, v.Row.AmountCents); err != nil {
			return err
		}
	}
	for _, a := range v.Available() {
		data.Can = append(data.Can, ableText(a.Name, at(a.Deadline)))
	}
	if data.Moments, err = s.transactionMoments(ctx, v); err != nil {
		return err
	}
	for _, i := range t.Items {
		if i.Incoming != nil {
			if code, _ := i.Incoming.Entry.AnswerAndOriginal(); code != "" {
				data.Codes = append(data.Codes, explain(code, i))
			}
		}
	}
	data.Records = s.itemRecords(v)
	if err := s.findRequests(ctx, p, itemIDs(t)...); err != nil {
		return err
	}
	data.Actions = append(allowed(append(transactionForms(p, &t), askBackForm(p, v)...)), revealForm(p, &t)...)
	if s.Sandbox != nil {
		data.Bank = bankForms(p, v.Case)
	}
	return s.serve(c, p, "transaction", data)
}

// transactionMoments is the history of a transaction and of its files.
func (s *surface) transactionMoments(ctx context.Context, v api.TransactionView) ([]moment, error) {
	all, err := s.moments(ctx, describeTransaction, domain.TransactionStream(v.Transaction.Client, v.Transaction.ID))
	if err != nil {
		return nil, err
	}
	for id := range v.Files {
		more, err := s.moments(ctx, describeDelivery, domain.FileStream(id))
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.Position, b.Position) })
	return all, nil
}

// itemRecords are the records of those items that are in a file.
func (s *surface) itemRecords(v api.TransactionView) (list []itemRecord) {
	for _, i := range v.Transaction.Items {
		header, e, ok := entryOf(&v.Transaction, i, v.Files)
		if !ok {
			continue
		}
		lines, err := records(header, []fileEntry{e}, false)
		if err != nil {
			s.Log.Debug("a record cannot be shown", "transaction", v.Transaction.ID, "err", err)
			continue
		}
		list = append(list, itemRecord{word(i.Kind) + ": the record in " + whose(i), lines})
	}
	return list
}

// mayRelease says who can release a held amount.
func (s *surface) mayRelease(ctx context.Context, cents int64) (string, error) {
	all, err := s.Ledger.Operators(ctx)
	if err != nil {
		return "", err
	}
	policy, err := s.Ledger.Policy(ctx)
	if err != nil {
		return "", err
	}
	var names []string
	for _, one := range all.People {
		if !one.Disabled && slices.Contains(one.Roles, domain.RoleApprover) {
			names = append(names, one.Email)
		}
	}
	switch n := len(names); {
	case n == 0:
		return "Nobody has the role approver, so nobody can release it.", nil
	case n > 8:
		names = append(names[:8], fmt.Sprintf("%d more", n-8))
	}
	says := "It can be released by " + strings.Join(names, ", ") + "."
	if policy.TwoToRelease(cents) {
		says += " It takes two of them: one asks, another approves."
	}
	return says, nil
}

func whose(i *domain.Item) string {
	if i.Direction == domain.FromFed {
		return "the bank's file"
	}
	return "our file"
}

// explain describes a code as defined on the day it was received.
func explain(code string, i *domain.Item) explainedCode {
	day := calendar.DateOf(i.MadeAt)
	if r, ok := codes.Return(code, day); ok {
		return explainedCode{code, r.Title, r.Meaning, r.WhatToDo}
	}
	if c, ok := codes.Change(code, day); ok {
		return explainedCode{code, c.Title, c.Meaning, c.WhatToDo}
	}
	return explainedCode{Code: code, Title: "Unknown code"}
}

// ableTexts maps each action of a client to its title and its effect.
var ableTexts = map[string][2]string{
	"recall": {"Recall it", "takes it back before it leaves"}, "return": {"Return it", "sends it back to its sender"}, "correct": {"Send a notification of change", "tells its sender what to change"},
	"dishonor": {"Dishonor the return", "sends the return back as not allowed"}, "contest": {"Contest the dishonor", "insists on the return"}, "refuse": {"Refuse the change", "tells the bank that its change is wrong"},
	"reverse": {"Reverse it", "takes back what was sent in error"}, "retry": {"Present it again", "sends the returned debit once more"}, "return_fee": {"Charge a return fee", "debits a fee for the returned debit"},
	"corrected_entry": {"Send a corrected entry", "debits as was authorized, without a new authorization"}, "return_request": {"Request its return", "asks the receiving bank to return it"},
}

// ableText describes an action of a client.
func ableText(name string, until cell) able {
	if texts, ok := ableTexts[name]; ok {
		return able{texts[0], texts[1], until}
	}
	return able{Name: capital(strings.ReplaceAll(name, "_", " ")), Until: until}
}

func transactionFacts(p *page, v api.TransactionView) []fact {
	t := v.Transaction
	facts := []fact{
		{"Client", p.client(t.Client)},
		{"Direction", say(word(v.Row.Direction) + ", " + word(v.Row.Type) + " " + v.Row.SEC)},
		{"Account", say(t.Account.Masked()).sub(strings.TrimSpace(t.AccountType + " at " + t.Routing))},
		{"Made", at(t.CreatedAt)},
	}
	if o := t.Originated; o != nil {
		from := o.Proposal
		facts = append(facts, fact{"Company", say(cmp.Or(from.FromName, o.CompanyName)).sub(from.CompanyID)},
			fact{"Description", say(from.SentDescription())}, fact{"Our bank", linked(from.FromRouting, Path+"/banks/"+from.FromRouting)})
	} else if r := t.Received; r != nil {
		facts = append(facts, fact{"Company", say(r.Header.CompanyName).sub(r.Header.CompanyID)}, fact{"Description", say(r.Header.Description)},
			fact{"Sender's bank", say(r.Header.ODFI)}, fact{"Settled on", say(dayText(r.SettledOn))})
	}
	if by := t.Origination().HeldBy; by != nil && by.OtherTransaction != "" {
		facts = append(facts, fact{"Looks like", linked("Open the other one", transactionPath(t.Client, by.OtherTransaction)).sub(by.Saw + " apart")})
	}
	if i := t.Origination(); i.Filing != nil {
		facts = append(facts, fact{"Trace number", code(i.Filing.Trace)})
		if f := v.Files[i.Filing.File]; f.Cut != nil {
			facts = append(facts, fact{"File", linked(f.Name(), Path+"/files/"+f.ID).sub(word(f.State))})
		}
	}
	return append(append(facts, datesOf(v)...), fact{"Id", whole(t.ID)})
}

// datesOf lists when a transaction settles, and until when it may be returned.
func datesOf(v api.TransactionView) (facts []fact) {
	d := v.Days()
	for _, one := range []struct {
		name string
		day  *string
	}{
		{"Effective", d.Effective}, {"Expected to settle", d.Settles}, {"Ordinary return until", d.ReturnUntil}, {"Unauthorized return until", d.UnauthorizedUntil},
	} {
		if one.day != nil {
			facts = append(facts, fact{one.name, say(dayText(*one.day))})
		}
	}
	return facts
}

// ofItsFile describes an event of a file from the point of view of an entry in
// it.
var ofItsFile = map[string]string{
	domain.FileDelivered{}.Type(): "Its file was delivered", domain.FileDeliveryUnknown{}.Type(): "It is not known whether its file arrived",
	domain.FileAcknowledged{}.Type(): "The bank answered its file", domain.FileRefused{}.Type(): "The bank refused its file",
	domain.FileRedated{}.Type(): "Its file was dated again", domain.FileReleaseOrdered{}.Type(): "Its file was taken back",
}

// describeDelivery describes the events of a file that matter to an entry in it,
// and skips the others.
func describeDelivery(f domain.Fact) (description, bool) {
	switch f.Event.(type) {
	case *domain.FileDelivered, *domain.FileDeliveryUnknown, *domain.FileAcknowledged, *domain.FileRefused, *domain.FileRedated, *domain.FileReleaseOrdered:
		t, ok := describeFile()(f)
		t.what = ofItsFile[f.Event.Type()]
		t.href, t.linkText = Path+"/files/"+strings.TrimPrefix(f.Stream, "file/"), "Open the file"
		return t, ok
	default:
		return description{}, false
	}
}

// event redirects from an item to its transaction.
func (s *surface) event(c echo.Context, _ api.Caller) error {
	client, id, ok, err := s.Views.FindItem(c.Request().Context(), c.Param("event"))
	if err != nil {
		return err
	}
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no event %q", c.Param("event"))
	}
	return c.Redirect(http.StatusSeeOther, transactionPath(client, id))
}

// transactionForms are the actions on a transaction's waiting items.
func transactionForms(p *page, t *domain.Transaction) (forms []form) {
	for _, i := range t.Items {
		about := ""
		if i.Kind != domain.Origination {
			about = " the " + strings.ToLower(word(i.Kind))
		}
		switch i.State {
		case domain.Pending:
			forms = append(forms, formOf(p, "hold", i.ID, "Hold"+about), formOf(p, "reject", i.ID, "Reject"+about))
		case domain.InHand:
			if by, _ := i.DecideBy(); i.AwaitsDecision() && p.Now.Before(by) {
				forms = append(forms, formOf(p, "decide", i.ID, "Pay it or return it").opened())
			}
		case domain.Asked:
			forms = append(forms, formOf(p, "reject", i.ID, "Record that the bank declined"))
		case domain.Held:
			forms = append(forms, approveForm(p, "approve", i.ID, "Approve"+about), formOf(p, "reject", i.ID, "Reject"+about))
		}
	}
	return forms
}

// approveForm offers to approve what is held. It is open unless somebody asked for
// it already, as then the request is what to decide on.
func approveForm(p *page, name, subject, title string) form {
	f := formOf(p, name, subject, title)
	f.Open = len(p.Requests) == 0
	return f
}

// itemIDs are the ids of a transaction's items, about which requests are made.
func itemIDs(t domain.Transaction) (ids []string) {
	for _, i := range t.Items {
		ids = append(ids, i.ID)
	}
	return ids
}

// askBackForm offers to ask the receiving bank to return an entry, where that is
// possible.
func askBackForm(p *page, v api.TransactionView) (forms []form) {
	for _, a := range v.Available() {
		if a.Name == "return_request" {
			forms = append(forms, formOf(p, "ask-back", v.Transaction.ID, "Ask the receiving bank to return it").with("client", v.Transaction.Client))
		}
	}
	return forms
}

// bankForms are what the sandbox's simulated bank can do with a transaction.
func bankForms(p *page, c answers.Case) (forms []form) {
	t := c.Transaction
	o := t.Origination()
	if t.Originated != nil && o.State == domain.Filed {
		forms = append(forms, formOf(p, "play-return", t.ID, "Return it"), formOf(p, "play-correction", t.ID, "Send a notification of change"))
	}
	for _, i := range t.Items {
		switch {
		case i.Kind == domain.Return && i.Direction == domain.ToFed && i.State == domain.Filed:
			forms = append(forms, formOf(p, "play-dishonor", t.ID, "Dishonor our return"))
		case i.Kind == domain.Dishonor && i.Direction == domain.ToFed && i.State == domain.Filed:
			forms = append(forms, formOf(p, "play-contest", t.ID, "Contest our dishonor"))
		}
	}
	for n := range forms {
		forms[n] = forms[n].with("client", t.Client)
	}
	return allowed(forms)
}
