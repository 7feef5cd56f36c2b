package restore

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// left returns the files in an outbox, in the order in which they were cut.
func (b *bank) left(outbox string) []*file {
	b.t.Helper()
	files, err := readFolder(outbox)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	b.must(err)
	inOrder(files)
	return files
}

// quiet checks that nothing more leaves in the next days.
func (b *bank) quiet() {
	b.t.Helper()
	before := len(b.left(b.outbox()))
	for range 8 {
		b.sweepAt("16:00")
		b.now = b.now.AddDate(0, 0, 1)
	}
	if n := len(b.left(b.outbox())); n != before {
		b.t.Errorf("%d files left again", n-before)
	}
}

func TestAnEntryWhoseAccountWasCorrectedMeanwhileIsTheSame(t *testing.T) {
	b := openTwoClients(t)
	id := b.pay(gym, wage(100))
	other := b.pay(gym, wage(200))
	r := b.restored()
	b.correct(gym, id, "777001")
	b.sweepAt("10:00")

	report := r.take(b.outbox())
	if report.Entries != 2 || len(report.Unknown) != 0 || len(report.Corrected) != 1 || report.Corrected[0].TransactionID != id {
		t.Errorf("took %s, corrected %v; want 2 entries, one of them corrected", report, report.Corrected)
	}
	for _, id := range []string{id, other} {
		if s := r.state(gym, id); s != domain.Filed {
			t.Errorf("transaction %s is %s, want filed", id, s)
		}
	}
	r.holds(b.outbox(), 1, 2)
	r.quiet()
}

func TestAnEntryThatWasHeldInTheBackupIsTheSame(t *testing.T) {
	b := openTwoClients(t)
	id := b.pay(gym, wage(100))
	b.must(b.judge(gym, id, domain.Hold{ItemID: b.item(gym, id), Reason: "look"}))
	r := b.restored()
	b.must(b.judge(gym, id, domain.Approve{ItemID: b.item(gym, id)}))
	b.sweepAt("10:00")

	if report := r.take(b.outbox()); report.Entries != 1 || len(report.Unknown) != 0 || r.state(gym, id) != domain.Filed {
		t.Errorf("took %s, and the transaction is %s; want it filed", report, r.state(gym, id))
	}
	r.holds(b.outbox(), 1, 1)
	r.quiet()
}

// Lists have what was held and approved last, and nothing happened to the second.
func TestOfEqualEntriesTheOldestLeft(t *testing.T) {
	b := openTwoClients(t)
	first, second := b.pay(gym, wage(100)), b.pay(gym, wage(100))
	b.must(b.judge(gym, first, domain.Hold{ItemID: b.item(gym, first), Reason: "look"}))
	b.must(b.judge(gym, first, domain.Approve{ItemID: b.item(gym, first)}))
	r := b.restored()
	b.must(b.judge(gym, second, domain.Recall{ItemID: b.item(gym, second)}))
	b.sweepAt("10:00")

	r.take(b.outbox())
	if got := []domain.State{r.state(gym, first), r.state(gym, second)}; got[0] != domain.Filed || got[1] != domain.Pending {
		t.Errorf("they are %v, want the first filed and the second waiting", got)
	}
}

// Somebody holds an item while what waits is listed, so that it is listed again.
func TestAnItemThatIsListedTwiceIsTakenOnce(t *testing.T) {
	b := openTwoClients(t)
	b.pay(gym, wage(100))
	b.must(b.views.CatchUp(t.Context()))
	q, err := b.restore().waiting(t.Context())
	b.must(err)
	page, _, err := b.views.Items(t.Context(), projections.ItemFilter{Status: projections.Pending})
	b.must(err)
	b.must(b.restore().index(t.Context(), q, page))
	for key, items := range q.exact[gym] {
		if len(page) != 1 || len(items) != 1 {
			t.Errorf("%d items of %d with key %s", len(items), len(page), key)
		}
	}
}

