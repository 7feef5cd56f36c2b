package workers

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// refuse is the operator's word that a file was not processed.
func (b *bank) refuse(f domain.File) {
	b.t.Helper()
	_, err := b.files.Acknowledge(b.t.Context(), b.views, answer(f, ack.Rejected))
	must(b.t, err)
}

// cameBack books the bank's return of a transaction's origination.
func (b *bank) cameBack(id string) {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), gym, id)
	must(b.t, err)
	b.write(domain.TransactionStream(gym, id), gym, t.Version, domain.TransactionReturned{Incoming: domain.Incoming{
		ItemID: "return-" + id, ReplyTo: t.Origination().ID, Inbound: "f", SettledOn: "2026-11-23",
		Entry: nacha.Entry{Code: 26, Routing: ourBank, AmountCents: 1025, Return: &nacha.Return{Code: "R01"}},
	}})
}

func all(s domain.State, n int) []domain.State { return slices.Repeat([]domain.State{s}, n) }

// The file was cut at 14:30 or before, and is refused at once. What is due
// again only at the next window must not look like something that missed one.
func TestWhatTheOperatorRefusedWaitsForTheNextWindow(t *testing.T) {
	for name, tt := range map[string]struct {
		batching    func(*domain.Batching)
		early, late string // still waiting; then sent again
	}{
		"by windows":            {func(*domain.Batching) {}, "2026-11-20 16:29", "2026-11-20 16:30"},
		"by a number of items":  {func(b *domain.Batching) { b.MaxEntries = 2 }, "2026-11-20 16:29", "2026-11-20 16:30"},
		"by an amount":          {func(b *domain.Batching) { b.MaxAmountCents = 2050 }, "2026-11-20 16:29", "2026-11-20 16:30"},
		"by age, no windows":    {func(b *domain.Batching) { b.MaxAge, b.Windows = "25m", []string{} }, "2026-11-20 14:54", "2026-11-20 14:55"},
		"by age before windows": {func(b *domain.Batching) { b.MaxAge = "25m" }, "2026-11-20 14:54", "2026-11-20 14:55"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, batching(tt.batching))
			ids := b.posts(gym, 2)
			b.sweepAt("2026-11-20 14:30")
			b.refuse(b.onlyFile())
			for _, now := range []string{"2026-11-20 14:30", tt.early} {
				b.sweepAt(now)
				if got := b.states(ids); !slices.Equal(got, all(domain.Pending, 2)) {
					t.Fatalf("at %s the entries are %v", now, got)
				}
			}
			wake, err := b.batcher.NextWake(t.Context())
			must(t, err)
			if !wake.Equal(at(tt.late)) {
				t.Errorf("the batcher wakes at %s, want %s", eastern(wake), tt.late)
			}
			b.sweepAt(tt.late)
			if got := b.states(ids); !slices.Equal(got, all(domain.Filed, 2)) {
				t.Errorf("at %s the entries are %v", tt.late, got)
			}
			b.verify()
		})
	}
}

// New entries reach the threshold meanwhile: what was refused does not leave
// beside them.
func TestWhatTheOperatorRefusedLeavesWithNoThreshold(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 2 }))
	refused := b.posts(gym, 2)
	b.sweep()
	b.refuse(b.onlyFile())
	fresh := b.posts(gym, 2)
	b.sweep()
	if got := b.states(slices.Concat(refused, fresh)); !slices.Equal(got, slices.Concat(all(domain.Pending, 2), all(domain.Filed, 2))) {
		t.Errorf("the entries are %v", got)
	}
}

func TestWhatTheOperatorRefusesTwiceWaitsForAPerson(t *testing.T) {
	b, f, ids := sentFile(t)
	b.refuse(f)
	b.sweepAt("2026-11-20 16:30")
	b.refuse(b.cutFiles()[1])
	b.sweepAt("2026-11-20 22:30")
	if got := b.states(ids); !slices.Equal(got, all(domain.Held, 2)) {
		t.Fatalf("after two refusals the entries are %v", got)
	}
	if why := b.item(gym, ids[0]).Reason; why != "the operator refused it 2 times: because" {
		t.Errorf("it says %q", why)
	}
	b.decide(ids[0], domain.Approve{ItemID: itemOf(ids[0])}.Decide)
	b.sweepAt("2026-11-20 22:31")
	if got := b.states(ids); !slices.Equal(got, []domain.State{domain.Pending, domain.Held}) {
		t.Errorf("before the next window they are %v", got)
	}
	b.sweepAt("2026-11-23 10:15")
	if got := b.states(ids); !slices.Equal(got, []domain.State{domain.Filed, domain.Held}) {
		t.Errorf("at the next window they are %v", got)
	}
	b.refuse(b.cutFiles()[2])
	if got := b.states(ids); !slices.Equal(got, all(domain.Held, 2)) {
		t.Errorf("after the third refusal they are %v", got)
	}
	b.verify()
}

