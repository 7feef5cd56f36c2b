package workers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// queue has every entry that ever waited for a person, by its id.
type queue map[string]*queuedEntry

type queuedEntry struct {
	inbound string
	mine    bool // it was assigned to the client, or may answer one of its payments
	decided bool
}

// note processes an event of an entry that waits or waited.
func (q queue) note(client string, r eventstore.Recorded) error {
	fact, err := ledger.Fact(r)
	if err != nil {
		return err
	}
	id := strings.TrimPrefix(r.Stream, domain.UnmatchedStream(""))
	if e, ok := fact.Event.(*domain.EntryQueued); ok {
		mine := slices.ContainsFunc(e.Candidates, func(c string) bool { return strings.HasPrefix(c, client+"/") })
		q[id] = &queuedEntry{inbound: e.Inbound, mine: mine}
		return nil
	}
	if e := q[id]; e != nil {
		assigned, ok := fact.Event.(*domain.EntryAssigned)
		e.decided, e.mine = true, e.mine || ok && assigned.Client == client
	}
	return nil
}

// queued notes the files of the bank whose waiting entries belonged to the
// client. The entries of one file share a key, so all of them must have been
// decided.
func (e *Erasure) queued(ctx context.Context, q queue, done *Erased) error {
	older := 0
	for id, entry := range q {
		if !entry.mine {
			continue
		}
		u, err := e.Files.Ledger.Unmatched(ctx, id)
		if err != nil {
			return err
		}
		e.inbound[entry.inbound] = true
		switch _, own, err := e.Files.Ledger.OpenQueued(u.Queued); {
		case err != nil && !errors.Is(err, seal.ErrDestroyed) && !ledger.Exchanged(err):
			return err
		case own:
			older++
		default:
			e.queues[entry.inbound] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(q)) {
		switch entry := q[id]; {
		case entry.decided:
		case entry.mine:
			return fmt.Errorf("entry %s waits in the queue and may be the client's: assign, return or dismiss it first", id)
		case e.queues[entry.inbound]:
			return fmt.Errorf("entry %s waits in the queue and came in a file with entries of the client: assign, return or dismiss it first", id)
		}
	}
	if older > 0 {
		done.Left = append(done.Left, fmt.Sprintf("%d of its entries waited in the unmatched queue under an earlier release, and are sealed with the ledger's own key", older))
	}
	return nil
}

// QueueKeys names the keys of the client's entries that waited for a person.
// They are destroyed together with the client's own. Settle must have found
// them before.
func (e *Erasure) QueueKeys() (names []string) {
	for inbound := range e.queues {
		names = append(names, ledger.QueueKeys(inbound))
	}
	return names
}

// applied refuses while a file of the bank with entries of the client is still
// being applied.
func (e *Erasure) applied(ctx context.Context, done *Erased) error {
	for id := range e.inbound {
		in, err := e.Files.Ledger.Inbound(ctx, id)
		if err != nil {
			return err
		}
		switch in.State() {
		case "received":
			return fmt.Errorf("file %s of the bank is being applied, and has entries of the client: wait until that is done", id)
		case "partly_quarantined":
			done.Left = append(done.Left, fmt.Sprintf("file %s of the bank is in quarantine in part, and its bytes are gone: hand it in once more to have it judged again", id))
		}
	}
	return nil
}
