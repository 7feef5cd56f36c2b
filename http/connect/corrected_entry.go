package connect

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// correctedEntry is the body of a request for a corrected entry. Fields that it
// leaves out are taken from the returned debit.
type correctedEntry struct {
	replyTo, reason string
	cents           int64
	description     string // in ASCII
	original        string // the description before transliteration, where it differs
	effectiveOn     string
}

var correctedEntryFields = newFieldSet(
	textField("ReplyToEventId", func(a *correctedEntry) *string { return &a.replyTo }),
	textField("Reason", func(a *correctedEntry) *string { return &a.reason }),
	field[correctedEntry]{"Amount", func(a *correctedEntry, value, at string) (bad []domain.FieldError) {
		if a.cents, bad = readCents(value, at); bad == nil && a.cents == 0 {
			return api.Wrong(at, "amount", "a corrected entry moves money: above zero")
		}
		return bad
	}},
	field[correctedEntry]{"Description", func(a *correctedEntry, value, at string) []domain.FieldError {
		given, ok := api.Unquote(value)
		if !ok {
			return api.Wrong(at, "type", "must be a string")
		}
		ascii, changed, err := text.ToASCII(given)
		if err != nil {
			return api.Wrong(at, "alphabet", "%v", err)
		}
		if a.description = ascii; changed {
			a.original = given
		}
		return nil
	}},
	field[correctedEntry]{"EffectiveDate", func(a *correctedEntry, value, at string) []domain.FieldError {
		given, _ := api.Unquote(value)
		day, ok := api.ParseDay(given)
		if !ok {
			return api.Wrong(at, "date", "must be a date as YYYY-MM-DD or M/D/YYYY")
		}
		a.effectiveOn = day
		return nil
	}},
)

// correctEntry answers POST /api/transaction/{id}/corrected_entries: 201 with
// the new transaction, or 200 with the one that an identical request made before.
func (s *surface) correctEntry(c echo.Context, who api.Caller) error {
	var a correctedEntry
	id, input, err := asked(c, correctedEntryFields, &a)
	if err != nil {
		return err
	}
	if reply, ok := api.ParseGUID(a.replyTo); ok {
		a.replyTo = reply
	}
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		return s.originatedBefore(c, who, use)
	}
	l, ctx := s.LedgerNow(), c.Request().Context()
	before, err := s.Transaction(ctx, l, who.Client, id)
	if err != nil {
		return err
	}
	if err := api.Repeated(l, before.Transaction, "/Reason", a.reason); err != nil {
		return err
	}
	made, status := api.NewID(), http.StatusCreated
	_, err = ledger.ExecuteWith(ctx, l, ledger.TransactionStream(who.Client, id), func(t domain.Transaction) (ledger.Decision, error) {
		d, same, err := s.correctedEntry(ctx, l, t, a, made, once.Key)
		if same != "" {
			made, status = same, http.StatusOK
		}
		return d, err
	})
	if err != nil {
		return err
	}
	st, err := s.Transaction(ctx, l, who.Client, made)
	if err != nil {
		return err
	}
	return s.respondOriginated(c, who, status, st)
}

// correctedEntry decides about a corrected entry: the new transaction, whose write
// carries the idempotency key, and the event that notes it in the returned one.
// same is the id of the transaction that an identical request made before, or "".
func (s *surface) correctedEntry(ctx context.Context, l *ledger.Ledger, t domain.Transaction, a correctedEntry, id string, key ledger.Option) (d ledger.Decision, same string, err error) {
	now, err := l.CaseOf(ctx, t)
	if err != nil {
		return d, "", err
	}
	if now.Refused, err = s.RefusedOver(ctx, l, t); err != nil {
		return d, "", err
	}
	if t.Originated == nil {
		return d, "", domain.Refuse(domain.RuleBroken, "a payment that came is not corrected by an entry of ours")
	}
	to, number, err := l.AccountForNew(ctx, t)
	if err != nil {
		return d, "", err
	}
	p := a.proposal(t, to)
	if made, ok := now.CorrectedEntries[now.CorrectedEntry()]; ok && a.made(made, p) {
		return d, made.ID, nil
	}
	ask := answers.CorrectedEntry{ReplyTo: a.replyTo, TransactionID: id, Reason: a.reason, EffectiveOn: a.effectiveOn}
	corrects, events, err := ask.Decide(now)
	if err != nil {
		return d, "", err
	}
	client, err := s.ClientSettings(ctx, t.Client)
	if err != nil {
		return d, "", err
	}
	over, err := s.Over(ctx, t)
	if err != nil {
		return d, "", err
	}
	named := t.NamedAccount() // it follows later corrections of that, and refusals
	begun, err := l.Begins(ctx, client, ledger.Order{ID: id, Proposal: p, Number: number, Over: over, Named: &named, Corrects: &corrects}, key)
	if err != nil {
		return d, "", err
	}
	d.Events, d.Before = events, []ledger.Change{begun}
	if over != nil {
		d.With, err = overAgain(ctx, l, t, *over, id)
	}
	return d, "", err
}

// overAgain notes a corrected entry as a transfer in the stream of the account
// holder over whose relationship the returned debit was made.
func overAgain(ctx context.Context, l *ledger.Ledger, t domain.Transaction, over domain.Over, id string) ([]ledger.Change, error) {
	h, err := l.Holder(ctx, t.Client, over.Holder)
	if err != nil {
		return nil, err
	}
	events, err := domain.CorrectTransfer{TransactionID: id, Corrects: t.ID}.Decide(h)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	return []ledger.Change{{Stream: domain.HolderStream(t.Client, h.ID), Client: t.Client, Expect: h.Version, Events: events}}, nil
}

// proposal is the returned debit's proposal with the corrections of the request, to
// an account.
func (a correctedEntry) proposal(t domain.Transaction, to domain.ItemAccount) domain.Proposal {
	p := t.Originated.Proposal
	p.ToRouting, p.ToAccountType, p.SameDay, p.EffectiveOn = to.Routing, to.AccountType, false, a.effectiveOn
	if a.cents > 0 {
		p.AmountCents = a.cents
	}
	if strings.TrimSpace(a.description) != "" {
		p.Description, p.Originals = a.description, maps.Clone(p.Originals)
		delete(p.Originals, "Description") // of the debit that was returned
		if a.original != "" {
			if p.Originals == nil {
				p.Originals = map[string]string{}
			}
			p.Originals["Description"] = a.original
		}
	}
	return p
}

// made reports whether an existing corrected entry is the one that is requested.
func (a correctedEntry) made(t domain.Transaction, p domain.Proposal) bool {
	o := t.Originated
	return o != nil && o.Corrects != nil && o.Corrects.ItemID == a.replyTo && o.Corrects.Reason == strings.TrimSpace(a.reason) &&
		o.Proposal.AmountCents == p.AmountCents && o.Proposal.Description == p.Description && o.Proposal.EffectiveOn == p.EffectiveOn
}
