package inbound

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
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
// removes a file of the bank in a term that is over.
func TestAStoppedLeaderThatWakesLosesNoFileOfTheBank(t *testing.T) {
	for _, asked := range []bool{true, false} {
		for _, from := range []string{"inbox", string(AfterPickupLeave), string(AfterPickupRemove), string(AfterPickupDone)} {
			ended := false
			for n := 1; !ended && !t.Failed(); n++ {
				t.Run(fmt.Sprintf("%s, asked %v, step %d", from, asked, n), func(t *testing.T) { ended = stoppedPickup(t, from, asked, n) })
			}
		}
	}
}

func stoppedPickup(t *testing.T, from string, asked bool, n int) (ended bool) {
	first, second := twoNodes(t)
	folder := first.watch.Dir
	slowly, next := first.reads(), second.reads()
	if from != "inbox" {
		s := remotetest.New(t)
		folder = filepath.Join(s.Dir, "inbound")
		must(t, os.Mkdir(filepath.Join(folder, "done"), 0o700))
		first.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Expect: eventstore.NewStream, Events: []domain.Event{
			domain.BankConfigured{Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &s.Settings}},
		}})
		slowly, next = first.picksUp(AfterPickup(from)), second.picksUp(AfterPickup(from))
	}
	bankPuts := func(number string) {
		must(t, os.WriteFile(filepath.Join(folder, "a.ach"), vector(t, number), 0o600))
	}
	bankPuts("05")
	halt := ledgertest.NewHalt(n)
	first.fault = halt.Pass
	slow, done := first.lead(), make(chan error, 1)
	if asked {
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
	must(t, os.Chtimes(filepath.Join(folder, "a.ach"), later, later))
	halt.Wake()
	_ = <-done // with or without an error
	must(t, next(now))
	must(t, next(now))
	if n := len(second.received(gym)); n != 3 {
		t.Errorf("after %q there are %d payments, want the two of one file and the one of the other", halt.Step(), n)
	}
	return false
}
