package inbound

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/receiving"
	"github.com/achledger/achledger/eventstore/ledger"
)

// invoices makes a batch of CCD debits that settle on Monday, 2026-11-23.
func invoices(accounts ...string) nacha.Batch {
	b := credits(accounts...)
	b.Header.ServiceClass, b.Header.SEC, b.Header.Description = nacha.DebitClass, "CCD", "INVOICES"
	for i := range b.Entries {
		b.Entries[i].Code = 27
	}
	return b
}

// deciding returns a world whose client has one receiving account, of a
// business, for which it decides until 11:00.
func deciding(t *testing.T) *world {
	t.Helper()
	w := emptyWorld(t)
	w.client(gym, func(s *domain.Settings) {
		s.ReceivingAccounts = w.patterns("400012345678")
		s.ReceivingAccounts[0].Rules = &receiving.Rules{Holder: receiving.Business, Default: receiving.Decide, DecideBy: "11:00",
			Filters: []receiving.Filter{{Company: "1660000066", Then: receiving.Return}, {Direction: receiving.Credit, Then: receiving.Pay}}}
	})
	w.clock.Set(at("2026-11-23 09:00"))
	return w
}

// decide makes a decision of the client, and returns its error.
func (w *world) decide(id string, decision receiving.Action) error {
	w.t.Helper()
	_, err := ledger.Execute(w.t.Context(), w.Ledger, ledger.TransactionStream(gym, id), func(t domain.Transaction) ([]domain.Event, error) {
		c, err := w.CaseOf(w.t.Context(), t)
		if err != nil {
			return nil, err
		}
		d, err := answers.PayOrReturn{ItemID: t.Origination().ID, ReturnID: "return-" + t.ID, Decision: decision}.Decide(c)
		return d.Events, err
	})
	return err
}

// one returns the only payment received.
func (w *world) one() *domain.Transaction {
	w.t.Helper()
	list := w.received(gym)
	if len(list) != 1 {
		w.t.Fatalf("%d payments came, want one", len(list))
	}
	return &list[0]
}

// returns lists the codes of the returns that left.
func (w *world) returns() (codes []string) {
	w.t.Helper()
	names, err := filepath.Glob(filepath.Join(w.outbox(), "*.ach"))
	must(w.t, err)
	for _, name := range names {
		for line := range strings.SplitSeq(read(w.t, name), "\n") {
			if strings.HasPrefix(line, "799") {
				codes = append(codes, line[3:6])
			}
		}
	}
	return codes
}

func TestADebitWaitsForItsDecisionAndGoesBackOnTimeWhenNobodyActs(t *testing.T) {
	w := deciding(t)
	w.feed(render(t, invoices("400012345678")))
	p := w.one()
	if by, _ := p.Origination().DecideBy(); !by.Equal(at("2026-11-23 11:00")) || !p.Origination().AwaitsDecision() {
		t.Fatalf("it is to be decided by %s", by)
	}
	must(t, w.views.CatchUp(t.Context()))
	if all, err := w.views.Waits(t.Context(), w.Now()); err != nil || len(all) != 1 || all[0].What != "inbound_decisions" || all[0].Cents != 100 || !all[0].Deadline.Equal(at("2026-11-23 11:00")) {
		t.Errorf("in the queue: %+v, %v", all, err)
	}
	w.sweepAt("2026-11-23 10:59")
	if !w.origination(p.ID).AwaitsDecision() {
		t.Error("a minute before the deadline it is decided")
	}
	w.sweepAt("2026-11-23 11:00")
	w.restart() // between the decision and the file
	w.sweepAt("2026-11-23 14:31")
	w.sweepAt("2026-11-23 16:31")
	if got := w.returns(); len(got) != 1 || got[0] != "R29" {
		t.Errorf("returned %v", got)
	}
	if err := w.decide(p.ID, receiving.Pay); domain.CodeOf(err) != domain.AlreadyDone {
		t.Errorf("paid afterwards: %v", err)
	}
	w.sound()
}

// From the deadline on no decision is accepted, even before a sweep.
func TestADecisionAfterTheDeadlineIsRefused(t *testing.T) {
	w := deciding(t)
	w.feed(render(t, invoices("400012345678")))
	w.clock.Set(at("2026-11-23 11:00"))
	if err := w.decide(w.one().ID, receiving.Pay); domain.CodeOf(err) != domain.TooLate {
		t.Errorf("decided at the deadline: %v", err)
	}
}

func TestAPaymentThatSomebodyPaysIsPaidOnce(t *testing.T) {
	w := deciding(t)
	content := render(t, invoices("400012345678"))
	w.feed(content)
	id := w.one().ID
	for range 2 { // asking twice is asking once
		must(t, w.decide(id, receiving.Pay))
	}
	if err := w.decide(id, receiving.Return); domain.CodeOf(err) != domain.AlreadyDone {
		t.Errorf("another decision: %v", err)
	}
	w.restart()
	w.loseViews()
	w.feed(content) // the bank sends it again
	w.sweepAt("2026-11-23 11:00")
	w.sweepAt("2026-11-24 22:31")
	if p := w.one(); p.Version != 2 || len(w.returns()) != 0 {
		t.Errorf("version %d, returned %v", p.Version, w.returns())
	}
	w.sound()
}

