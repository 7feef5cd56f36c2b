package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Order is a transaction somebody asks for, through whichever surface.
type Order struct {
	ID       string // a GUID in lower case; empty: one will be made
	Proposal domain.Proposal
	Number   string // of the receiver's account, in the clear
	Over     *domain.Over
	Named    *domain.Named // by which the account was given; nil when as numbers
}

// Content is all of an order but its id, in one form, so that the same order
// again is known from another one.
func (o Order) Content() ([]byte, error) {
	return ledger.OrderContent(o.Proposal, o.Number)
}

// frozen is a clock that shows one time: a request has one present, which its
// events and its answer share.
type frozen time.Time

func (f frozen) Now() time.Time { return time.Time(f) }

// LedgerNow is the ledger at this moment.
func (s *Kit) LedgerNow() *ledger.Ledger {
	l := *s.Ledger
	l.Clock = frozen(s.Ledger.Now())
	return &l
}

// ClientSettings is a client as the log has it.
func (s *Kit) ClientSettings(ctx context.Context, id string) (domain.Client, error) {
	client, err := s.Directory.Client(ctx, id)
	if err == nil && client.Version == 0 {
		err = domain.Refuse(domain.NotFound, "there is no client %s", id)
	}
	return client, err
}

// Originate makes the command for an order: its account sealed, its content
// hashed.
func (o Order) Originate(l *ledger.Ledger, client string) (domain.Originate, error) {
	content, err := o.Content()
	if err != nil {
		return domain.Originate{}, fmt.Errorf("encode a proposal: %w", err)
	}
	mac, err := l.Keys.MAC(client, content)
	if err != nil {
		return domain.Originate{}, fmt.Errorf("hash a proposal: %w", err)
	}
	command := domain.Originate{TransactionID: o.ID, ItemID: NewID(), Proposal: o.Proposal, Number: o.Number, Content: mac, Over: o.Over, Named: o.Named}
	if command.TransactionID == "" {
		command.TransactionID = NewID()
	}
	command.Account, err = l.SealAccountIn(domain.TransactionStream(client, command.TransactionID),
		client, o.Proposal.ToRouting, o.Number, o.Proposal.ToAccountType)
	return command, err
}

// Accept records an order and answers with the transaction; made is false
// when the same was recorded before. It takes the transaction for a new one
// and reads its stream only when the log, or a rule, says no.
func (s *Kit) Accept(ctx context.Context, l *ledger.Ledger, client domain.Client, o Order, options ...ledger.Option) (t domain.Transaction, made bool, err error) {
	command, err := o.Originate(l, client.ID)
	if err != nil {
		return t, false, err
	}
	t, err = s.begin(ctx, l, client, command, options...)
	var first *eventstore.VersionError
	var refusal *domain.Refusal
	switch {
	case err == nil:
		return t, true, nil
	case errors.As(err, &first), errors.As(err, &refusal) && o.ID != "":
		return s.acceptAgain(ctx, l, client, o, command, err)
	default:
		return t, false, o.Scrub(err)
	}
}

// begin writes a transaction that is new.
func (s *Kit) begin(ctx context.Context, l *ledger.Ledger, client domain.Client, command domain.Originate, options ...ledger.Option) (domain.Transaction, error) {
	events, err := command.Decide(client, domain.Transaction{})
	if err != nil {
		return domain.Transaction{}, err
	}
	change := ledger.Change{
		Stream: domain.TransactionStream(client.ID, command.TransactionID), Client: client.ID,
		Expect: eventstore.NewStream, Events: events,
	}
	for _, o := range options {
		o(&change)
	}
	at, err := l.Write(ctx, change)
	if err != nil {
		return domain.Transaction{}, err
	}
	return Originated(client.ID, events, l.Now(), at.First), nil
}

// Originated is a transaction as its first event makes it, at a position.
func Originated(client string, events []domain.Event, at time.Time, position int64) domain.Transaction {
	t := domain.Transaction{Client: client}
	originated := events[0].(domain.TransactionOriginated)
	t.Evolve(domain.Fact{Event: &originated, Meta: domain.Meta{At: at}, Position: position, Version: 1,
		Stream: domain.TransactionStream(client, originated.TransactionID)})
	return t
}

// acceptAgain decides about an order whose id may be taken: the same content
// is answered again, other content is a conflict. When the id is free after
// all, what was said about the new transaction stands.
func (s *Kit) acceptAgain(ctx context.Context, l *ledger.Ledger, client domain.Client, o Order, command domain.Originate, before error) (domain.Transaction, bool, error) {
	t, err := l.Transaction(ctx, client.ID, command.TransactionID)
	switch {
	case err != nil:
		return t, false, err
	case !t.Exists():
		return t, false, o.Scrub(before)
	}
	_, err = command.Decide(client, t)
	return t, false, o.Scrub(err)
}

// Scrub takes the account number out of a refusal, should somebody have put
// it into a field that is repeated.
func (o Order) Scrub(err error) error {
	var r *domain.Refusal
	if len(o.Number) < 4 || !errors.As(err, &r) {
		return err
	}
	mask := domain.Account{Tail: domain.Tail(o.Number)}.Masked()
	clean := domain.Refusal{Code: r.Code, Reason: strings.ReplaceAll(r.Reason, o.Number, mask)}
	for _, f := range r.Fields {
		f.Message = strings.ReplaceAll(f.Message, o.Number, mask)
		clean.Fields = append(clean.Fields, f)
	}
	return &clean
}