// A client carried a file to its bank, which refused it. The client mends it
// and carries another: the ledger must not send the entries as well.
func TestWhatAClientCarriedWaitsForTheClient(t *testing.T) {
	b := openBank(t)
	file, ids := b.carried()
	b.refuse(file)
	b.sweepAt("2026-11-23 10:15")
	if got := b.states(ids); !slices.Equal(got, all(domain.Held, len(ids))) || len(b.sent()) > 0 {
		t.Fatalf("the entries are %v, the outbox holds %v", got, b.sent())
	}
	must(t, b.recallItem(ids[0]))
	for _, id := range ids[1:] {
		item := b.item(gym, id)
		b.decide(id, domain.Approve{ItemID: item.ID}.Decide)
	}
	b.sweepAt("2026-11-23 14:29")
	if len(b.sent()) > 0 {
		t.Errorf("before the next window the outbox holds %v", b.sent())
	}
	b.sweepAt("2026-11-23 14:30")
	want := append(all(domain.Recalled, 1), all(domain.Filed, len(ids)-1)...)
	if got := b.states(ids); !slices.Equal(got, want) || len(b.sent()) != 1 {
		t.Errorf("the entries are %v, the outbox holds %v", got, b.sent())
	}
	b.verify()
}

// carried makes a rendered file for the gym to carry, and lists its
// transactions.
func (b *bank) carried() (domain.File, []string) {
	b.t.Helper()
	c, err := b.Ledger.Client(b.t.Context(), gym)
	must(b.t, err)
	made, err := b.uploads.UploadACHFile(b.t.Context(), gym, ACHFile{Batches: payroll(3).Batches, Settings: c.Settings.File}, Request{})
	must(b.t, err)
	b.sweep()
	f, err := b.File(b.t.Context(), made.FileID)
	must(b.t, err)
	return f, made.Transactions
}

func (b *bank) recallItem(id string) error {
	_, err := ledger.Execute(b.t.Context(), b.Ledger, ledger.TransactionStream(gym, id), domain.Recall{ItemID: b.item(gym, id).ID}.Decide)
	return err
}

// A release dies at every step there is. The next process finishes it by
// itself: nobody says again that the file was refused.
func TestARefusalCutShortIsFinishedByTheNextSweep(t *testing.T) {
	const entries = 5
	steps := atEveryStep(t, func(t *testing.T, n int) error {
		b := openSmallBank(t)
		ids := b.posts(gym, entries)
		b.sweepAt("2026-11-20 14:30")
		f := b.onlyFile()
		b.fault = stopAtNth(n)
		_, died := b.files.Acknowledge(t.Context(), b.views, answer(f, ack.Rejected))
		b.restart()
		b.sweep()
		want := domain.Pending
		if n == 1 { // not even the refusal was written
			want = domain.Filed
		}
		if got := b.states(ids); !slices.Equal(got, all(want, entries)) {
			t.Errorf("the entries are %v, want %s", got, want)
		}
		after, err := b.File(t.Context(), f.ID)
		must(t, err)
		if after.Answered.Unreleased {
			t.Error("the file still waits for its release")
		}
		b.verify()
		return died
	})
	if want := 2 * (1 + entries + 1); steps != want {
		t.Errorf("a release took %d steps, want %d: is one not under test?", steps, want)
	}
}

func TestACallerWhoHangsUpDoesNotStopARelease(t *testing.T) {
	b := openSmallBank(t)
	ids := b.posts(gym, 5)
	b.sweepAt("2026-11-20 14:30")
	caller, hangUp := context.WithCancel(t.Context())
	b.fault = onceAt("after releases", 2, hangUp)
	if _, err := b.files.Acknowledge(caller, b.views, answer(b.onlyFile(), ack.Rejected)); err == nil {
		t.Fatal("the caller did not hang up in time")
	}
	b.sweep()
	if got := b.states(ids); !slices.Equal(got, all(domain.Pending, 5)) {
		t.Errorf("the entries are %v", got)
	}
}

// The bank returned an entry and now says that it refused its batch. One of
// these is wrong, and sent again the entry would be paid twice.
func TestAnEntryThatCameBackIsNotReleased(t *testing.T) {
	for name, tt := range map[string]struct {
		result  ack.Result
		batches []ack.RejectedBatch
		during  bool // the return is booked while the release is written
	}{
		"its batch was refused":           {ack.Accepted, []ack.RejectedBatch{{Number: 1, Reason: "hash"}}, false},
		"its file was refused":            {ack.Rejected, nil, false},
		"it comes back while it is freed": {ack.Accepted, []ack.RejectedBatch{{Number: 1, Reason: "hash"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			b, f, ids := sentFile(t)
			if tt.during {
				b.fault = onceAt("before releases", 1, func() { b.cameBack(ids[0]) })
			} else {
				b.cameBack(ids[0])
			}
			after, err := b.files.Acknowledge(t.Context(), b.views, answer(f, tt.result, tt.batches...))
			must(t, err)
			b.sweepAt("2026-11-20 22:30")
			entry, other := b.item(gym, ids[0]), b.item(gym, ids[1])
			if entry.State != domain.Filed || entry.Filing.File != f.ID || other.State != domain.Filed || other.Filing.File == f.ID {
				t.Errorf("the entry that came back is %s in %+v, the other %s in %+v", entry.State, entry.Filing, other.State, other.Filing)
			}
			if !strings.Contains(after.Note, "1 entries stay in it because the bank answered them") {
				t.Errorf("the file's note is %q", after.Note)
			}
			b.verify()
		})
	}
}