// The first of the two decides; the other finds the decision made. Both come at
// the deadline, by clocks that differ.
func TestADecisionRacesTheDeadline(t *testing.T) {
	for range 5 {
		w := deciding(t)
		w.feed(render(t, invoices("400012345678")))
		id := w.one().ID
		c := w.caseOf(gym, id) // read before the deadline
		w.clock.Set(at("2026-11-23 11:00"))
		var racers sync.WaitGroup
		racers.Go(func() { _ = w.batcher.Sweep(t.Context()) })
		racers.Go(func() {
			_, err := ledger.Execute(t.Context(), w.Ledger, ledger.TransactionStream(gym, id), func(now domain.Transaction) ([]domain.Event, error) {
				c.Transaction = now
				d, err := answers.PayOrReturn{ItemID: now.Origination().ID, ReturnID: "mine", Decision: receiving.Pay}.Decide(c)
				return d.Events, err
			})
			if err != nil && domain.CodeOf(err) != domain.AlreadyDone {
				t.Error(err)
			}
		})
		racers.Wait()
		w.sweepAt("2026-11-23 14:31")
		p := w.transaction(gym, id)
		decided, returned := len(w.events((domain.TransactionDecided{}).Type())), len(w.returns())
		if decided != 1 || (p.Origination().Decided.Decision == receiving.Return) != (returned == 1) || returned > 1 {
			t.Errorf("decided %d times, %+v, returned %d times", decided, p.Origination().Decided, returned)
		}
	}
}

func TestACrashAtAnyStepTreatsAPaymentOnce(t *testing.T) {
	for n := 1; ; n++ {
		w := deciding(t)
		content := render(t, invoices("400012345678"), invoicesOf("1660000066", "400012345678"))
		step, ended := w.feedUntil(n, content)
		if ended {
			return
		}
		w.restart()
		w.feed(content)
		if list := w.received(gym); len(list) != 2 || len(w.events((domain.TransactionReturnRequested{}).Type())) != 1 {
			t.Errorf("%s: %d payments, %d returns", step, len(list), len(w.events((domain.TransactionReturnRequested{}).Type())))
		}
		w.close()
	}
}

// invoicesOf makes a batch of another company.
func invoicesOf(company string, accounts ...string) nacha.Batch {
	b := invoices(accounts...)
	b.Header.CompanyID = company
	return b
}

func TestFiltersPayAndReturnByThemselves(t *testing.T) {
	w := deciding(t)
	w.feed(render(t, invoicesOf("1660000066", "400012345678"), credits("400012345678")))
	if all, err := w.views.Waits(t.Context(), w.Now()); err != nil || len(all) != 0 {
		t.Errorf("somebody is asked: %+v, %v", all, err)
	}
	w.sweepAt("2026-11-23 10:16")
	if got := w.returns(); len(got) != 1 || got[0] != "R29" {
		t.Errorf("returned %v", got)
	}
	for _, p := range w.received(gym) {
		made := p.Origination().Decided
		if debit := p.Received.Header.SEC == "CCD"; debit != (made != nil) || debit && made.By != "filter 1" {
			t.Errorf("%s: %+v", p.Received.Header.SEC, made)
		}
	}
	w.sound()
}

// The file came after the time of day until which its client decides.
func TestWhatComesLateIsDecidedTheNextBankingDay(t *testing.T) {
	w := deciding(t)
	w.clock.Set(at("2026-11-23 15:00"))
	w.feed(render(t, invoices("400012345678")))
	if by, _ := w.one().Origination().DecideBy(); !by.Equal(at("2026-11-24 11:00")) {
		t.Errorf("it is to be decided by %s", by)
	}
	w.sweepAt("2026-11-24 11:00")
	w.sweepAt("2026-11-24 14:31")
	if got := w.returns(); len(got) != 1 {
		t.Errorf("returned %v", got)
	}
}

// The file came after the time for decisions, minutes before its return would
// be too late.
func TestWhatComesAtTheLastMomentGoesBackAtOnce(t *testing.T) {
	w := deciding(t)
	w.clock.Set(at("2026-11-25 02:05"))
	w.feed(render(t, invoices("400012345678")))
	w.sweepAt("2026-11-25 02:06")
	if got := w.returns(); len(got) != 1 {
		t.Errorf("returned %v", got)
	}
}

// The file came too late for a return: the money stays, and the transaction
// says why.
func TestWhatComesTooLateForItsReturnIsKept(t *testing.T) {
	w := deciding(t)
	w.clock.Set(at("2026-11-25 09:00"))
	w.feed(render(t, invoices("400012345678")))
	w.sweepAt("2026-11-25 10:16")
	if made := w.one().Origination().Decided; made == nil || made.Decision != receiving.Pay || !strings.Contains(made.Reason, "R29") || len(w.returns()) != 0 {
		t.Errorf("decided %+v", made)
	}
	w.sound()
}

// A payment that a person assigns to the client is treated as if it had arrived
// for it.
func TestAPaymentThatAPersonAssignsWaitsForItsDecisionToo(t *testing.T) {
	w := deciding(t)
	w.client("other", func(s *domain.Settings) { s.ReceivingAccounts = w.patterns("400012345678") })
	w.feed(render(t, invoices("400012345678")))
	_, err := w.intake.Assign(t.Context(), w.waits(ambiguousAccount).ID, gym, "")
	must(t, err)
	if !w.one().Origination().AwaitsDecision() {
		t.Error("it does not wait")
	}
}
