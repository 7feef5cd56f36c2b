package projections

import (
	"context"
	"strings"
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
	of map[accountKey]bool // nil: not read yet
}

type accountKey struct{ client, account string }

// Corrected reports whether a client's account may have been corrected by a
// notification of change.
func (v *Views) Corrected(client, account string) bool {
	v.corrected.mu.RLock()
	defer v.corrected.mu.RUnlock()
	return v.corrected.of == nil || v.corrected.of[accountKey{client, account}]
}

// loadCorrected reads the set from the tables.
func (v *Views) loadCorrected(ctx context.Context, p *projector) error {
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

// noteCorrected adds the accounts of a batch of events, before the views show
// the batch.
func (v *Views) noteCorrected(batch []logEvent) {
	for i := range batch {
		c := &batch[i]
		if _, ok := c.fact.Event.(*domain.AccountCorrected); !ok {
			continue
		}
		_, rest, _ := cutStream(c.recorded.Stream)
		client, id, _ := strings.Cut(rest, "/")
		v.corrected.mu.Lock()
		v.corrected.of[accountKey{client, id}] = true
		v.corrected.mu.Unlock()
	}
}
