package inbound

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Assign gives an entry of the queue to a client: a payment begins a
// transaction of the client's, an answer is booked at the named transaction
// of the client's, which must have sent something that can be answered so.
// What did not agree stays visible as flags. It returns the transaction's id.
//
// Refusals: not-found, invalid, rule-broken, already-done.
func (d *Desk) Assign(ctx context.Context, entry, client, transaction string) (string, error) {
	same := func(before domain.Event) bool {
		e, ok := before.(*domain.EntryAssigned)
		if ok && e.Client == client && (transaction == "" || e.TransactionID == transaction) {
			transaction = e.TransactionID
			return true
		}
		return false
	}
	err := d.decide(ctx, entry, same, func(w waiting) (domain.Event, []ledger.Change, error) {
		if w.unreadable != nil {
			return nil, nil, w.unreadable
		}
		c, err := d.Ledger.Client(ctx, client)
		if err != nil {
			return nil, nil, err
		}
		if c.Version == 0 {
			return nil, nil, refuse(domain.Invalid, "/client", "unknown", "there is no client %q", client)
		}
		var change ledger.Change
		switch {
		case w.Kind == nacha.KindReject:
			err = rejectMovesNothing()
		case w.Unsupported || w.Kind == "":
			err = domain.Refuse(domain.RuleBroken, "an entry of this kind cannot be booked: settle it with the bank and dismiss it")
		case w.Kind == nacha.KindForward:
			if transaction != "" {
				return nil, nil, refuse(domain.Invalid, "/transaction_id", "not-allowed", "a payment begins a transaction of its own")
			}
			change, err = w.receivedBy(d.Ledger, c)
		default:
			change, err = w.bookedAt(ctx, d.Ledger, client, transaction)
		}
		if err != nil {
			return nil, nil, err
		}
		_, id, _ := domain.SplitTransactionStream(change.Stream)
		return domain.EntryAssigned{Client: client, TransactionID: id}, []ledger.Change{change}, nil
	})
	if err != nil {
		return "", err
	}
	if transaction == "" {
		transaction = transactionID(entry)
	}
	return transaction, nil
}

// receivedBy begins a client's transaction with a payment.
func (w waiting) receivedBy(l *ledger.Ledger, c domain.Client) (ledger.Change, error) {
	if err := w.atBankOf(c.Settings.ODFIs); err != nil {
		return ledger.Change{}, err
	}
	received, err := w.received(l, c.ID, flagByHand)
	if err != nil {
		return ledger.Change{}, err
	}
	return ledger.Change{
		Stream: domain.TransactionStream(c.ID, received.TransactionID), Client: c.ID,
		Expect: eventstore.NewStream, Events: []domain.Event{received},
	}, nil
}

// atBankOf makes sure that the entry came to one of the banks. Answers to it
// leave from there, so a wrong check digit is put right.
func (w waiting) atBankOf(odfis []string) error {
	for _, odfi := range odfis {
		if odfi[:8] == w.Entry.Routing[:8] {
			w.Entry.Routing = odfi
			return nil
		}
	}
	return domain.Refuse(domain.RuleBroken, "the entry came for routing number %s, which is not one of the client's banks", w.Entry.Routing)
}

// bookedAt books an answer at a transaction of a client.
func (w waiting) bookedAt(ctx context.Context, l *ledger.Ledger, client, transaction string) (ledger.Change, error) {
	if transaction == "" {
		return ledger.Change{}, refuse(domain.Invalid, "/transaction_id", "required", "say which transaction the %s belongs to", w.Kind)
	}
	p, err := readPayment(ctx, l, client, transaction)
	if err != nil {
		return ledger.Change{}, err
	}
	if !p.Exists() {
		return ledger.Change{}, refuse(domain.Invalid, "/transaction_id", "unknown", "client %s has no transaction %q", client, transaction)
	}
	item, ok := w.answerable(p)
	if !ok {
		return ledger.Change{}, domain.Refuse(domain.RuleBroken, "transaction %s sent nothing that a %s could answer", transaction, w.Kind)
	}
	flags := []string{flagByHand}
	if item.AmountCents != w.Entry.AmountCents && w.Entry.Correction == nil && w.Entry.RefusedChange == nil {
		flags = append(flags, flagAmount)
	}
	if (candidate{payment: p, item: item}).answeredBefore(w.Kind) {
		flags = append(flags, flagDuplicate)
	}
	if turned := w.Kind == nacha.KindReturn || w.Kind == nacha.KindContested; turned && (candidate{payment: p, item: item}).reversed() {
		flags = append(flags, flagAfterReversal)
	}
	in, err := w.incoming(l, p.stream, client, item.ID, p.number[item.ID], flags)
	if err != nil {
		return ledger.Change{}, err
	}
	return ledger.Change{Stream: p.stream, Client: client, Expect: p.expect, Events: p.arrive(answered(w.Kind, in), l.Now())}, nil
}

// answersTo says which items of ours each kind of entry answers.
var answersTo = map[nacha.Kind][]domain.ItemKind{
	nacha.KindReturn:        {domain.Origination, domain.Reversal, domain.Retry},
	nacha.KindChange:        {domain.Origination, domain.Reversal, domain.Retry},
	nacha.KindDishonored:    {domain.Return},
	nacha.KindContested:     {domain.Dishonor},
	nacha.KindRefusedChange: {domain.Correction},
}

// answerable finds the item that the entry answers: the one that left under
// the trace number it names, else the newest that left.
func (w waiting) answerable(p *payment) (found *domain.Item, ok bool) {
	for _, i := range p.Items {
		if i.State != domain.Filed || len(ofKind([]candidate{{payment: p, item: i}}, answersTo[w.Kind]...)) == 0 {
			continue
		}
		found = i
		for _, trace := range w.traces() {
			if i.Filing.Trace == trace {
				return i, true
			}
		}
	}
	return found, found != nil
}

// answeredBefore reports whether an answer of the kind stands already.
func (c candidate) answeredBefore(kind nacha.Kind) bool {
	switch kind {
	case nacha.KindReturn:
		return c.returned()
	case nacha.KindDishonored:
		_, done := c.answer(domain.Dishonor, domain.FromFed, c.item.ID)
		return done
	case nacha.KindContested:
		_, done := c.answer(domain.Contest, domain.FromFed, c.item.ID)
		return done
	default:
		return false
	}
}

func refuse(code domain.Code, pointer, rule, format string, args ...any) error {
	return &domain.Refusal{Code: code, Fields: []domain.FieldError{{Pointer: pointer, Code: rule, Message: fmt.Sprintf(format, args...)}}}
}
