package guard

import (
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// account collects the outcomes of other entries to the same account, as the
// log had them when the entry began to count, and whether the account was
// validated by then.
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
			continue // originated later, or addressed to another account then
		}
		e.Account = append(e.Account, t.Outcome(s.File, s.SettledOn))
	}
	return nil
}
