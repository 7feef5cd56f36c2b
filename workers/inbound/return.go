package inbound

import (
	"context"
	"maps"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Return sends an entry of the queue back, in time and with a code that fits: a
// payment is returned (R01 to R85), a return dishonored (R61 to R70), a
// notification of change refused (C61 to C69). The entry becomes a transaction
// of the ledger itself, whose answer leaves in the ledger's own file. Return
// returns that transaction's id.
//
// Refusals: not-found, invalid, rule-broken, return-window-closed,
// already-done.
func (t *Intake) Return(ctx context.Context, entry, code string) (string, error) {
	decide := func(e domain.Unmatched) ([]domain.Event, error) {
		return domain.ReturnEntry{TransactionID: transactionID(e.Queued.EntryID), Code: code}.Decide(e)
	}
	_, err := t.settle(ctx, entry, decide, func(u unmatchedEntry) ([]ledger.Change, error) {
		if u.unreadable != nil {
			return nil, u.unreadable
		}
		if u.Kind == nacha.KindReject {
			return nil, rejectMovesNothing()
		}
		known, err := t.known(ctx)
		if err != nil {
			return nil, err
		}
		if err := u.atBankOf(slices.Collect(maps.Values(known.routings))); err != nil {
			return nil, err
		}
		events, err := u.sentBack(t.Ledger, known.termsAt(u.Entry.Routing), code)
		if err != nil {
			return nil, err
		}
		return []ledger.Change{{
			Stream: domain.TransactionStream(domain.LedgerClient, transactionID(u.id)), Client: domain.LedgerClient,
			Expect: eventstore.NewStream, Events: events,
		}}, nil
	})
	if err != nil {
		return "", err
	}
	return transactionID(entry), nil
}

// sentBack returns the events of an entry that is sent back in time, by the
// terms of our bank. A return or a notification of change begins a transaction
// too, so that its money is accounted for.
func (u unmatchedEntry) sentBack(l *ledger.Ledger, terms *calendar.Terms, code string) ([]domain.Event, error) {
	if u.Unsupported {
		return nil, domain.Refuse(domain.RuleBroken, "an entry of this kind cannot be sent back from here: settle it with the bank and dismiss it")
	}
	if u.Kind == nacha.KindForward {
		return u.returnOf(l, terms, code)
	}
	begin, err := u.receivedEvent(l, domain.LedgerClient)
	if err != nil {
		return nil, err
	}
	in := begin.Incoming
	switch u.Kind {
	case nacha.KindReturn:
		return decided(l, terms, u.at, begin, in.Answer(u.Kind),
			answers.Dishonor{ItemID: answerID(u.id), ReplyTo: u.id, Code: code, Information: u.wrongFields(code)})
	case nacha.KindChange:
		return decided(l, terms, u.at, begin, in.Answer(u.Kind),
			answers.RefuseChange{ItemID: answerID(u.id), ReplyTo: u.id, Code: code})
	default:
		return nil, domain.Refuse(domain.RuleBroken,
			"a %s is not sent back by itself: assign it to the transaction it belongs to and answer it there, or dismiss it", u.Kind)
	}
}

// rejectMovesNothing is the refusal for a reject: booking it would account for
// money that never moved.
func rejectMovesNothing() error {
	return domain.Refuse(domain.RuleBroken,
		"the bank's reject of an entry moves no money, so it is neither booked nor sent back: see to the payment, then dismiss it with what was done")
}

// wrongFields returns the field that R69 complains about, if that is the amount,
// field 03, or the transaction code, field 05. For any other field a person
// answers at the transaction.
func (u unmatchedEntry) wrongFields(code string) string {
	switch {
	case code == "R69" && u.queued.Reason == amountDiffers:
		return "03"
	case code == "R69" && u.queued.Reason == sideDiffers:
		return "05"
	default:
		return ""
	}
}
