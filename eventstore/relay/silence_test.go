package relay

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
)

// TestSilenceHidesNothing lets something happen after the relay read its
// second page and before it publishes it. The server answers for the last
// message of a page only.
func TestSilenceHidesNothing(t *testing.T) {
	for name, happens := range map[string]func(*world) page{
		"nothing happens": func(w *world) page {
			return w.page
		},
		"a message is lost on the way": func(w *world) page {
			return slices.Delete(w.page, 100, 101)
		},
		"another relay writes half of the page": func(w *world) page {
			w.write(w.page[:100])
			return w.page
		},
		"another relay writes all of it": func(w *world) page {
			w.write(w.page)
			return w.page
		},
		"the stream is emptied": func(w *world) page {
			w.empty()
			return w.page
		},
		"the stream is back in the page before": func(w *world) page {
			w.empty()
			w.write(must(w.log.ReadAll(soon(w.t), 0, 100)))
			return w.page
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t: t, broker: newBroker(t), log: openLog(t, t.TempDir())}
			head := record(w.log, 3*batch-10)
			log := &eventful{Store: w.log, happens: func(p page) page {
				w.page = p
				last := lastOf(w.broker)
				within(t, func() bool { return last() == batch }) // the first page is there
				return happens(w)
			}}
			r := newRelay(log, w.broker.connect())
			running(t, r)
			waitFor(t, r, head)
			mustEcho(t, w.broker.connect(), w.log)
			if !log.happened.Load() {
				t.Error("it did not happen")
			}
		})
	}
}

type page = []eventstore.Recorded

// world is where something happens to a page.
type world struct {
	t      *testing.T
	broker *broker
	log    eventstore.Store
	page   page
}

// write does what another relay would.
func (w *world) write(p page) {
	js := must(jetstream.New(w.broker.connect()))
	for _, e := range p {
		must(js.PublishMsg(soon(w.t), must(new(encoder).encode(e).forClient())))
	}
}

// empty makes the stream anew.
func (w *world) empty() {
	c := w.broker.connect()
	if err := must(jetstream.New(c)).DeleteStream(soon(w.t), Stream); err != nil {
		w.t.Error(err)
	}
	must(newRelay(w.log, c).Open(soon(w.t)))
}

// eventful is a log where something happens to the second page, once.
type eventful struct {
	eventstore.Store
	happens  func(page) page
	happened atomic.Bool
}

func (s *eventful) ReadAll(ctx context.Context, after int64, limit int) (page, error) {
	events, err := s.Store.ReadAll(ctx, after, limit)
	if err == nil && after == batch && limit == batch && s.happened.CompareAndSwap(false, true) {
		events = s.happens(events)
	}
	return events, err
}

// A server that has no room refuses most messages silently, and the next for
// want of them. What is logged names the reason.
func TestAServerThatHasNoRoomIsNamed(t *testing.T) {
	b := &broker{t: t, dir: t.TempDir(), port: server.RANDOM_PORT, payload: MinPayload, store: 100 << 10}
	b.start()
	t.Cleanup(b.stop)
	log := openLog(t, t.TempDir())
	record(log, 2*batch)
	var said lines
	r := newRelay(log, b.connect())
	r.Log = slog.New(slog.NewTextHandler(&said, nil))
	running(t, r)
	within(t, func() bool { return strings.Contains(said.String(), "insufficient resources") })
}

// lines are what was logged.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}