func TestAFileThatWasDatedAgainBeforeItWentOutCanBeTold(t *testing.T) {
	for _, last := range []domain.Event{domain.FileCut{}, domain.FileRendered{}} {
		b := openTwoClients(t)
		b.pay(gym, wage(100))
		whole := b.Store
		for tries := 1; ; tries++ {
			b.Store = &stopping{Store: whole, left: 1}
			b.now = time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
			_ = b.batcher.Sweep(t.Context())
			b.Store = whole
			all := readAll(t, b)
			if end := all[len(all)-1].Type; end == last.Type() || end == (domain.ModifierTaken{}).Type() && last.Type() == (domain.FileCut{}).Type() {
				break
			}
			if tries > 9 {
				t.Fatalf("no sweep stopped behind %s", last.Type())
			}
		}
		r := b.restored()
		b.now = b.now.AddDate(0, 0, 1)
		b.sweepAt("16:00") // a day late, so with other dates
		if n := countOf(t, b, domain.FileRedated{}); n != 1 {
			t.Fatalf("behind %s: dated again %d times, want once", last.Type(), n)
		}
		r.now = b.now
		if report := r.take(b.outbox()); report.Known != 1 {
			t.Errorf("behind %s: took %s, want one known file", last.Type(), report)
		}
		r.holds(b.outbox(), 1, 1)
		r.quiet()
	}
}

func countOf(t *testing.T, b *bank, event domain.Event) (n int) {
	for _, e := range readAll(t, b) {
		if e.Type == event.Type() {
			n++
		}
	}
	return n
}

func TestWhatLooksLikeAnUnknownEntryIsHeld(t *testing.T) {
	b := openTwoClients(t)
	id := b.pay(gym, func(p *domain.Proposal) { p.Description, p.EffectiveOn = "BONUS", "2026-12-01" })
	r := b.restored()
	b.pay(gym, func(*domain.Proposal) {})
	b.sweepAt("10:00")

	report := r.take(b.outbox())
	if len(report.Unknown) != 1 || len(report.Held) != 1 || report.Held[0].TransactionID != id {
		t.Fatalf("took %s, held %v; want one unknown, and its look-alike held", report, report.Held)
	}
	r.holds(b.outbox(), 1, 1)
	r.quiet()
	b.must(r.judge(gym, id, domain.Approve{ItemID: r.item(gym, id)}))
	r.sweepAt("16:00")
	if n := len(r.left(r.outbox())); n != 1 {
		t.Errorf("%d files left after the approval, want one", n)
	}
}

func TestWhatOperationsReleasedAndSentOtherwiseDoesNotLeaveAgain(t *testing.T) {
	b := openTwoClients(t)
	id := b.pay(gym, wage(100))
	other := b.pay(gym, wage(200))
	whole := b.Store
	b.Store = &stopping{Store: whole, left: 1}
	b.now = tuesday.Add(time.Hour)
	_ = b.batcher.Sweep(t.Context())
	b.Store = whole
	r := b.restored() // has the file cut
	b.must(b.views.CatchUp(t.Context()))
	files, _, err := b.views.Files(t.Context(), fileFilter)
	b.must(err)
	b.must(b.files.TakeBack(t.Context(), files[0].ID, "wrong"))
	b.must(b.judge(gym, other, domain.Recall{ItemID: b.item(gym, other), Reason: "no"}))
	b.sweepAt("16:00")

	if report := r.take(b.outbox()); report.Entries != 1 || len(report.Unknown) != 0 || r.state(gym, id) != domain.Filed {
		t.Errorf("took %s, and the transaction is %s; want it filed", report, r.state(gym, id))
	}
	if s := r.state(gym, other); s != domain.Pending {
		t.Errorf("the other one is %s; want it to wait", s)
	}
}

