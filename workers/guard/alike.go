package guard

import (
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// place is where in the log an entry begins to count, and whose it is.
type place struct {
	at                int64 // of what made it wait, approved it, or cut the file it was made with
	position          int64 // of the entry itself: the order within such a file
	transaction, item string
	account           int64 // key of the receiver's
	cutAt             int64 // of the file it was made with; 0: it was made with none
	over              *domain.Over
}

// moreDays is by how much a batch may settle before the day that its entries
// were made for: a bank has terms of its own.
const moreDays = 10

// lookBack finds what rules compare an entry with.
func (p *pass) lookBack(at place, e *guard.Entry) error {
	days, compares := p.book.Compares(*e)
	asks := p.book.AsksForAccount(*e)
	if !compares && !asks {
		return nil
	}
	return p.asking(func(shown *projections.Guarding) (err error) {
		if compares {
			err = p.alike(shown, at, e, days)
		}
		if asks && err == nil {
			err = p.account(shown, at, e)
		}
		return err
	})
}

// alike finds what may be the same entry.
func (p *pass) alike(shown *projections.Guarding, at place, e *guard.Entry, days int) error {
	list, err := shown.SentAlike(at.account, at.transaction, *e, e.MadeFor.Add(-days-moreDays))
	if err != nil {
		return err
	}
	for _, s := range list {
		past, ok, err := p.pastOf(at, e.Client, s)
		if err != nil {
			return err
		}
		if ok {
			e.Alike = append(e.Alike, past)
		}
	}
	return nil
}

// asking runs f on what the book is made from while it is made, and on what the
// views show otherwise.
func (p *pass) asking(f func(*projections.Guarding) error) error {
	if p.shown != nil {
		return f(p.shown)
	}
	return p.Views.Guarding(p.ctx, f)
}

// pastOf is what was sent as the log had it when an entry began to count. The
// views may be further, so that the transaction's stream is read: what is alike
// is rare.
func (p *pass) pastOf(at place, client string, s projections.Sent) (past guard.Past, ok bool, err error) {
	events, err := p.Ledger.Store.ReadStream(p.ctx, domain.TransactionStream(client, s.TransactionID), 0)
	if err != nil {
		return past, false, err
	}
	then := slices.IndexFunc(events, func(r eventstore.Recorded) bool { return r.Position > at.at })
	if then < 0 {
		then = len(events)
	}
	t, err := ledger.TransactionOf(events[:then])
	if err != nil {
		return past, false, err
	}
	past, ok = t.Past()
	past.Counts = past.Counts && !p.stopped[s.ItemID] && before(s, at) && !stoppedNext(&t, events[then:])
	if past.Counts || !p.loading || s.WithFile && !s.Judged {
		return past, ok, nil
	}
	return p.leftMeanwhile(events)
}

// before reports whether what was made with a file counts for an entry: from
// the cut of that file on or, within the file, where it stands before it.
func before(s projections.Sent, at place) bool {
	return !s.WithFile || s.CutAt > 0 && (s.CutAt < at.at || s.CutAt == at.cutAt && s.Position < at.position)
}

// stoppedNext reports whether what waited was stopped by a rule after that: it
// did not count then, though the verdict came later in the log.
func stoppedNext(t *domain.Transaction, later []eventstore.Recorded) bool {
	i := t.Origination()
	if i == nil || i.State != domain.Pending {
		return false
	}
	for _, r := range later {
		f, err := ledger.Fact(r)
		if err != nil {
			return false
		}
		switch e := f.Event.(type) {
		case *domain.TransactionHeld:
			return e.ItemID == i.ID && e.By != nil
		case *domain.TransactionRejected:
			return e.ItemID == i.ID && e.By != nil
		case *domain.TransactionApproved, *domain.TransactionRecalled, *domain.TransactionFiled:
			return false
		}
	}
	return false
}

// leftMeanwhile is what was sent as it is now. It counts for what waits, though
// it came later, where it has left: the rule is newer than both. What a person
// approved over the rule does not.
func (p *pass) leftMeanwhile(events []eventstore.Recorded) (past guard.Past, ok bool, err error) {
	t, err := ledger.TransactionOf(events)
	if err != nil {
		return past, false, err
	}
	past, ok = t.Past()
	if i := t.Origination(); ok {
		past.Counts = i.State == domain.Filed && !slices.ContainsFunc(i.Waived, guard.IsDuplicates)
	}
	return past, ok, nil
}

// lookBackInFile finds what rules compare the entries of a file with that its
// client made, and what they say of them.
func (p *pass) lookBackInFile(file domain.File) (found []guard.Verdict, err error) {
	err = p.asking(func(shown *projections.Guarding) error {
		return shown.EachOfFile(file.ID, func(s projections.Sent, account int64, e guard.Entry) error {
			at := place{at: s.CutAt, position: s.Position, transaction: s.TransactionID, item: s.ItemID, account: account, cutAt: s.CutAt}
			if err := p.lookBack(at, &e); err != nil {
				return err
			}
			if len(e.Alike) > 0 {
				t, err := p.Ledger.Transaction(p.ctx, e.Client, s.TransactionID)
				if err != nil {
					return err
				}
				if past, ok := t.Past(); ok {
					e.MadeFor = past.MadeFor
				}
			}
			found = append(found, p.book.LookedBack(e)...)
			return nil
		})
	})
	return found, err
}

// placeOf is where an item of a transaction begins to count that waits in the
// queue, whatever it was made with.
func placeOf(at int64, t *domain.Transaction, i *domain.Item) place {
	return place{at: at, position: i.Position, transaction: t.ID, item: i.ID, account: projections.AccountKey(t.Account.Fingerprint), over: t.Originated.Over}
}
