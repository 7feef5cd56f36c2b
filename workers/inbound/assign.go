package inbound

import (
	"context"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Assign gives an unmatched entry to a client: a payment begins a transaction
// of the client, a return or change is booked on the named transaction of the
// client, which must have sent something that it can refer to. Differences
// remain visible as flags. It returns the transaction's id.
//
// Refusals: not-found, invalid, rule-broken, already-done.
func (t *Intake) Assign(ctx context.Context, entry, client, transaction string) (string, error) {
	decide := func(e domain.Unmatched) ([]domain.Event, error) {
		return domain.AssignEntry{Client: client, TransactionID: transaction, Begins: transactionID(e.Queued.EntryID)}.Decide(e)
	}
	settled, err := t.settle(ctx, entry, decide, func(u unmatchedEntry) ([]ledger.Change, error) {
		if u.unreadable != nil {
			return nil, u.unreadable
		}
		c, err := t.Ledger.Client(ctx, client)
		if err != nil {
			return nil, err
		}
		if c.Version == 0 {
			return nil, badField("/client", "unknown", "there is no client %q", client)
		}
		var change ledger.Change
		switch {
		case u.Kind == nacha.KindReject:
			err = rejectMovesNothing()
		case u.Unsupported || u.Kind == "":
			err = domain.Refuse(domain.RuleBroken, "an entry of this kind cannot be booked: settle it with the bank and dismiss it")
		case u.Kind == nacha.KindForward:
			if transaction != "" {
				return nil, badField("/transaction_id", "not-allowed", "a payment begins a transaction of its own")
			}
			change, err = t.givenTo(ctx, u, c)
		default:
			change, err = u.bookedAt(ctx, t.Ledger, client, transaction)
		}
		if err != nil {
			return nil, err
		}
		return []ledger.Change{change}, nil
	})
	if err != nil {
		return "", err
	}
	return settled.Decided.(*domain.EntryAssigned).TransactionID, nil
}

// givenTo begins a client's transaction with a payment. If it is for one of
// the client's receiving accounts, the account's rules apply.
func (t *Intake) givenTo(ctx context.Context, u unmatchedEntry, c domain.Client) (ledger.Change, error) {
	if err := u.atBankOf(c.Settings.ODFIs); err != nil {
		return ledger.Change{}, err
	}
	known, err := t.known(ctx)
	if err != nil {
		return ledger.Change{}, err
	}
	to := known.of(c.ID, u.Entry.Routing, u.Entry.Account)
	return u.receivedBy(t, to, known.termsAt(u.Entry.Routing), flagByHand)
}

// atBankOf checks that the entry was received by one of the banks. Returns of
// it are sent from there, so a wrong check digit is corrected.
func (u unmatchedEntry) atBankOf(odfis []string) error {
	for _, odfi := range odfis {
		if odfi[:8] == u.Entry.Routing[:8] {
			u.Entry.Routing = odfi
			return nil
		}
	}
	return domain.Refuse(domain.RuleBroken, "the entry came for routing number %s, which is not one of the client's banks", u.Entry.Routing)
}

// bookedAt books a return, a change or a dispute on a transaction of the
// client.
func (u unmatchedEntry) bookedAt(ctx context.Context, l *ledger.Ledger, client, transaction string) (ledger.Change, error) {
	if transaction == "" {
		return ledger.Change{}, badField("/transaction_id", "required", "say which transaction the %s belongs to", u.Kind)
	}
	p, err := readPayment(ctx, l, client, transaction)
	if err != nil {
		return ledger.Change{}, err
	}
	if !p.Exists() {
		return ledger.Change{}, badField("/transaction_id", "unknown", "client %s has no transaction %q", client, transaction)
	}
	sent, err := itemsAtTheBank(ctx, l, p)
	if err != nil {
		return ledger.Change{}, err
	}
	at, ok := u.answerable(sent)
	if !ok && u.correctsReturn() {
		at, ok = u.answerable(sent)
	}
	if !ok {
		return ledger.Change{}, domain.Refuse(domain.RuleBroken, "transaction %s sent nothing that a %s could answer", transaction, u.Kind)
	}
	flags := []string{flagByHand}
	if at.item.AmountCents != u.Entry.AmountCents && u.Entry.Correction == nil && u.Entry.RefusedChange == nil {
		flags = append(flags, flagAmount)
	}
	if !at.sameSide(u.inboundEntry) {
		flags = append(flags, flagWrongDirection)
	}
	if at.answeredBefore(u.Kind) {
		flags = append(flags, flagDuplicate)
	}
	if turned := u.Kind == nacha.KindReturn || u.Kind == nacha.KindContested; turned && at.reversed() {
		flags = append(flags, flagAfterReversal)
	}
	if u.diesLater() {
		flags = append(flags, flagDiesLater)
	}
	in, err := u.incoming(l, p.stream, client, at.item.ID, p.number[at.item.ID], flags)
	if err != nil {
		return ledger.Change{}, err
	}
	return ledger.Change{Stream: p.stream, Client: client, Expect: p.expect, Events: p.answeredBy(in.Answer(u.Kind), l.Now())}, nil
}

// correctedReturn is the code by which a bank sends a return again, corrected, that
// was dishonored for a wrong field.
const correctedReturn = "R74"

// correctsReturn makes a corrected return a return of the entry. It reports false
// for any other entry. A return that fits no entry of ours, since its amount is
// wrong, is dishonored from the queue, and what corrects it names the entry for the
// first time.
func (u unmatchedEntry) correctsReturn() bool {
	c := u.Entry.Contested
	if c == nil || c.Code != correctedReturn {
		return false
	}
	u.Entry.Return = &nacha.Return{Code: "R" + c.ReturnCode, OriginalTrace: c.OriginalTrace, OriginalRouting: c.OriginalRouting}
	u.Kind = u.Entry.Kind()
	return true
}

// answersTo lists the kinds of our items that each kind of entry can answer.
var answersTo = map[nacha.Kind][]domain.ItemKind{
	nacha.KindReturn:        {domain.Origination, domain.Reversal, domain.Retry, domain.ReturnFee},
	nacha.KindChange:        {domain.Origination, domain.Reversal, domain.Retry, domain.ReturnFee},
	nacha.KindDishonored:    {domain.Return},
	nacha.KindContested:     {domain.Dishonor},
	nacha.KindRefusedChange: {domain.Correction},
}

// itemsAtTheBank lists the items of a payment that the bank may have. What is in a
// file that still waits here would leave after its answer was booked.
func itemsAtTheBank(ctx context.Context, l *ledger.Ledger, p *payment) (list []candidate, err error) {
	for _, i := range p.Items {
		if i.State != domain.Filed {
			continue
		}
		c := candidate{payment: p, item: i}
		if c.file, err = l.File(ctx, i.Filing.File); err != nil {
			return nil, err
		}
		if c.left() || c.file.State == domain.FileIsRefused { // the bank may answer what it refused
			list = append(list, c)
		}
	}
	return list, nil
}

// answerable finds the item that the entry refers to, among those that the bank may
// have: the one with the trace number it names, otherwise the latest one sent. Of
// several, those count that have its amount, and of these the ones without such an
// answer.
func (u unmatchedEntry) answerable(sent []candidate) (found candidate, ok bool) {
	list := ofKind(sent, answersTo[u.Kind]...)
	for _, fits := range []func(candidate) bool{
		func(c candidate) bool { return slices.Contains(u.traces(), c.item.Filing.Trace) },
		func(c candidate) bool { return !u.Entry.Settles() || c.returnable(u.inboundEntry) },
		func(c candidate) bool { return !c.answeredBefore(u.Kind) },
	} {
		if some := only(list, fits); len(some) > 0 {
			list = some
		}
	}
	if len(list) == 0 {
		return found, false
	}
	return list[len(list)-1], true
}

// answeredBefore reports whether the item already has a return or change of
// this kind.
func (c candidate) answeredBefore(kind nacha.Kind) bool {
	switch kind {
	case nacha.KindReturn:
		return c.returned()
	case nacha.KindDishonored:
		_, done := c.answerTo(domain.Dishonor, domain.FromFed, c.item.ID)
		return done
	case nacha.KindContested:
		_, done := c.answerTo(domain.Contest, domain.FromFed, c.item.ID)
		return done
	default:
		return false
	}
}

func badField(pointer, rule, format string, args ...any) error {
	return domain.RefuseField(domain.Invalid, pointer, rule, format, args...)
}