func TestWhatLeftAgainAfterARefusalDoesNotLeaveAThirdTime(t *testing.T) {
	b := openTwoClients(t)
	id := b.pay(gym, wage(100))
	b.sweepAt("10:00")
	r := b.restored()
	refused := b.left(b.outbox())[0]
	b.refuse(refused)
	b.sweepAt("16:00")
	if n := len(b.left(b.outbox())); n != 2 {
		t.Fatalf("%d files left, want 2", n)
	}
	report := r.take(b.outbox())
	if report.Known != 1 || len(report.Unknown) != 1 {
		t.Errorf("took %s; want one known file and one unknown entry", report)
	}
	r.refuse(refused)
	if s := r.state(gym, id); s != domain.Held {
		t.Errorf("released, the entry is %s; want it held", s)
	}
	r.quiet()
}

// refuse makes the operator reject a file.
func (b *bank) refuse(f *file) { b.answer(f, ack.Rejected) }

func (b *bank) answer(f *file, result ack.Result) {
	b.t.Helper()
	h := f.summary.Header
	_, err := b.files.Acknowledge(b.t.Context(), b.views, ack.Acknowledgement{
		Origin: h.ImmediateOrigin, Destination: h.ImmediateDestination, CreatedOn: h.CreatedOn, CreatedAt: h.CreatedAt, Modifier: h.Modifier,
		Result: result, Reason: "no",
	})
	b.must(err)
}

// Two payments that differ only in the account are distinguished.
func TestACorrectedEntryTakesNothingFromAnExactOne(t *testing.T) {
	b := openTwoClients(t)
	first := b.pay(gym, wage(100))
	second := b.pay(gym, wage(100))
	b.correct(gym, second, "555001")
	r := b.restored()
	b.correct(gym, first, "555002")
	b.sweepAt("10:00")
	report := r.take(b.outbox())
	if len(report.Unknown) != 0 || len(report.Corrected) != 1 || report.Corrected[0].TransactionID != first {
		t.Errorf("took %s, corrected %v; want the first one corrected", report, report.Corrected)
	}
	r.holds(b.outbox(), 1, 2)
	if !bytes.Contains(b.left(b.outbox())[0].content, []byte("555002")) {
		t.Error("the first one did not leave to its corrected account")
	}
}

// The backup may know neither of the two files in which an entry left.
func TestWhatLeftAgainAfterTheBackupIsHeldWhenItsFirstFileIsRefused(t *testing.T) {
	for name, known := range map[string]bool{"it waits in the backup": true, "it was accepted after it": false} {
		t.Run(name, func(t *testing.T) {
			b := openTwoClients(t)
			var r *bank
			if !known {
				r = b.restored()
			}
			b.pay(gym, wage(100))
			if known {
				r = b.restored()
			}
			b.sweepAt("10:00")
			refused := b.left(b.outbox())[0]
			b.refuse(refused)
			b.sweepAt("16:00")
			r.take(b.outbox())
			r.refuse(refused)
			r.quiet()
			r.holds(b.outbox(), 2, 2)
		})
	}
}

func TestABackupInTheMiddleOfAReleaseKnowsItsEntriesAgain(t *testing.T) {
	b := openTwoClients(t)
	id := b.pay(gym, wage(100))
	b.sweepAt("10:00")
	first, err := b.Transaction(t.Context(), gym, id)
	b.must(err)
	f, err := b.File(t.Context(), first.Origination().Filing.File)
	b.must(err)
	_, err = b.Write(t.Context(), ledger.Change{Stream: domain.FileStream(f.ID), Client: gym, Expect: f.Version,
		Events: []domain.Event{domain.FileRefused{Reason: "because"}}})
	b.must(err)
	r := b.restored()
	b.sweepAt("10:30")
	b.sweepAt("16:00")

	report := r.take(b.outbox())
	if report.Entries != 1 || report.Known != 1 || len(report.Unknown) != 0 || r.state(gym, id) != domain.Filed {
		t.Errorf("took %s, and the transaction is %s; want the second file's entry known and filed", report, r.state(gym, id))
	}
	r.quiet()
}
