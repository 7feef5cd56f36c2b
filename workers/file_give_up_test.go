package workers

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

func suspend(c *domain.ChangeClient) { c.Suspended = true }
func resume(c *domain.ChangeClient)  { c.Suspended = false }

// inAppends files two entries of an order, or four that wait, at a time.
func inAppends(b *bank) {
	b.limits = small
	b.limits.AppendEvents = 4
	b.newWorkers()
}

// gone makes sure that the only file was given up and that nothing of its
// order ever leaves.
func (b *bank) gone(transactions int) {
	b.t.Helper()
	b.clock.Set(at("2027-02-10 14:31"))
	b.sweep()
	b.sweep()
	f := b.onlyFile()
	if f.State != domain.FileIsGivenUp || f.Answered.Unreleased || len(b.sent()) != 0 {
		b.t.Errorf("the file is %s, unreleased %t, and %v left", f.State, f.Answered.Unreleased, b.sent())
	}
	for n := range transactions {
		id, _ := entryIDs(f.ID, n)
		if tx, err := b.Transaction(b.t.Context(), gym, id); err != nil || tx.Exists() && tx.Origination().State != domain.Rejected {
			b.t.Errorf("transaction %d stands at %+v, %v", n, tx.Origination(), err)
		}
	}
	b.verify()
}

func TestAClientStoppedWhileItsFileIsFilledGetsNothingOut(t *testing.T) {
	for name, change := range map[string]func(*domain.ChangeClient){
		"suspended":             suspend,
		"without the class":     func(c *domain.ChangeClient) { c.Settings.SECCodes, c.Settings.DefaultSEC = []string{"CCD"}, "CCD" },
		"with another company":  func(c *domain.ChangeClient) { c.Settings.CompanyIdentifications = []string{"1999999999"} },
		"at another bank alone": func(c *domain.ChangeClient) { c.Settings.ODFIs = []string{otherODFI} },
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			inAppends(b)
			content := rendered(t, payroll(6))
			b.fault = onceAt("before fill", 2, func() { b.changeClient(gym, change) })
			if _, err := b.upload(content); domain.CodeOf(err) != domain.Suspended && domain.CodeOf(err) != domain.RuleBroken {
				t.Fatalf("it says %v", err)
			}
			// The step had passed its question, so it was filed; nothing after it.
			if f := b.onlyFile(); f.State != domain.FileIsGivenUp || len(f.Ranges) != 2 {
				t.Errorf("the file is %s after %d appends", f.State, len(f.Ranges))
			}
			b.changeClient(gym, func(c *domain.ChangeClient) {
				c.Suspended, c.Settings.SECCodes = false, domain.OriginatedSECs
				c.Settings.CompanyIdentifications, c.Settings.ODFIs = []string{"1840000017"}, []string{ourBank}
			})
			if _, err := b.upload(content); domain.CodeOf(err) != domain.Conflict {
				t.Errorf("asked again it says %v", err)
			}
			b.gone(7)
		})
	}
}

func TestWhatWasChangedWhileAFileWasKeptCountsWhenItIsAccepted(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*domain.ChangeClient)
		code   domain.Code
	}{
		"suspended":         {suspend, domain.Suspended},
		"without the class": {func(c *domain.ChangeClient) { c.Settings.SECCodes, c.Settings.DefaultSEC = []string{"CCD"}, "CCD" }, domain.RuleBroken},
	} {
		b := openBank(t)
		b.fault = onceAt("after keep", 1, func() { b.changeClient(gym, tt.change) })
		if _, err := b.upload(rendered(t, payroll(3))); domain.CodeOf(err) != tt.code {
			t.Errorf("%s: it says %v", name, err)
		}
		if n := len(b.cutFiles()); n != 0 {
			t.Errorf("%s: %d files were opened", name, n)
		}
	}
	b := openBank(t)
	b.fault = onceAt("after keep", 1, func() {
		b.changeClient(gym, func(c *domain.ChangeClient) { c.Settings.Name = "Harbor Gym II" })
	})
	if _, err := b.upload(rendered(t, payroll(3))); err != nil {
		t.Errorf("a change that does not matter: %v", err)
	}
}

