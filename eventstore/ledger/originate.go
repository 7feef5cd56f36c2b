package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Order is a transaction that a client asks for by any of the APIs, or that the
// ledger makes itself.
type Order struct {
	ID       string // a GUID in lower case; empty: a new one is made
	Proposal domain.Proposal
	Number   string // of the receiver's account, in the clear
	Over     *domain.Over
	Named    *domain.Named    // the name by which the account was given; nil: it was given by numbers
	Corrects *domain.Corrects // the debit that it replaces; nil: none
	Ours     bool             // made by the ledger itself
}

// Content is the canonical form of an order without its id, by which a repeated
// order is distinguished from a different one.
func (o Order) Content() ([]byte, error) {
	return OrderContent(o.Proposal, o.Number)
}

// attested is what the keyed hash in the event covers.
func (o Order) attested() ([]byte, error) {
	if o.Ours {
		return EntryContent(o.ID), nil
	}
	return o.Content()
}

// Originate makes the command for an order: it seals the account and hashes the
// content.
func (l *Ledger) Originate(ctx context.Context, client string, o Order) (domain.Originate, error) {
	if o.ID == "" {
		o.ID = newID()
	}
	content, err := o.attested()
	if err != nil {
		return domain.Originate{}, fmt.Errorf("encode a proposal: %w", err)
	}
	mac, err := l.Keys.MAC(client, content)
	if err != nil {
		return domain.Originate{}, fmt.Errorf("hash a proposal: %w", err)
	}
	stream := domain.TransactionStream(client, o.ID)
	births, err := l.sealBirths(stream, client, o.Proposal)
	if err != nil {
		return domain.Originate{}, err
	}
	account, err := l.SealAccountIn(stream, client, o.Proposal.ToRouting, o.Number, o.Proposal.ToAccountType)
	if err != nil {
		return domain.Originate{}, err
	}
	var missed *domain.MissedCorrection
	if !o.Ours {
		if missed, err = l.Missed(ctx, client, account); err != nil {
			return domain.Originate{}, err
		}
	}
	return domain.Originate{
		TransactionID: o.ID, ItemID: newID(), Proposal: o.Proposal, Number: o.Number, Account: account, Content: mac,
		Ours: o.Ours, Over: o.Over, Named: o.Named, Births: births, Missed: missed, Corrects: o.Corrects, Now: l.Now(),
	}, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Accept records an order and returns the transaction; made is false when the
// same order was recorded before. It assumes that the transaction is new and
// reads its stream only when the log, or a rule, refuses it.
func (l *Ledger) Accept(ctx context.Context, client domain.Client, o Order, options ...Option) (t domain.Transaction, made bool, err error) {
	command, err := l.Originate(ctx, client.ID, o)
	if err != nil {
		return t, false, err
	}
	t, err = l.begin(ctx, client, command, options)
	_, refused := errors.AsType[*domain.Refusal](err)
	switch {
	case err == nil:
		return t, true, nil
	case Contended(err), refused && o.ID != "":
		return l.acceptAgain(ctx, client, o, command, err)
	default:
		return t, false, o.Scrub(err)
	}
}

// begin writes a new transaction.
func (l *Ledger) begin(ctx context.Context, client domain.Client, command domain.Originate, options []Option) (domain.Transaction, error) {
	change, err := begins(client, command, options)
	if err != nil {
		return domain.Transaction{}, err
	}
	at, err := l.Write(ctx, change)
	if err != nil {
		return domain.Transaction{}, err
	}
	return Originated(change, l.Now(), at.First), nil
}

func begins(client domain.Client, command domain.Originate, options []Option) (Change, error) {
	events, err := command.Decide(client, domain.Transaction{})
	change := Change{
		Stream: domain.TransactionStream(client.ID, command.TransactionID), Client: client.ID,
		Expect: eventstore.NewStream, Events: events,
	}
	for _, o := range options {
		o(&change)
	}
	return change, err
}

// Begins returns the change that begins the transaction of an order, for an
// append that changes other streams too. The order must have an id.
func (l *Ledger) Begins(ctx context.Context, client domain.Client, o Order, options ...Option) (Change, error) {
	command, err := l.Originate(ctx, client.ID, o)
	if err != nil {
		return Change{}, err
	}
	change, err := begins(client, command, options)
	return change, o.Scrub(err)
}

// Originated is the transaction that a change began, at a position.
func Originated(change Change, at time.Time, position int64) domain.Transaction {
	t := domain.Transaction{Client: change.Client}
	originated := change.Events[0].(domain.TransactionOriginated)
	t.Evolve(domain.Fact{Event: &originated, Meta: domain.Meta{At: at}, Position: position, Version: 1, Stream: change.Stream})
	return t
}

// acceptAgain handles an order whose id may be taken: it returns the
// transaction if the content is the same, and a conflict otherwise. When the id
// turns out to be free, the first error stands.
func (l *Ledger) acceptAgain(ctx context.Context, client domain.Client, o Order, command domain.Originate, before error) (domain.Transaction, bool, error) {
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

// Scrub removes the account number from a refusal, in case it was put into a
// field that the refusal quotes.
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
