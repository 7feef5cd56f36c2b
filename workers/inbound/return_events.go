package inbound

import (
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore/ledger"
)

// returnOf returns the events of a payment for an unknown receiver that is
// returned: it begins a transaction of the ledger itself and is returned from
// it. It refuses a code that does not fit the entry, or that is too late by the
// terms of our bank; nil: FedACH's.
func (e *inboundEntry) returnOf(l *ledger.Ledger, terms *calendar.Terms, code string) ([]domain.Event, error) {
	received, err := e.receivedEvent(l, domain.LedgerClient)
	if err != nil {
		return nil, err
	}
	return decided(l, terms, l.Now(), received, received, answers.Return{ItemID: answerID(e.id), ReplyTo: e.id, Code: code})
}

// command is an answer that package answers decides about.
type command interface {
	Decide(answers.Case) (answers.Decision, error)
}

// decided decides by the rulebook about an answer to an entry that arrived at
// an instant, and returns the event that begins the transaction with those of
// the answer. asked is the entry for the rulebook; terms are those of our bank.
func decided(l *ledger.Ledger, terms *calendar.Terms, at time.Time, begin *domain.TransactionReceived, asked domain.Event, c command) ([]domain.Event, error) {
	t := domain.Transaction{Client: domain.LedgerClient, Received: begin}
	t.Evolve(domain.Fact{Event: asked, Meta: domain.Meta{At: at}, Version: 1})
	d, err := c.Decide(answers.Case{Transaction: t, Now: l.Now(), Bank: terms})
	if err != nil {
		return nil, err
	}
	return append([]domain.Event{begin}, d.Events...), nil
}
