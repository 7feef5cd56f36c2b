package workers

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

func asksReversal(o domain.Outgoing) domain.Event {
	return domain.TransactionReversalRequested{Outgoing: o}
}
func asksRetry(o domain.Outgoing) domain.Event { return domain.TransactionRetryRequested{Outgoing: o} }

// until is an answer that has to leave before an instant.
func until(by string) domain.Outgoing {
	return domain.Outgoing{Code: "R01", Reason: "duplicate", LeaveBy: at(by).UTC().Format(time.RFC3339)}
}

// itemNamed is an item of a transaction as the log has it.
func (b *bank) itemNamed(id, item string) *domain.Item {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), gym, id)
	must(b.t, err)
	i, ok := t.Item(item)
	if !ok {
		b.t.Fatalf("transaction %s has no item %s", id, item)
	}
	return i
}

// lapsedAt fails the test unless an item was rejected for its deadline, and
// says when.
func (b *bank) lapsedAt(id, item string) time.Time {
	b.t.Helper()
	i := b.itemNamed(id, item)
	if i.State != domain.Rejected || i.Filing != nil || !strings.Contains(i.Reason, i.Outgoing.LeaveBy) {
		b.t.Fatalf("the %s is %s: %q", i.Kind, i.State, i.Reason)
	}
	return i.History[len(i.History)-1].At
}

// reverses sends a payment and asks to reverse it by a deadline.
func (b *bank) reverses(by string) (id, item string) {
	b.t.Helper()
	id = b.posts(gym, 1)[0]
	b.sweepAt("2026-11-20 14:30")
	b.clock.Set(at("2026-11-20 15:00"))
	return id, b.answer(gym, id, asksReversal, until(by))
}

func TestWhatASuspendedClientAskedForDoesNotLeaveAfterItsDeadline(t *testing.T) {
	b := openBank(t)
	id, item := b.reverses("2026-11-24 02:15")
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = true })
	b.sweepAt("2026-11-24 02:14")
	if i := b.itemNamed(id, item); i.State != domain.Pending {
		t.Fatalf("before its deadline it is %s", i.State)
	}
	b.sweepAt("2026-11-24 02:15")
	b.lapsedAt(id, item)
	if b.batcher.Lapsed() != 1 {
		t.Errorf("%d answers are counted as late", b.batcher.Lapsed())
	}
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = false })
	b.sweepAt("2026-11-24 14:30")
	b.onlyFile()
	b.verify()
}

func TestWhatIsHeldIsRejectedAtItsDeadline(t *testing.T) {
	b := openBank(t)
	id, item := b.reverses("2026-11-24 02:15")
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.TransactionStream(gym, id), domain.Hold{ItemID: item, Reason: "looks odd"}.Decide)
	must(t, err)
	b.sweepAt("2026-11-24 02:15")
	b.lapsedAt(id, item)
	b.onlyFile()
}

func TestNothingStaleLeavesWhenDeliveryIsSwitchedOnAfterDays(t *testing.T) {
	b := openBank(t)
	id, reversal := b.reverses("2026-11-24 02:15")
	back := b.receive(gym)
	answer := b.answer(gym, back, returned, until("2026-11-24 02:15"))
	b.switched = offFor(ourBank)
	b.restart()
	b.sweepAt("2026-12-07 12:00")
	if one, two := b.itemNamed(id, reversal), b.itemNamed(back, answer); one.State != domain.Pending || two.State != domain.Pending {
		t.Fatalf("they may have left before the restore, and are %s and %s", one.State, two.State)
	}
	b.switched = AlwaysOn{}
	b.restart()
	b.sweep()
	b.lapsedAt(id, reversal)
	b.lapsedAt(back, answer)
	b.sweepAt("2026-12-07 22:30")
	b.onlyFile()
}

func TestWhatARefusedFileHeldIsRejectedOnceItsDeadlineHasPassed(t *testing.T) {
	b := openBank(t)
	id := b.receive(gym)
	item := b.answer(gym, id, returned, until("2026-11-20 15:00"))
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	b.clock.Set(at("2026-11-20 15:00"))
	_, err := b.files.Acknowledge(t.Context(), b.views, answer(f, ack.Rejected))
	must(t, err)
	b.sweep()
	if i := b.itemNamed(id, item); i.State != domain.Rejected || !strings.Contains(i.Reason, i.Outgoing.LeaveBy) {
		t.Errorf("the return is %s: %q", i.State, i.Reason)
	}
	b.sweepAt("2026-11-21 02:15")
	b.onlyFile()
}

func TestADeadlineThatComesWhileTheFileIsFilledBinds(t *testing.T) {
	b := openBank(t)
	b.limits = Limits{AppendEvents: 1}
	b.restart()
	one, two := b.receive(gym), b.receive(gym)
	first, second := b.answer(gym, one, returned, until("2026-11-20 14:31")), b.answer(gym, two, returned, until("2026-11-20 14:31"))
	b.fault = func(step string) error {
		if step == "after fill" {
			b.clock.Set(at("2026-11-20 14:31"))
		}
		return nil
	}
	b.sweepAt("2026-11-20 14:30")
	b.sweep()
	if !b.sentItem(gym, one, first) {
		t.Error("the first, in time, did not leave")
	}
	b.lapsedAt(two, second)
	if f := b.onlyFile(); f.Cut == nil || f.Cut.Totals.Entries != 1 {
		t.Errorf("the file is %+v", f.Cut)
	}
	b.verify()
}

