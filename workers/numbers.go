package workers

import (
	"context"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// numbers knows the trace numbers and file id modifiers that are taken. It
// reads on where it stopped, so a long stream costs nothing, and lets one
// append at a time take numbers of an ODFI. Another process taking them too
// shows as a version that moved.
type numbers struct {
	ledger *ledger.Ledger

	mu      sync.Mutex
	odfis   map[string]*traces
	origins map[string]*modifiers
}

type traces struct {
	sync.Mutex
	domain.Traces
}

type modifiers struct {
	sync.Mutex
	domain.Modifiers
}

// traces returns the numbers of an ODFI, by eight digits, locked and as they
// stand in the log. The caller unlocks them after its append.
func (n *numbers) traces(ctx context.Context, odfi8 string) (*traces, error) {
	n.mu.Lock()
	if n.odfis == nil {
		n.odfis = map[string]*traces{}
	}
	t, ok := n.odfis[odfi8]
	if !ok {
		t = &traces{}
		n.odfis[odfi8] = t
	}
	n.mu.Unlock()
	t.Lock()
	events, err := n.ledger.Store.ReadStream(ctx, domain.TraceStream(odfi8), t.Version)
	if err == nil {
		err = ledger.Fold(&t.Traces, events)
	}
	if err != nil {
		t.Unlock()
		return nil, err
	}
	return t, nil
}

// modifiers returns those of an immediate origin, locked likewise. Whoever
// needs both locks takes the traces first.
func (n *numbers) modifiers(ctx context.Context, origin string) (*modifiers, error) {
	n.mu.Lock()
	if n.origins == nil {
		n.origins = map[string]*modifiers{}
	}
	m, ok := n.origins[origin]
	if !ok {
		m = &modifiers{}
		n.origins[origin] = m
	}
	n.mu.Unlock()
	m.Lock()
	events, err := n.ledger.Store.ReadStream(ctx, domain.OriginStream(origin), m.Version)
	if err == nil {
		err = ledger.Fold(&m.Modifiers, events)
	}
	if err != nil {
		m.Unlock()
		return nil, err
	}
	return m, nil
}
