package workers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// openNode opens the ledger of a database as one of its nodes.
func (b *bank) openNode() {
	b.t.Helper()
	store, err := postgres.Open(context.Background(), postgres.Options{URL: b.database, Node: b.node, Linger: -1})
	must(b.t, err)
	keys, err := seal.Open(filepath.Join(b.folder, "keys"))
	must(b.t, err)
	b.store, b.Ledger = store, &ledger.Ledger{Store: store, Keys: keys, Clock: b.clock}
}

// twoNodes are two nodes of one ledger, with an outbox that they share.
func twoNodes(t *testing.T) (first, second *bank) {
	t.Helper()
	url, _ := postgrestest.Ledger(t)
	folder, clock := t.TempDir(), ledgertest.NewClock(friday)
	for i, b := range []**bank{&first, &second} {
		*b = &bank{t: t, folder: folder, clock: clock, database: url, node: fmt.Sprint(i + 1)}
		(*b).open()
		t.Cleanup((*b).close)
		if i == 0 {
			first.client(gym)
		}
	}
	return first, second
}

// lead begins the next term, of this node.
func (b *bank) lead() context.Context {
	b.t.Helper()
	return postgrestest.LeaderContext(b.t, b.store.(*postgres.Store))
}

// aBank takes each file away as soon as it has its final name.
type aBank struct {
	t      *testing.T
	folder string
	has    []string // contents
}

func (b *aBank) take() {
	b.t.Helper()
	names, err := filepath.Glob(filepath.Join(b.folder, "*.ach"))
	must(b.t, err)
	for _, name := range names {
		content, err := os.ReadFile(name)
		must(b.t, err)
		must(b.t, os.Remove(name))
		b.has = append(b.has, string(content))
	}
}

// The leader is stopped at a step of a delivery. A window passes, another node
// leads and delivers, the bank takes what it finds, and then the first goes on
// where it was. Each step has a banking day of its own, on which both nodes begin as
// new processes do.
func TestAStoppedLeaderThatWakesDeliversNothingTwice(t *testing.T) {
	t.Parallel()
	for _, bank := range []struct {
		way   string
		taken bool // by the bank, before the first wakes
		asked bool // the first, whether it leads, just before it was stopped
	}{{domain.ToOutbox, true, true}, {domain.BySFTP, true, false}, {domain.BySFTP, false, false}, {domain.ToOutbox, true, false}, {domain.BySFTP, true, true}, {domain.BySFTP, false, true}} {
		t.Run(fmt.Sprintf("%s, taken %v, asked %v", bank.way, bank.taken, bank.asked), func(t *testing.T) {
			s := &stoppedDelivery{taken: bank.taken, asked: bank.asked, day: calendar.DateOf(friday)}
			s.first, s.second = twoNodes(t)
			s.at = &aBank{t: t, folder: s.first.outbox()}
			if bank.way == domain.BySFTP {
				server := remotetest.New(t)
				s.first.setUp(server.Settings)
				s.at.folder = filepath.Join(server.Dir, "outbound")
			}
			ended := false
			for n := 1; !ended && !t.Failed(); n++ {
				t.Run(fmt.Sprintf("step %d", n), func(t *testing.T) { ended = s.stopAt(t, n) })
			}
		})
		if testing.Short() {
			break
		}
	}
}

// stoppedDelivery is a ledger of two nodes whose leader is stopped.
type stoppedDelivery struct {
	first, second *bank
	at            *aBank
	taken, asked  bool
	day           calendar.Date
}

func (s *stoppedDelivery) stopAt(t *testing.T, n int) (ended bool) {
	first, second, at := s.first, s.second, s.at
	for _, b := range []*bank{first, second} {
		b.t = t
		b.newWorkers()
		b.delivery.SFTP = &SFTP{}
	}
	at.t, at.has = t, nil
	first.clock.Set(ledgertest.At(s.day.String() + " 14:05"))
	first.posts(gym, 3)
	first.clock.Set(ledgertest.At(s.day.String() + " 14:30"))
	halt := ledgertest.NewHalt(n)
	first.fault = func(step string) error { halt.Pass(step); return nil }
	slow, done := first.lead(), make(chan error, 1)
	if s.asked {
		slow = eventstore.WithLeaderCheck(slow, func(context.Context) error { return nil })
	}
	go func() { done <- first.batcher.Sweep(slow) }()
	select {
	case <-halt.Stopped:
	case err := <-done:
		must(t, err)
		return true // there are no more steps
	}
	next := second.lead()
	second.clock.Set(ledgertest.At(s.day.String() + " 16:50")) // two windows later
	must(t, second.batcher.Sweep(next))
	if s.taken {
		at.take()
	}
	halt.Wake()
	_ = <-done // whatever it says
	must(t, second.batcher.Sweep(next))
	at.take()
	settleUnknown(t, second, next, at)
	at.take()
	if len(at.has) != 1 {
		t.Errorf("after %q the bank has %d files", halt.Step(), len(at.has))
	}
	for _, f := range second.cutFiles() {
		if f.State != domain.FileIsDelivered && f.State != domain.FileIsReleased {
			t.Errorf("after %q file %s is %s: %s", halt.Step(), f.ID, f.State, f.Note)
		}
	}
	s.day = calendar.NextBankingDay(s.day)
	return false
}

// settleUnknown does what a person does: asks the bank.
func settleUnknown(t *testing.T, b *bank, ctx context.Context, at *aBank) {
	t.Helper()
	for _, f := range b.cutFiles() {
		if f.State != domain.DeliveryUnknown {
			continue
		}
		settle := b.delivery.Resend
		if len(at.has) > 0 {
			settle = b.delivery.Confirm
		}
		must(t, settle(ctx, f.ID))
	}
}

// What a leader puts at the bank bears its term. Nobody's delivery is begun with
// what another one put there, and the next leader clears that away.
func TestWhatAnEarlierLeaderPutAtTheBankIsItsOwn(t *testing.T) {
	first, second := twoNodes(t)
	slow := first.lead()
	first.posts(gym, 1)
	first.clock.Set(ledgertest.At("2026-11-20 14:30"))
	first.fault = stopAt("before delivering")
	if err := first.batcher.Sweep(slow); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	second.fault = stopAt("before begin")
	if err := second.batcher.Sweep(second.lead()); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	f := second.onlyFile()
	began, _ := filepath.Match("."+f.Name()+".2-*", f.Temporary())
	if !began || !slices.Equal(second.sent(), []string{f.Temporary()}) {
		t.Errorf("delivery began with %s, and the outbox holds %v", f.Temporary(), second.sent())
	}
}
