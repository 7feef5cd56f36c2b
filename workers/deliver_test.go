package workers

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// interrupted is a bank whose process died between file.delivering and the
// end of the delivery, before or after the rename.
func interrupted(t *testing.T, step string) (*bank, domain.File, []string) {
	t.Helper()
	b := openBank(t)
	ids := b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt(step)
	_ = b.batcher.Sweep(context.Background())
	b.restart()
	f := b.onlyFile()
	if f.State != domain.FileIsDelivering {
		t.Fatalf("the file is %s", f.State)
	}
	return b, f, ids
}

func (b *bank) final(f domain.File) string { return filepath.Join(b.outbox(), f.Rendered.Name) }

// What the next process finds in the outbox, and what it makes of it.
func TestAfterACrashDuringDelivery(t *testing.T) {
	for name, tt := range map[string]struct {
		step  string
		found func(b *bank, f domain.File)
		now   string
		state domain.FileState
		sent  int
		date  string
		err   string
	}{
		"the temporary name is there: it goes on": {
			step: "before begin", state: domain.FileIsDelivered, sent: 1, date: "261123",
		},
		"the temporary name is there and its dates are past: dated again": {
			step: "before begin", now: "2026-11-23 09:00", state: domain.FileIsDelivered, sent: 1, date: "261124",
		},
		"the final name is there: it was delivered": {
			step: "after begin", state: domain.FileIsDelivered, sent: 1, date: "261123",
		},
		"the final name is there and its dates are past: it is not touched": {
			step: "after begin", now: "2026-11-23 09:00", state: domain.FileIsDelivered, sent: 1, date: "261123",
		},
		"neither is there: only a person can tell": {
			step: "after begin", found: func(b *bank, f domain.File) { must(b.t, os.Remove(b.final(f))) },
			state: domain.DeliveryUnknown, sent: 0, date: "261123",
		},
		"another file has its name: only a person can tell": {
			step: "after begin", found: func(b *bank, f domain.File) { must(b.t, os.WriteFile(b.final(f), []byte("x"), 0o600)) },
			state: domain.DeliveryUnknown, sent: 1, date: "261123",
		},
		"another file has its name, and delivery had not begun: it waits": {
			step: "before begin", found: func(b *bank, f domain.File) { must(b.t, os.WriteFile(b.final(f), []byte("x"), 0o600)) },
			state: domain.FileIsDelivering, sent: 2, date: "261123", err: "exist",
		},
		"the outbox is gone: it waits": {
			step: "after begin", found: func(b *bank, _ domain.File) { must(b.t, os.RemoveAll(b.outbox())) },
			state: domain.FileIsDelivering, sent: 0, date: "261123", err: "outbox",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, f, _ := interrupted(t, tt.step)
			if tt.found != nil {
				tt.found(b, f)
			}
			if tt.now != "" {
				b.clock.Set(at(tt.now))
			}
			for range 2 { // the second time nothing more happens
				err := b.batcher.Sweep(context.Background())
				if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
					t.Fatalf("the sweep says %v, want %q", err, tt.err)
				}
			}
			f = b.onlyFile()
			if f.State != tt.state || len(b.sent()) != tt.sent || f.Batches[0].EffectiveOn != tt.date {
				t.Errorf("the file is %s, dated %s, the outbox holds %v", f.State, f.Batches[0].EffectiveOn, b.sent())
			}
		})
	}
}

// What an older release or a put that was cut short left stays away from the
// bank, and goes once the file is delivered.
func TestLeftOverTemporaryFilesGoWithTheDelivery(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt("before delivering")
	_ = b.batcher.Sweep(context.Background())
	b.restart()
	if len(b.sent()) != 1 {
		t.Fatalf("the outbox holds %v, want one put", b.sent())
	}
	f := b.onlyFile()
	must(t, os.WriteFile(filepath.Join(b.outbox(), "."+f.Rendered.Name), []byte("101 0610"), 0o600))
	must(t, os.WriteFile(filepath.Join(b.outbox(), ".of another"), nil, 0o600))
	b.sweep()
	f = b.onlyFile()
	if f.State != domain.FileIsDelivered || !slices.Equal(b.sent(), []string{".of another", f.Rendered.Name}) {
		t.Errorf("the file is %s, the outbox holds %v", f.State, b.sent())
	}
	b.verify()
}

func unknown(t *testing.T) (*bank, domain.File, []string) {
	t.Helper()
	b, f, ids := interrupted(t, "after begin")
	must(t, os.Remove(b.final(f)))
	b.sweep()
	return b, b.onlyFile(), ids
}