func TestAFileLeftOpenOfAClientSuspendedSinceIsGivenUp(t *testing.T) {
	b := openBank(t)
	inAppends(b)
	content := rendered(t, payroll(6))
	b.fault = stopAt("before fill")
	if _, err := b.upload(content); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	b.restart()
	b.changeClient(gym, suspend)
	b.sweep()
	b.changeClient(gym, resume)
	if _, err := b.upload(content); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("asked again it says %v", err)
	}
	b.gone(7)
}

func TestDeliverySwitchedOffWhileAFileIsFilledRefusesIt(t *testing.T) {
	b := openBank(t)
	inAppends(b)
	switched := &switching{}
	b.switched = switched
	b.newWorkers()
	b.fault = onceAt("before fill", 2, func() { switched.off = true })
	var off *DeliveryOffError
	if _, err := b.upload(rendered(t, payroll(6))); !errors.As(err, &off) {
		t.Errorf("it says %v", err)
	}
	switched.off = false
	b.gone(7)
}

// After a failover nothing leaves until the log is confirmed, which may come while
// an order is filled. Nobody switched anything off, and the order is not refused.
func TestAnOrderOutlivesAPauseOfDelivery(t *testing.T) {
	b := openBank(t)
	inAppends(b)
	switched := &switching{}
	b.switched = switched
	b.newWorkers()
	b.fault = onceAt("before fill", 2, func() { switched.paused = true })
	content := rendered(t, payroll(6))
	var off *DeliveryOffError
	for range 2 {
		if _, err := b.upload(content); !errors.As(err, &off) {
			t.Errorf("in the pause it says %v", err)
		}
	}
	switched.paused = false
	done, err := b.upload(content)
	must(t, err)
	b.sweep()
	if f := b.onlyFile(); f.ID != done.FileID || f.State != domain.FileIsDelivered || f.Cut.Totals.Entries != done.Entries || done.Entries != 7 {
		t.Errorf("file %s is %s with %d entries; the answer says %+v", f.ID, f.State, f.Cut.Totals.Entries, done)
	}
	b.verify()
}

// switching is a switch that operations turn, or that is paused.
type switching struct{ off, paused bool }

func (s *switching) Allowed(string) (bool, string) { return !s.off && !s.paused, "off" }

func (s *switching) SwitchedOff(string) bool { return s.off }

func (s *switching) While(ctx context.Context, odfi string, do func(context.Context) error) error {
	return whileAllowed(ctx, s, odfi, do)
}

func TestACutEndsWhenItsClientIsSuspendedAndItsEntriesWait(t *testing.T) {
	b := openBank(t)
	b.limits = small
	b.limits.AppendEvents = 2
	b.newWorkers()
	ids := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = onceAt("before fill", 2, func() { b.changeClient(gym, suspend) })
	b.sweep()
	b.sweepAt("2026-11-20 16:31")
	for _, id := range ids {
		if i := b.item(gym, id); i.State != domain.Pending {
			t.Errorf("transaction %s is %s", id, i.State)
		}
	}
	if n := len(b.sent()); n != 0 {
		t.Errorf("%d files left", n)
	}
	must(t, b.recall(gym, ids[0]))
	b.changeClient(gym, resume)
	b.sweepAt("2026-11-20 22:31")
	for _, id := range ids[1:] {
		i := b.item(gym, id)
		if i.State != domain.Filed {
			t.Errorf("transaction %s is %s", id, i.State)
		} else if f, err := b.File(t.Context(), i.Filing.File); err != nil || f.State != domain.FileIsDelivered {
			t.Errorf("its file is %s, %v", f.State, err)
		}
	}
	b.verify()
}

func TestACutEndsWhenDeliveryIsSwitchedOffAndTheFileWaits(t *testing.T) {
	b := openBank(t)
	b.limits = small
	b.limits.AppendEvents = 2
	switched := &switching{}
	b.switched = switched
	b.newWorkers()
	ids := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = onceAt("before fill", 2, func() { switched.off = true })
	b.sweep()
	if f := b.onlyFile(); f.State != domain.FileOpen || len(f.Ranges) != 2 {
		t.Errorf("the file is %s after %d appends", f.State, len(f.Ranges))
	}
	switched.off = false
	b.sweepAt("2026-11-20 16:31")
	b.settled(gym, ids)
}

