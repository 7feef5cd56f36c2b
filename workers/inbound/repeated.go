package inbound

import (
	"cmp"
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// readRepeats finds the payments that came before, in another file and in a batch
// that differs. The id of an entry follows from its whole batch: when a bank
// sends a file again in which it numbers the batches otherwise, or adds an entry
// to one, each entry of these has a new id. A person decides about them, because
// some ODFIs use a trace number more than once a day, although the rules ask them
// not to.
//
// Of a batch that repeats nothing few entries are looked up: the first of each
// chunk, and those whose ordinal is a power of two.
func (a *applier) readRepeats(ctx context.Context, entries []*inboundEntry) (map[string]match, error) {
	found := map[string]match{}
	for n, e := range entries {
		if e.Kind != nacha.KindForward || e.Unsupported || len(e.Problems) > 0 {
			continue
		}
		if e.Batch != a.lookedUp {
			a.lookedUp, a.repeating = e.Batch, false
		} else if !a.repeating && n > 0 && e.Ordinal&(e.Ordinal-1) != 0 {
			continue
		}
		m, ok, err := a.repeated(ctx, e)
		if err != nil {
			return nil, fmt.Errorf("line %d: look for the same payment: %w", e.Line, err)
		}
		if ok {
			found[e.id], a.repeating = m, true
		}
	}
	return found, nil
}

// repeated finds a payment of another file that an entry repeats.
func (a *applier) repeated(ctx context.Context, e *inboundEntry) (m match, ok bool, err error) {
	list, err := a.Views.ReceivedLike(ctx, e.Entry.Trace, e.Entry.AmountCents, e.settledOn.String())
	if err != nil {
		return m, false, err
	}
	for _, r := range list {
		before, where, err := a.cameAs(ctx, r.Client, cmp.Or(r.TransactionID, r.EntryID))
		if ledger.Exchanged(err) || seal.NotCheckable(err) {
			continue // nothing is known of it
		}
		if err != nil {
			return m, false, err
		}
		if before.inbound == a.id || !e.repeats(before) {
			continue
		}
		m = waits(duplicate, nil, "The payment of %s, which came in another file, has the same trace number, account, amount and settlement day. "+
			"If the bank sent one payment twice, dismiss this one or return it with R24; if it is another payment, assign it.", where)
		if r.Client != "" && r.Client != domain.LedgerClient {
			m.candidates = []string{r.Client + "/"}
		}
		return m, true, nil
	}
	return m, false, nil
}

// cameAs reads a payment that came before, from the transaction of a client or,
// without one, from the queue.
func (a *applier) cameAs(ctx context.Context, client, id string) (e *inboundEntry, where string, err error) {
	if client == "" {
		u, err := a.Ledger.Unmatched(ctx, id)
		if err != nil {
			return nil, "", err
		}
		e, err = a.entryOf(u.Queued)
		return e, "entry " + id + " of the queue", err
	}
	t, err := a.Ledger.Transaction(ctx, client, id)
	if err != nil {
		return nil, "", err
	}
	e = &inboundEntry{inbound: t.Received.Inbound, header: &t.Received.Header}
	e.Entry = t.Received.Entry
	if e.settledOn, err = calendar.ParseDate(t.Received.SettledOn); err != nil {
		return nil, "", err
	}
	e.Entry.Account, err = a.Ledger.OpenAccount(client, t.Account)
	return e, "transaction " + id, err
}

// repeats reports whether an entry is like another one in all that identifies a
// payment, whatever the number and the other entries of its batch.
func (e *inboundEntry) repeats(o *inboundEntry) bool {
	h, was := e.header, o.header
	return e.Entry.Trace == o.Entry.Trace && e.Entry.AmountCents == o.Entry.AmountCents && e.Entry.Code == o.Entry.Code &&
		e.Entry.Routing[:8] == o.Entry.Routing[:8] && plain(e.Entry.Account) == plain(o.Entry.Account) && e.settledOn == o.settledOn &&
		h.ODFI == was.ODFI && h.SEC == was.SEC && h.CompanyID == was.CompanyID && h.EffectiveOn == was.EffectiveOn
}