// Advance comes to each deadline at its own time, however far it goes.
func TestAMoveOfTheClockRejectsAtTheDeadlineItself(t *testing.T) {
	b := openBank(t)
	id, item := b.reverses("2026-11-24 02:15")
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.TransactionStream(gym, id), domain.Hold{ItemID: item, Reason: "looks odd"}.Decide)
	must(t, err)
	must(t, b.batcher.Advance(t.Context(), at("2026-12-24 12:00"), func(ctx context.Context, at time.Time) error {
		b.clock.Set(at)
		return b.batcher.Sweep(ctx)
	}))
	if when := b.lapsedAt(id, item); !when.Equal(at("2026-11-24 02:15")) {
		t.Errorf("rejected at %s", when)
	}
}

// An older release let answers wait that contradict what came since.
func TestContraryAnswersThatWaitAreRejectedBeforeTheCut(t *testing.T) {
	came := func(b *bank, id, to string) {
		tx, err := b.Transaction(t.Context(), gym, id)
		must(t, err)
		b.write(domain.TransactionStream(gym, id), gym, tx.Version, domain.TransactionReturned{Incoming: domain.Incoming{
			ItemID: id + "-ret", ReplyTo: to, Inbound: "f", SettledOn: "2026-11-24",
			Header: nacha.BatchHeader{ServiceClass: 225, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD", Description: "DUES NOV",
				EffectiveOn: "261123", SettlementDay: "328", OriginatorStatus: "1", ODFI: theirBank[:8], Number: 3},
			Entry: nacha.Entry{Code: 26, Routing: ourBank, AmountCents: 1025, Name: "TEST PERSON 01", Trace: theirBank[:8] + "0000055",
				Return: &nacha.Return{Code: "R01", OriginalTrace: b.item(gym, id).Filing.Trace, OriginalRouting: theirBank[:8]}},
		}})
	}
	dishonored := func(o domain.Outgoing) domain.Event {
		o.Code = "R68"
		return domain.TransactionDishonorRequested{Outgoing: o}
	}
	for name, tt := range map[string]struct {
		ask  func(b *bank, id string) (item string)
		left int // files
	}{
		"a reversal of what was returned": {func(b *bank, id string) string {
			item := b.answer(gym, id, asksReversal, until("2026-12-01 02:15"))
			came(b, id, itemOf(id))
			return item
		}, 1},
		"a dishonor of what is presented again": {func(b *bank, id string) string {
			came(b, id, itemOf(id))
			b.answer(gym, id, asksRetry, until("2027-05-01 02:15"))
			tx, err := b.Transaction(t.Context(), gym, id)
			must(t, err)
			b.write(domain.TransactionStream(gym, id), gym, tx.Version, dishonored(domain.Outgoing{ItemID: id + "-dis", ReplyTo: id + "-ret"}))
			return id + "-dis"
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			id := b.posts(gym, 1)[0]
			b.sweepAt("2026-11-20 14:30")
			b.clock.Set(at("2026-11-24 12:00"))
			item := tt.ask(b, id)
			b.sweepAt("2026-11-24 14:30")
			b.sweep()
			if i := b.itemNamed(id, item); i.State != domain.Rejected {
				t.Errorf("the %s is %s", i.Kind, i.State)
			}
			if files := b.cutFiles(); len(files) != tt.left {
				t.Errorf("%d files, want %d", len(files), tt.left)
			}
			b.verify()
		})
	}
}

func TestAFileThatIsNotDeliveredIsOverdueFromItsFirstDeadlineOn(t *testing.T) {
	b := openBank(t)
	b.answer(gym, b.receive(gym), returned, until("2026-11-23 02:15"))
	b.answer(gym, b.receive(gym), returned, until("2026-11-21 02:15"))
	b.fault = stopAt("before delivering")
	b.clock.Set(at("2026-11-20 14:30"))
	_ = b.batcher.Sweep(t.Context())
	overdue := func(now string) (ids []string) {
		must(t, b.views.CatchUp(t.Context()))
		files, err := Overdue(t.Context(), b.views, at(now))
		must(t, err)
		for _, f := range files {
			ids = append(ids, f.ID)
		}
		return ids
	}
	if before, after := overdue("2026-11-21 02:14"), overdue("2026-11-21 02:15"); len(before) > 0 || !slices.Equal(after, []string{b.onlyFile().ID}) {
		t.Errorf("overdue before: %v, after: %v", before, after)
	}
	b.restart()
	b.sweepAt("2026-11-21 02:16")
	if late := overdue("2026-11-23 02:15"); len(late) > 0 {
		t.Errorf("delivered, and still overdue: %v", late)
	}
}

func TestThePlannerLeavesWhatIsLate(t *testing.T) {
	by := func(leaveBy time.Time) func(*waiting) {
		return func(w *waiting) { w.LeaveBy, w.kind = leaveBy, nacha.KindReturn }
	}
	items := []waiting{waits(1, by(friday)), waits(2, by(friday.Add(time.Second))), waits(3)}
	items[0].Kind = domain.Return
	if got := planned(planOf(items, Limits{})); got != "[2]\n[3]" {
		t.Errorf("planned %s", got)
	}
	if _, _, due := (&planner{now: friday}).keyOf(&projections.QueuedItem{LeaveBy: friday, Kind: domain.Reversal}, nacha.KindForward); due {
		t.Error("a late reversal is due")
	}
}
