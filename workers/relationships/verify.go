package relationships

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore/ledger"
)

// microDescription is what micro-deposits are called in the file. Source:
// NACHA Operating Rules, micro-entries.
const microDescription = "ACCTVERIFY"

// begin sends the entries of a verification to the account with its current
// data. The entries and the event that names them are in one append. If a rule
// refuses the entries, the relationship is rejected; if the client is
// suspended, it waits.
func (w *Worker) begin(ctx context.Context, client domain.Client, h domain.Holder, r *domain.Relationship, method string) (d ledger.Decision, err error) {
	account, err := w.Ledger.Resolve(ctx, h.Client, r.Account, r.SetAt)
	if err != nil {
		return d, err
	}
	wanted, amounts, err := w.entries(client, r, account, method)
	var entries []entry
	for i := 0; i < len(wanted) && err == nil; i++ {
		var e entry
		e, err = w.entry(ctx, client, h, r, account, wanted[i])
		entries = append(entries, e)
	}
	var no *domain.Refusal
	switch {
	case ledger.Exchanged(err):
		w.Log.Error("the account of a relationship is not what was recorded", "client", h.Client, "relationship", r.ID, "err", err)
		return w.end(h, r, "its account is not what was recorded: link it again")
	case errors.As(err, &no) && no.Code == domain.Suspended:
		return d, nil
	case errors.As(err, &no):
		return w.end(h, r, "its account cannot be verified: "+no.Error())
	case err != nil:
		return d, err
	}
	command := domain.BeginVerifying{RelationshipID: r.ID, Method: method, Amounts: amounts}
	for _, e := range entries {
		command.Transactions = append(command.Transactions, e.id)
		d.With = append(d.With, ledger.Change{Stream: domain.TransactionStream(h.Client, e.id), Client: h.Client, Events: e.events})
	}
	if d.Events, err = command.Decide(h); err != nil {
		return d, err
	}
	if _, began := d.Events[0].(domain.LinkVerifying); !began {
		d.With = nil
	}
	return d, nil
}

// entries proposes the entries that verify an account: a prenote (a debit, but
// a credit for a loan account), or two different credits under a dollar, with a
// keyed hash of their amounts.
func (w *Worker) entries(client domain.Client, r *domain.Relationship, a domain.BankAccount, method string) ([]domain.Proposal, []byte, error) {
	if method == domain.VerifyByPrenote {
		kind := domain.Pull
		if a.Type == domain.Loan {
			kind = domain.Push
		}
		p, err := domain.LinkProposal(client.Settings, r, a, kind, 0)
		return []domain.Proposal{p}, nil, err
	}
	first, second, err := microAmounts()
	if err != nil {
		return nil, nil, err
	}
	amounts, err := w.Ledger.Amounts(client.ID, r.ID, first, second)
	if err != nil {
		return nil, nil, err
	}
	var list []domain.Proposal
	for _, cents := range []int64{first, second} {
		p, err := domain.LinkProposal(client.Settings, r, a, domain.Push, cents)
		if err != nil {
			return nil, nil, err
		}
		p.Description = microDescription
		list = append(list, p)
	}
	return list, amounts, nil
}

// microAmounts returns two different random amounts from 1 to 99 cents.
func microAmounts() (first, second int64, err error) {
	a, err := rand.Int(rand.Reader, big.NewInt(99))
	if err != nil {
		return 0, 0, err
	}
	b, err := rand.Int(rand.Reader, big.NewInt(98))
	if err != nil {
		return 0, 0, err
	}
	first, second = a.Int64()+1, b.Int64()+1
	if second >= first {
		second++
	}
	return first, second, nil
}

// entry is a transaction to be written.
type entry struct {
	id     string
	events []domain.Event
}

func (w *Worker) entry(ctx context.Context, client domain.Client, h domain.Holder, r *domain.Relationship, a domain.BankAccount, p domain.Proposal) (entry, error) {
	number, err := w.Ledger.OpenBankAccount(client.ID, a)
	if err != nil {
		return entry{}, err
	}
	command, err := w.Ledger.Originate(ctx, client.ID, ledger.Order{
		Proposal: p, Number: number, Ours: true,
		Over: &domain.Over{Holder: h.ID, RelationshipID: r.ID}, Named: &domain.Named{Account: r.Account, SetAt: r.SetAt},
	})
	if err != nil {
		return entry{}, err
	}
	events, err := command.Decide(client, domain.Transaction{})
	return entry{command.TransactionID, events}, err
}

// pending decides by the entries that verify an account.
func (w *Worker) pending(ctx context.Context, h domain.Holder, r *domain.Relationship) (d ledger.Decision, err error) {
	entries, err := w.Ledger.Verifying(ctx, h.Client, r)
	if err != nil {
		return d, err
	}
	if reason := r.RefusedBy(entries); reason != "" {
		return w.refuse(ctx, h, r, reason)
	}
	if r.Method != domain.VerifyByPrenote {
		return d, nil // the holder has to confirm the amounts
	}
	live := false
	for _, t := range entries {
		c, err := w.Ledger.Case(ctx, h.Client, t.ID)
		if err != nil {
			return d, err
		}
		if corrected(t) {
			client, err := w.Ledger.Client(ctx, h.Client)
			if err != nil {
				return d, err
			}
			return w.begin(ctx, client, h, r, r.Method)
		}
		live = liveOn(c, t.Origination())
	}
	if live {
		return w.end(h, r, "")
	}
	return d, nil
}

// liveOn reports whether entries may follow a prenote: from the third banking
// day after its settlement on.
func liveOn(c answers.Case, prenote *domain.Item) bool {
	settled, sent := c.SettledOn(prenote)
	return sent && !calendar.DateOf(c.Now).Before(calendar.PrenoteLiveFrom(settled))
}

// corrected reports whether the bank sent a notification of change.
func corrected(t domain.Transaction) bool {
	return slices.ContainsFunc(t.Items, func(i *domain.Item) bool {
		return i.Kind == domain.Correction && i.Direction == domain.FromFed
	})
}
