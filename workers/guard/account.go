package guard

import (
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// account finds what became of other entries to the account of one, as the log
// had it when that began to count, and whether the account was validated.
func (p *pass) account(shown *projections.Guarding, at place, e *guard.Entry) (err error) {
	if e.Validated, err = shown.Validated(e.Client, at.account, at.over, at.at); err != nil {
		return err
	}
	list, err := shown.SentTo(e.Client, at.account, at.transaction, e.OriginatedOn)
	if err != nil {
		return err
	}
	for _, s := range list {
		t, err := ledger.LoadAsOf(p.ctx, p.Ledger, ledger.TransactionStream(e.Client, s.TransactionID), at.at)
		if err != nil {
			return err
		}
		if t.Originated == nil || projections.AccountKey(t.Account.Fingerprint) != at.account {
			continue // it came later, or went elsewhere then
		}
		e.Account = append(e.Account, t.Outcome(s.File, s.SettledOn))
	}
	return nil
}