func TestAPersonConfirmsADelivery(t *testing.T) {
	b, f, ids := unknown(t)
	for range 2 { // asking twice is asking once
		must(t, b.delivery.Confirm(t.Context(), f.ID))
	}
	if f = b.onlyFile(); f.State != domain.FileIsDelivered || !f.Transmitted() || len(b.sent()) != 0 {
		t.Errorf("the file is %s", f.State)
	}
	for _, id := range ids {
		if b.item(gym, id).State != domain.Filed {
			t.Errorf("transaction %s is %s", id, b.item(gym, id).State)
		}
	}
}

func TestAPersonSendsAFileOnceMore(t *testing.T) {
	for name, tt := range map[string]struct{ now, date string }{
		"in time, as it was":             {"2026-11-20 15:00", "261123"},
		"too late for its date: anew":    {"2026-11-23 09:00", "261124"},
		"and again the day after that":   {"2026-11-24 09:00", "261125"},
		"and over a holiday: Thursday's": {"2026-11-25 09:00", "261127"},
	} {
		t.Run(name, func(t *testing.T) {
			b, f, ids := unknown(t)
			b.clock.Set(at(tt.now))
			must(t, b.delivery.Resend(t.Context(), f.ID))
			if f = b.onlyFile(); f.Batches[0].EffectiveOn != tt.date {
				t.Errorf("dated %s, want %s", f.Batches[0].EffectiveOn, tt.date)
			}
			b.settled(gym, ids)
		})
	}
}

// Whatever a person says: a bank that answers an entry has the file.
func TestAFileOfWhichTheBankAnsweredAnEntryIsNotSentOnceMore(t *testing.T) {
	b, f, ids := unknown(t)
	b.cameBack(ids[0])
	if err := b.delivery.Resend(t.Context(), f.ID); domain.CodeOf(err) != domain.Conflict || !strings.Contains(err.Error(), ids[0]) {
		t.Errorf("it says %v", err)
	}
	if f = b.onlyFile(); f.State != domain.DeliveryUnknown || len(b.sent()) != 0 {
		t.Errorf("the file is %s, and the outbox holds %v", f.State, b.sent())
	}
	must(t, b.delivery.Confirm(t.Context(), f.ID))
}

func TestAFileThatTurnsUpAfterAllIsNotSentAgain(t *testing.T) {
	b, f, ids := unknown(t)
	content, err := b.files.Bytes(t.Context(), f.ID)
	must(t, err)
	must(t, os.WriteFile(b.final(f), content, 0o600))
	must(t, b.delivery.Resend(t.Context(), f.ID))
	b.settled(gym, ids)
}

func TestACrashAtAnyStepOfSendingOnceMore(t *testing.T) {
	atEveryStep(t, func(t *testing.T, n int) error {
		b, f, ids := unknown(t)
		b.clock.Set(at("2026-11-23 09:00"))
		b.fault = stopAtNth(n)
		died := b.delivery.Resend(t.Context(), f.ID)
		b.restart()
		b.sweep()
		if b.onlyFile().State == domain.DeliveryUnknown { // nothing was decided yet
			must(t, b.delivery.Resend(t.Context(), f.ID))
		}
		b.settled(gym, ids)
		return died
	})
}

func TestOnlyAnUnknownDeliveryCanBeSettled(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1)
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	must(t, b.delivery.Resend(t.Context(), f.ID)) // delivered already: nothing to settle
	if len(b.sent()) != 1 {
		t.Errorf("the outbox holds %v", b.sent())
	}
	if err := b.delivery.Confirm(t.Context(), "0199f7c0-0000-7000-8000-000000000000"); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("an unknown file: %v", err)
	}
	b.posts(gym, 1)
	b.fault = stopAt("before delivering")
	b.clock.Set(at("2026-11-20 16:30"))
	_ = b.batcher.Sweep(context.Background())
	b.fault = nil
	if err := b.delivery.Confirm(t.Context(), b.cutFiles()[1].ID); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("a file that was never begun: %v", err)
	}
}

func TestDeliveryOffHoldsAFileBackAtAnyStep(t *testing.T) {
	b, _, ids := interrupted(t, "before begin")
	b.switched = offFor(ourBank)
	b.newWorkers()
	b.sweep()
	if f := b.onlyFile(); f.State != domain.FileIsDelivering {
		t.Errorf("the file is %s", f.State)
	}
	b.switched = AlwaysOn{}
	b.newWorkers()
	b.sweep()
	b.settled(gym, ids)
}

func TestSendingOnceMoreIsRefusedWhileDeliveryIsOff(t *testing.T) {
	b, f, _ := unknown(t)
	b.switched = offFor(ourBank)
	b.newWorkers()
	err := b.delivery.Resend(t.Context(), f.ID)
	if off, ok := err.(*DeliveryOffError); !ok || off.ODFI != ourBank {
		t.Errorf("it says %v", err)
	}
}
