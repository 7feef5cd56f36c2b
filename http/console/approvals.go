package console

import (
	"context"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// approvals lists the requests that wait and that this person can decide.
func (s *surface) approvals(ctx context.Context, p *page, of queuePart) (table, string, error) {
	return s.approvalTable(ctx, p, projections.ApprovalFilter{State: domain.ApprovalWaits, Now: p.Now, Since: of.since, Limit: of.limit, Cursor: of.cursor}, askedByOther)
}

// approvalStates are the states by which the queue can be filtered.
var approvalStates = []choice{
	{string(domain.ApprovalWaits), "waiting"}, {string(domain.ApprovalGranted), "approved"}, {string(domain.ApprovalDenied), "refused"},
	{string(domain.ApprovalExpired), "expired"}, {string(domain.ApprovalWithdrawn), "withdrawn"}, {string(domain.ApprovalStale), "stale"}, {"all", "all"},
}

// Whose requests are shown.
const (
	askedByMe    = "me"
	askedByOther = "others"
)

var approvalMakers = []choice{{"", "anybody"}, {askedByOther, "others (you can decide)"}, {askedByMe, "you"}}

// approvalQueue serves the requests that need two people: the open ones, or
// those that ended in a given state.
func (s *surface) approvalQueue(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	state, by := picked(q, "state", approvalStates), picked(q, "by", approvalMakers)
	p := s.newPage(c, who, "Approvals", "Queues")
	age, since := ageFilter(q, p.Now)
	if err := ofPages(q); err != nil {
		return err
	}
	f := projections.ApprovalFilter{State: domain.ApprovalState(state), Since: since}
	switch state {
	case "":
		state, f.State = string(domain.ApprovalWaits), domain.ApprovalWaits
	case "all":
		f.State = ""
	}
	filters := []filter{{Name: "state", Label: "State", Value: state, Choices: approvalStates}, {Name: "by", Label: "Asked by", Value: by, Choices: approvalMakers}, age}
	return s.list(c, p, "Requests for what needs two people. A person other than the one who asked approves or refuses each. A request that nobody decides expires, and nothing is done.", filters,
		func(ctx context.Context, limit int, cursor string) (table, string, error) {
			f.Now, f.Limit, f.Cursor = p.Now, limit, cursor
			return s.approvalTable(ctx, p, f, by)
		})
}

func (s *surface) approvalTable(ctx context.Context, p *page, f projections.ApprovalFilter, by string) (table, string, error) {
	t := table{Name: "approvals", Caption: "Requests, newest first", Columns: columns("What", "State", "About", "Asked by", "Asked@", "Expires@"), Empty: "No request waits for another person.", page: p}
	if f.State != domain.ApprovalWaits {
		t.Empty = "No request to show."
	}
	for {
		ids, next, err := s.Views.Approvals(ctx, f)
		if err == nil {
			err = s.approvalRows(ctx, p, &t, ids, by)
		}
		if f.Cursor = next; err != nil || next == "" || len(t.Rows) > 0 {
			return t, next, err
		}
	}
}

// approvalRows adds those requests that a given kind of person made.
func (s *surface) approvalRows(ctx context.Context, p *page, t *table, ids []string, by string) error {
	for _, id := range ids {
		a, err := s.Ledger.Approval(ctx, id)
		if err != nil {
			return err
		}
		mine := a.Asked.Maker == p.Who.Name
		if by == askedByMe && !mine || by == askedByOther && mine {
			continue
		}
		asked := say(a.Asked.Maker)
		if mine {
			asked = asked.sub("you, so another person decides")
		}
		about := s.about(a.Asked.Action, a.Asked.Subject)
		if entry, err := s.entryOf(ctx, a); err != nil {
			return err
		} else if !entry.Blank() {
			about = entry
		}
		state := a.State(p.Now)
		ends := at(a.Asked.ExpiresAt).sub(p.Until(a.Asked.ExpiresAt))
		if !a.EndedAt.IsZero() {
			ends = at(a.EndedAt).sub("ended by " + a.By)
		}
		t.add(linked(actText(a.Asked.Action), Path+"/approvals/"+a.ID), badge(word(state), toneOf(string(state))), about,
			asked, at(a.AskedAt).sub(p.Age(a.AskedAt)), ends)
	}
	return nil
}

// actTexts name each requested action in plain words.
var actTexts = map[domain.Action]string{
	domain.ActRelease: "Approve what is held", domain.ActFileRelease: "Take a file back", domain.ActFileConfirm: "Say that the bank has a file",
	domain.ActFileResend: "Send a file again", domain.ActAcknowledge: "Take in an acknowledgement", domain.ActInbound: "Take in a file from the bank",
	domain.ActDelivery: "Switch delivery on", domain.ActClient: "Change a client", domain.ActBank: "Set up a bank", domain.ActOperator: "Add or change a person",
	domain.ActCredential: "Issue a credential", domain.ActDestroy: "Destroy keys", domain.ActPolicy: "Change the policy",
}

func actText(a domain.Action) string {
	if text, ok := actTexts[a]; ok {
		return text
	}
	return word(a)
}

// about returns the subject of a request, linked to its page if it has one.
func (s *surface) about(a domain.Action, subject string) cell {
	to := ""
	switch a {
	case domain.ActRelease:
		to = "/search?q=" + url.QueryEscape(subject) // the subject is an entry or a file
	case domain.ActFileRelease, domain.ActFileConfirm, domain.ActFileResend:
		to = "/files/" + url.PathEscape(subject)
	case domain.ActClient, domain.ActCredential:
		to = "/clients/" + url.PathEscape(subject)
	case domain.ActBank:
		to = "/banks/" + url.PathEscape(subject)
	case domain.ActOperator:
		to = "/people/" + url.PathEscape(subject)
	case domain.ActPolicy:
		to = "/policy"
	default:
		return say(subject)
	}
	return linked(subject, Path+to)
}

type approvalPage struct {
	Title, State, Failed string
	Tone                 tone
	Waits                bool
	Facts                []fact
	Actions              []form
	Changes              []proposed
	Entry                cell // the entry's transaction, if the request is about an entry
}

// approval serves one request: what exactly is asked for, by whom, and its
// outcome.
func (s *surface) approval(c echo.Context, who api.Caller) error {
	a, err := s.Ledger.Approval(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	p := s.newPage(c, who, actText(a.Asked.Action), "Queues")
	state := a.State(p.Now)
	data := approvalPage{Title: actText(a.Asked.Action), State: word(state), Tone: toneOf(string(state)), Failed: a.Failed, Waits: state == domain.ApprovalWaits, Facts: []fact{
		{"About", s.about(a.Asked.Action, a.Asked.Subject)}, {"Asked by", say(a.Asked.Maker)}, {"Asked", at(a.AskedAt).sub(p.Age(a.AskedAt) + " ago")},
		{"Expires", at(a.Asked.ExpiresAt).sub(p.Until(a.Asked.ExpiresAt))},
	}}
	if !a.EndedAt.IsZero() {
		data.Facts = append(data.Facts, fact{"Ended", at(a.EndedAt).sub("by " + a.By)})
		if a.Reason != "" {
			data.Facts = append(data.Facts, fact{"Reason", say(a.Reason)})
		}
	}
	data.Facts = append(data.Facts, fact{"Digest of the request", code(a.Asked.Digest)})
	if data.Entry, err = s.entryOf(c.Request().Context(), a); err != nil {
		return err
	}
	if !data.Entry.Blank() {
		data.Facts[0].Cell = data.Entry
	}
	if data.Changes, err = s.proposedBy(c.Request().Context(), a); err != nil {
		return err
	}
	if state == domain.ApprovalWaits {
		data.Actions = requestForms(p, a)
	}
	return s.serve(c, p, "approval", data)
}

// entryOf identifies the entry that a request is about by its receiver's name and
// its amount, and says why it is held.
func (s *surface) entryOf(ctx context.Context, a domain.Approval) (cell, error) {
	for _, change := range a.Asked.Changes {
		client, id, ok := domain.SplitTransactionStream(change.Stream)
		if !ok {
			continue
		}
		v, err := s.Transaction(ctx, s.LedgerNow(), client, id)
		if err != nil {
			return cell{}, err
		}
		entry := linked(named(v.Row.Name)+", "+dollars(v.Row.AmountCents), transactionPath(client, id))
		if i, ok := v.Transaction.Item(a.Asked.Subject); ok && i.State == domain.Held {
			entry = entry.sub("held: " + i.Reason)
		}
		return entry, nil
	}
	return cell{}, nil
}

// requestForms are the actions on an open request: whoever made it may
// withdraw it, everybody else may decide it.
func requestForms(p *page, a domain.Approval) []form {
	if a.Asked.Maker == p.Who.Name {
		return allowed([]form{formOf(p, "withdraw-request", a.ID, "Withdraw it")})
	}
	return allowed([]form{
		formOf(p, "approve-request", a.ID, "Approve it").with("digest", a.Asked.Digest).opened(),
		formOf(p, "refuse-request", a.ID, "Refuse it"),
	})
}
