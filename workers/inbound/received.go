package inbound

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// receivedBy begins a client's transaction with a payment, treated as the rules
// of the receiving account say. terms are those of the bank; nil: FedACH's.
func (e *inboundEntry) receivedBy(t *Intake, to receiverAccount, terms *calendar.Terms, flags ...string) (ledger.Change, error) {
	received, err := e.receivedEvent(t.Ledger, to.client, flags...)
	if err != nil {
		return ledger.Change{}, err
	}
	change := ledger.Change{
		Stream: domain.TransactionStream(to.client, received.TransactionID), Client: to.client,
		Expect: eventstore.NewStream, Events: []domain.Event{received},
	}
	if to.rules == nil {
		return change, nil
	}
	now := t.Ledger.Now()
	c := answers.Case{Transaction: domain.Transaction{Client: to.client}, Now: now, Bank: terms}
	c.Transaction.Evolve(domain.Fact{Event: received, Stream: change.Stream, Meta: domain.Meta{At: now}, Version: 1})
	treat := answers.Receive{Rules: to.rules, Batching: to.batching, ReturnID: answerID(e.id)}
	undecided, more, err := treat.Treat(c)
	if err != nil {
		return ledger.Change{}, err
	}
	received.Undecided = undecided
	change.Events = append(change.Events, more...)
	for _, event := range more {
		if kept, ok := event.(domain.TransactionDecided); ok && kept.Reason != "" {
			t.Log.Error("a payment that was to be returned is kept", "client", to.client, "transaction", received.TransactionID, "why", kept.Reason)
		}
	}
	return change, nil
}