// used takes the trace numbers of our bank up to one.
func (b *bank) used(last int) {
	b.t.Helper()
	b.write(domain.TraceStream(ourBank[:8]), domain.LedgerClient, 0, domain.TracesTaken{First: 1, Last: last, On: "2026-11-20"})
}

func TestAnOrderThatCanGetNoTraceNumbersIsRefusedAndANewTryLater(t *testing.T) {
	b := openBank(t)
	b.used(domain.MaxTraceSequence - 3)
	content := rendered(t, payroll(3)) // four entries
	if _, err := b.upload(content); domain.CodeOf(err) != domain.NoTraceNumbers {
		t.Errorf("it says %v", err)
	}
	if n := len(b.cutFiles()); n != 0 {
		t.Errorf("%d files were opened", n)
	}
	b.clock.Set(at("2027-02-10 09:00"))
	b.sweep()
	if n := len(b.sent()); n != 0 {
		t.Errorf("%d files left by themselves", n)
	}
	_, err := b.upload(rendered(t, payroll(3, datedFor("270211"))))
	must(t, err)
}

func datedFor(day string) func(f *nacha.File) {
	return func(f *nacha.File) { f.Batches[0].Header.EffectiveOn, f.Batches[1].Header.EffectiveOn = day, day }
}

func TestAnOrderThatRunsOutOfTraceNumbersIsNeverCompleted(t *testing.T) {
	b := openBank(t)
	inAppends(b)
	b.used(domain.MaxTraceSequence - 100)
	b.fault = onceAt("before fill", 2, func() { // others take the rest meanwhile
		traces, err := b.Ledger.Traces(context.Background(), ourBank[:8])
		must(t, err)
		b.write(domain.TraceStream(ourBank[:8]), domain.LedgerClient, traces.Version,
			domain.TracesTaken{First: traces.Last + 1, Last: domain.MaxTraceSequence, On: "2026-11-20"})
	})
	content := rendered(t, payroll(6))
	if _, err := b.upload(content); domain.CodeOf(err) != domain.NoTraceNumbers {
		t.Errorf("it says %v", err)
	}
	b.gone(7)
	if _, err := b.upload(content); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("asked again it says %v", err)
	}
}

func TestTheShareOfTraceNumbersInUseFallsAsTheyRest(t *testing.T) {
	b := openBank(t)
	b.used(6_000_000)
	for day, want := range map[string]float64{"2026-11-20 15:00": 0.6, "2027-02-01 09:00": 0.6, "2027-02-10 09:00": 0} {
		b.clock.Set(at(day))
		if got, err := b.files.TracesInUse(t.Context(), ourBank); err != nil || got < want-0.001 || got > want+0.001 {
			t.Errorf("on %s %f are in use, %v; want %f", day, got, err, want)
		}
	}
}

func TestTraceNumbersThatRunLowAlarmAtSixAndNineTenths(t *testing.T) {
	for name, tt := range map[string]struct {
		used int
		want string
	}{
		"below":             {5_000_000, ""},
		"over six tenths":   {5_999_998, "WARN"},
		"between":           {7_000_000, ""},
		"over nine tenths":  {8_999_998, "ERROR"},
		"far beyond either": {9_500_000, ""},
	} {
		b := openBank(t)
		b.used(tt.used)
		var log bytes.Buffer
		b.files.Log = slog.New(slog.NewTextHandler(&log, nil))
		b.posts(gym, 4)
		b.sweepAt("2026-11-20 14:31")
		said := ""
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, "trace numbers of an ODFI run low") {
				_, said, _ = strings.Cut(line, "level=")
				said, _, _ = strings.Cut(said, " ")
			}
		}
		if said != tt.want {
			t.Errorf("%s: the log says %q, want %q", name, said, tt.want)
		}
	}
}
