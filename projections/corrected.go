package projections

import (
	"context"
	"sync"

	"github.com/achledger/achledger/domain"
)

const allLeads = `SELECT client, account FROM leads@`

// correctedAccounts is the set of accounts that a notification of change
// corrected, or introduced. It is in memory because every accepted entry is
// looked up. No account is ever removed; whether a correction is in force is in
// the account's stream.
type correctedAccounts struct {
	mu sync.RWMutex
	of map[accountKey]bool // nil: not known, as while the views are made again
}

type accountKey struct{ client, account string }

// Corrected reports whether a client's account may have been corrected by a
// notification of change.
func (v *Views) Corrected(client, account string) bool {
	v.corrected.mu.RLock()
	defer v.corrected.mu.RUnlock()
	return v.corrected.of == nil || v.corrected.of[accountKey{client, account}]
}

// forgetCorrected makes any account one that may have been corrected.
func (v *Views) forgetCorrected() {
	v.corrected.mu.Lock()
	defer v.corrected.mu.Unlock()
	v.corrected.of = nil
}

// loadCorrected reads the set from the tables, unless it is known. The views have
// caught up: those of a generation that is being filled have few of the accounts.
func (v *Views) loadCorrected(ctx context.Context, p *projector) error {
	if p == nil || v.correctedKnown() {
		return nil
	}
	of := map[accountKey]bool{}
	err := p.c.Query(ctx, allLeads, nil, func(row []value) error {
		of[accountKey{row[0].(string), row[1].(string)}] = true
		return nil
	})
	if err != nil {
		return err
	}
	v.corrected.mu.Lock()
	defer v.corrected.mu.Unlock()
	v.corrected.of = of
	return nil
}

func (v *Views) correctedKnown() bool {
	v.corrected.mu.RLock()
	defer v.corrected.mu.RUnlock()
	return v.corrected.of != nil
}

// noteCorrected adds the accounts of a batch of events, before the views show
// the batch.
func (v *Views) noteCorrected(batch []logEvent) {
	if !v.correctedKnown() {
		return
	}
	for i := range batch {
		c := &batch[i]
		if _, ok := c.fact.Event.(*domain.AccountCorrected); !ok {
			continue
		}
		_, client, id := cutClientStream(c.recorded.Stream)
		v.corrected.mu.Lock()
		v.corrected.of[accountKey{client, id}] = true
		v.corrected.mu.Unlock()
	}
}
