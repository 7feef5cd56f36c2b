package workers

import (
	"context"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// numbers tracks the trace numbers and file id modifiers that are taken. It
// reads each stream from where it stopped, so a long stream costs nothing, and
// lets only one append at a time take numbers of an ODFI. If another process
// takes numbers too, the append fails with a version error.
type numbers struct {
	ledger *ledger.Ledger

	mu      sync.Mutex
	odfis   map[string]*traces    // by stream
	origins map[string]*modifiers // likewise
}

type traces struct {
	sync.Mutex
	domain.Traces
}

type modifiers struct {
	sync.Mutex
	domain.Modifiers
}

func (t *traces) version() int64    { return t.Version }
func (m *modifiers) version() int64 { return m.Version }

// taken are the numbers that the events of a stream took.
type taken[T any] interface {
	*T
	sync.Locker
	Evolve(domain.Fact)
	version() int64
}

// locked returns what a stream took, locked and as it stands in the log. The
// caller unlocks it after its append. To avoid a deadlock, one that needs both
// locks takes the traces first.
func locked[T any, N taken[T]](ctx context.Context, n *numbers, of map[string]N, stream string) (N, error) {
	n.mu.Lock()
	t, ok := of[stream]
	if !ok {
		t = new(T)
		of[stream] = t
	}
	n.mu.Unlock()
	t.Lock()
	events, err := n.ledger.Store.ReadStream(ctx, stream, t.version())
	if err == nil {
		err = ledger.Fold(t, events)
	}
	if err != nil {
		t.Unlock()
		return nil, err
	}
	return t, nil
}

// traces returns the trace numbers of an ODFI, by its first eight digits.
func (n *numbers) traces(ctx context.Context, odfi8 string) (*traces, error) {
	return locked(ctx, n, n.odfis, domain.TraceStream(odfi8))
}

// modifiers returns the modifiers of an immediate origin.
func (n *numbers) modifiers(ctx context.Context, origin string) (*modifiers, error) {
	return locked(ctx, n, n.origins, domain.OriginStream(origin))
}

// Shares of a bank's trace numbers in use at which a warning and an alarm are
// raised.
const (
	useWarns = 0.6
	useCalls = 0.9
)

// tellUse raises a warning or an alarm if n more numbers raise the share in use
// over a limit.
func (f *Files) tellUse(odfi string, before domain.Traces, n int, on time.Time) {
	use := before.InUse(on)
	passes := func(share float64) bool {
		line := int(share * domain.MaxTraceSequence)
		return use < line && use+n >= line
	}
	log := f.Log.Warn
	switch {
	case passes(useCalls):
		log = f.Log.Error
	case !passes(useWarns):
		return
	}
	log("trace numbers of an ODFI run low: they rest before they are used again, so give its clients another ODFI",
		"odfi", odfi, "in_use", use+n, "of", domain.MaxTraceSequence, "rest_days", domain.TraceRestDays)
}

// TracesInUse returns the share of an ODFI's trace numbers that may not be
// taken now, by its routing number.
func (f *Files) TracesInUse(ctx context.Context, odfi string) (float64, error) {
	t, err := f.numbers.traces(ctx, odfi[:8])
	if err != nil {
		return 0, err
	}
	defer t.Unlock()
	return float64(t.InUse(eastern(f.Ledger.Now()))) / domain.MaxTraceSequence, nil
}

// enoughTraces refuses an order with more entries than the ODFI has free trace
// numbers.
func (f *Files) enoughTraces(ctx context.Context, odfi string, n int) error {
	t, err := f.numbers.traces(ctx, odfi[:8])
	if err != nil {
		return err
	}
	defer t.Unlock()
	if free := domain.MaxTraceSequence - t.InUse(eastern(f.Ledger.Now())); free < n {
		return domain.Refuse(domain.NoTraceNumbers, "ODFI %s has %d trace numbers left, for %d entries: used ones rest %d days; send the file for another ODFI",
			odfi, free, n, domain.TraceRestDays)
	}
	return nil
}
