package inbound

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// openNode opens a ledger in a database as one of its nodes.
func (w *world) openNode() {
	w.t.Helper()
	store, err := postgres.Open(context.Background(), postgres.Options{URL: w.database, Node: w.node, Linger: -1})
	must(w.t, err)
	keys, err := seal.Open(filepath.Join(w.folder, "keys"))
	must(w.t, err)
	w.store, w.Ledger = store, &ledger.Ledger{Store: store, Keys: keys, Clock: w.clock}
}

// twoNodes returns two nodes of one ledger that share an inbox.
func twoNodes(t *testing.T) (first, second *world) {
	t.Helper()
	url, _ := postgrestest.Ledger(t)
	folder, clock := t.TempDir(), ledgertest.NewClock(friday)
	watch := Watch{Dir: filepath.Join(folder, "inbox"), Stable: time.Nanosecond}
	for i, w := range []**world{&first, &second} {
		*w = &world{t: t, folder: folder, clock: clock, watch: watch, log: slog.New(slog.DiscardHandler), database: url, node: fmt.Sprint(i + 1)}
		(*w).open()
		t.Cleanup((*w).close)
		if i == 0 {
			first.client(gym)
		}
	}
	return first, second
}

// lead begins the next term, with this node as the leader.
func (w *world) lead() context.Context {
	w.t.Helper()
	return postgrestest.LeaderContext(w.t, w.store.(*postgres.Store))
}

// taking takes what is ready where the bank puts its files.
type taking func(ctx context.Context) error

// picksUp makes a node take files from a server, at the second poll.
func (w *world) picksUp(after AfterPickup) taking {
	w.t.Helper()
	_, err := w.store.Reached(context.Background(), "") // what the other node wrote
	must(w.t, err)
	must(w.t, w.views.CatchUp(context.Background()))
	p, err := NewPickup(PickupConfig{Intake: w.intake, After: after})
	must(w.t, err)
	return func(ctx context.Context) error {
		if err := p.Look(ctx); err != nil {
			return err
		}
		return p.Look(ctx)
	}
}

// reads makes a node take files from the inbox.
func (w *world) reads() taking {
	return func(ctx context.Context) error {
		for range 2 {
			if err := w.intake.inbox.look(ctx); err != nil {
				return err
			}
		}
		return w.intake.Resume(ctx)
	}
}

// The leader is stopped at a step of a pickup. Another node leads and takes what
// is there, the bank puts another file under the same name, and then the first
// continues where it was: each file is taken in once. This also holds if it had
// asked whether it leads just before it was stopped, so that it renames, moves or
// removes a file of the bank in a term that is over. At each step both nodes begin as
// new processes do, and the bank has entries that it had not before.
func TestAStoppedLeaderThatWakesLosesNoFileOfTheBank(t *testing.T) {
	for _, asked := range []bool{true, false} {
		for _, from := range []string{"inbox", string(AfterPickupLeave), string(AfterPickupRemove), string(AfterPickupDone)} {
			t.Run(fmt.Sprintf("%s, asked %v", from, asked), func(t *testing.T) {
				s := newStoppedPickup(t, from, asked)
				ended := false
				for n := 1; !ended && !t.Failed(); n++ {
					t.Run(fmt.Sprintf("step %d", n), func(t *testing.T) { ended = s.stopAt(t, n) })
				}
			})
		}
	}
}

// stoppedPickup is a ledger of two nodes whose leader is stopped.
type stoppedPickup struct {
	first, second *world
	from          string // inbox, or what happens to a file on the server
	folder        string // the bank's
	asked         bool
}

func newStoppedPickup(t *testing.T, from string, asked bool) *stoppedPickup {
	s := &stoppedPickup{from: from, asked: asked}
	s.first, s.second = twoNodes(t)
	s.folder = s.first.watch.Dir
	if from != "inbox" {
		server := remotetest.New(t)
		s.folder = filepath.Join(server.Dir, "inbound")
		must(t, os.Mkdir(filepath.Join(s.folder, "done"), 0o700))
		s.first.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Expect: eventstore.NewStream, Events: []domain.Event{
			domain.BankConfigured{Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &server.Settings}},
		}})
	}
	return s
}

// begin makes the workers of a process that starts on a node.
func (s *stoppedPickup) begin(t *testing.T, w *world) taking {
	w.t, w.fault = t, nil
	w.newWorkers()
	if s.from == "inbox" {
		return w.reads()
	}
	return w.picksUp(AfterPickup(s.from))
}

func (s *stoppedPickup) stopAt(t *testing.T, n int) (ended bool) {
	first, second := s.first, s.second
	slowly, next := s.begin(t, first), s.begin(t, second)
	payments := func() (n int) {
		for _, r := range second.events((domain.TransactionReceived{}).Type()) {
			if r.Client == gym {
				n++
			}
		}
		return n
	}
	before := payments()
	name := filepath.Join(s.folder, fmt.Sprintf("%d.ach", n))
	bankPuts := func(number string) {
		// Trace numbers, and the end of one in an addenda record, that no other step has.
		made := strings.NewReplacer("1210428800000", fmt.Sprintf("12104288%05d", n), "00010000081", fmt.Sprintf("0001%05d81", n))
		must(t, os.WriteFile(name, []byte(made.Replace(string(vector(t, number)))), 0o600))
	}
	bankPuts("05")
	defer os.Remove(name) // where it was left
	halt := ledgertest.NewHalt(n)
	first.fault = halt.Pass
	slow, done := first.lead(), make(chan error, 1)
	if s.asked {
		slow = eventstore.WithLeaderCheck(slow, func(context.Context) error { return nil })
	}
	go func() { done <- slowly(slow) }()
	select {
	case <-halt.Stopped:
	case err := <-done:
		must(t, err)
		return true // there are no more steps
	}
	now := second.lead()
	must(t, next(now))
	bankPuts("06")
	later := time.Now().Add(5 * time.Second) // a server's times have seconds only, and both files have the same size
	must(t, os.Chtimes(name, later, later))
	halt.Wake()
	_ = <-done // with or without an error
	must(t, next(now))
	must(t, next(now))
	if n := payments() - before; n != 3 {
		t.Errorf("after %q there are %d payments, want the two of one file and the one of the other", halt.Step(), n)
	}
	return false
}
