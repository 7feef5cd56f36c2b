package guard

import (
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// place is the log position at which an entry begins to count, with what
// identifies the entry and its account.
type place struct {
	at                int64 // of the event that made it wait, approved it, or cut the file it was made with
	position          int64 // of the entry itself: the order of entries within such a file
	transaction, item string
	account           int64 // projections.AccountKey of the receiver's account
	cutAt             int64 // of the file it was made with; 0: it was made without one
	over              *domain.Over
}

// moreDays widens the search for similar entries: a batch may settle some days
// before the day that its entries were made for, as each bank has terms of its
// own.
const moreDays = 10

// lookBack fills in the earlier entries with which the rules compare an entry.
func (p *pass) lookBack(at place, e *guard.Entry) error {
	days, compares := p.evaluator.Compares(*e)
	asks := p.evaluator.AsksForAccount(*e)
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

// alike collects the entries that may be duplicates of this one.
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

// asking runs f on the snapshot from which the evaluator is being made, if there is
// one, and otherwise on what the views show now.
func (p *pass) asking(f func(*projections.Guarding) error) error {
	if p.shown != nil {
		return f(p.shown)
	}
	return p.Views.Guarding(p.ctx, f)
}

// pastOf returns an earlier entry as the log had it when the later one began to
// count. The views may already be past that position, so it reads the
// transaction's stream; similar entries are rare.
func (p *pass) pastOf(at place, client string, s projections.Sent) (past guard.Past, ok bool, err error) {
	events, then, err := p.Ledger.StreamAsOf(p.ctx, domain.TransactionStream(client, s.TransactionID), at.at)
	if err != nil {
		return past, false, err
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

// before reports whether an entry that was made with a file counts for a later
// one: from the cut of its file on or, within the same file, if it precedes it.
func before(s projections.Sent, at place) bool {
	return !s.WithFile || s.CutAt > 0 && (s.CutAt < at.at || s.CutAt == at.cutAt && s.Position < at.position)
}

// stoppedNext reports whether a rule stopped the waiting entry with the next
// decision about it. Such an entry did not count at that position, although the
// verdict was written later.
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

// leftMeanwhile returns an entry as it is now. When the evaluator is made again for
// a newer rule, an entry counts if it is filed, even if it was filed after the
// waiting entry began to count. An entry whose duplicate rule a person waived
// does not count.
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

// lookBackInFile compares the entries of a client's own file with earlier ones,
// as the rules ask, and returns the verdicts.
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
			found = append(found, p.evaluator.LookedBack(e)...)
			return nil
		})
	})
	return found, err
}

// placeOf is the place of an item that waits in the queue. A file that it was
// made with, if any, is not considered.
func placeOf(at int64, t *domain.Transaction, i *domain.Item) place {
	return place{at: at, position: i.Position, transaction: t.ID, item: i.ID, account: projections.AccountKey(t.Account.Fingerprint), over: t.Originated.Over}
}
