package workers

import (
	"context"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

func batching(change func(*domain.Batching)) func(*domain.Settings) {
	return func(s *domain.Settings) { change(&s.Batching) }
}

// What each threshold does to what a client posted on Friday at 14:05.
func TestAFileIsCutAtAThreshold(t *testing.T) {
	for name, tt := range map[string]struct {
		batching func(*domain.Batching)
		posts    int
		now      string
		why      domain.Why // "" waits
	}{
		"the last entry but one waits":            {func(b *domain.Batching) { b.MaxEntries = 3 }, 2, "2026-11-20 14:05", ""},
		"the entry that reaches the number cuts":  {func(b *domain.Batching) { b.MaxEntries = 3 }, 3, "2026-11-20 14:05", domain.WhyEntries},
		"more entries than the number cut too":    {func(b *domain.Batching) { b.MaxEntries = 3 }, 4, "2026-11-20 14:05", domain.WhyEntries},
		"a cent below the amount waits":           {func(b *domain.Batching) { b.MaxAmountCents = 2051 }, 2, "2026-11-20 14:05", ""},
		"the amount to the cent cuts":             {func(b *domain.Batching) { b.MaxAmountCents = 2050 }, 2, "2026-11-20 14:05", domain.WhyCents},
		"an entry a minute too young waits":       {func(b *domain.Batching) { b.MaxAge = "15m" }, 1, "2026-11-20 14:19", ""},
		"an entry of that age cuts":               {func(b *domain.Batching) { b.MaxAge = "15m" }, 1, "2026-11-20 14:20", domain.WhyAge},
		"a minute before a window waits":          {func(*domain.Batching) {}, 1, "2026-11-20 14:29", ""},
		"a window cuts what is there":             {func(*domain.Batching) {}, 1, "2026-11-20 14:30", domain.WhyWindow},
		"a window that passed meanwhile cuts":     {func(*domain.Batching) {}, 1, "2026-11-20 15:10", domain.WhyWindow},
		"a window of the client's own cuts":       {func(b *domain.Batching) { b.Windows = []string{"14:07"} }, 1, "2026-11-20 14:07", domain.WhyWindow},
		"and others are not the client's":         {func(b *domain.Batching) { b.Windows = []string{"09:00"} }, 1, "2026-11-20 23:59", ""},
		"windows are for banking days":            {func(b *domain.Batching) { b.Windows = []string{"09:00"} }, 1, "2026-11-22 12:00", ""},
		"so Friday's entry leaves on Monday":      {func(b *domain.Batching) { b.Windows = []string{"09:00"} }, 1, "2026-11-23 09:00", domain.WhyWindow},
		"age counts on a Saturday":                {func(b *domain.Batching) { b.MaxAge, b.Windows = "24h", []string{} }, 1, "2026-11-21 14:05", domain.WhyAge},
		"without windows nothing but age cuts":    {func(b *domain.Batching) { b.MaxAge, b.Windows = "72h", []string{} }, 1, "2026-11-23 14:04", ""},
		"entries count before cents and age":      {func(b *domain.Batching) { b.MaxEntries, b.MaxAmountCents = 1, 1 }, 1, "2026-11-20 14:05", domain.WhyEntries},
		"nothing to cut is no file at any window": {func(*domain.Batching) {}, 0, "2026-11-20 16:30", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, batching(tt.batching))
			b.posts(gym, tt.posts)
			b.sweepAt(tt.now)
			switch files := b.cutFiles(); {
			case tt.why == "" && len(files) > 0:
				t.Errorf("cut because of %q, and should wait", files[0].Opened.Why)
			case tt.why == "":
			case len(files) != 1:
				t.Errorf("%d files, want one because of %q", len(files), tt.why)
			case files[0].Opened.Why != tt.why || files[0].Cut.Totals.Entries != tt.posts:
				t.Errorf("cut %d entries because of %q, want %d because of %q",
					files[0].Cut.Totals.Entries, files[0].Opened.Why, tt.posts, tt.why)
			}
			b.verify()
		})
	}
}

func TestAWindowThatPassedOverSomethingIsMissed(t *testing.T) {
	b := openBank(t)
	missed := func(now string) int {
		t.Helper()
		b.clock.Set(at(now))
		n, err := b.batcher.WindowsMissed(t.Context(), at(now))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := missed("2026-11-20 14:31"); n != 0 {
		t.Errorf("with nothing there %d windows are missed", n)
	}
	b.clock.Set(at("2026-11-20 14:40"))
	b.post(gym, pull(1))
	if n := missed("2026-11-20 14:45"); n != 0 {
		t.Errorf("before the next window %d are missed", n)
	}
	if n := missed("2026-11-20 16:31"); n != 1 {
		t.Errorf("of what nobody cut at its window %d are missed, want 1", n)
	}
	b.sweep()
	if n := missed("2026-11-20 16:32"); n != 0 {
		t.Errorf("once it is cut %d windows are missed", n)
	}
	b.verify()
}

func TestTheNumberCountsOverAllOfAClientsBanks(t *testing.T) {
	b := openBank(t, func(s *domain.Settings) {
		s.ODFIs, s.Batching.MaxEntries = []string{ourBank, otherODFI}, 2
	})
	b.post(gym, pull(1, func(p *domain.Proposal) { p.FromRouting = ourBank }))
	b.sweep()
	if n := len(b.cutFiles()); n != 0 {
		t.Fatalf("one of two entries was cut into %d files", n)
	}
	b.post(gym, pull(2, func(p *domain.Proposal) { p.FromRouting = otherODFI }))
	b.sweep()
	files := b.cutFiles()
	if len(files) != 2 || files[0].Opened.ODFI == files[1].Opened.ODFI {
		t.Errorf("%d files, want one for each bank", len(files))
	}
	b.verify()
}

func TestTheOldestEntryCountsWhicheverBankItIsFor(t *testing.T) {
	for _, first := range []string{ourBank, otherODFI} {
		b := openBank(t, func(s *domain.Settings) {
			s.ODFIs, s.Batching.MaxAge = []string{ourBank, otherODFI}, "15m"
		})
		b.post(gym, pull(1, func(p *domain.Proposal) { p.FromRouting = first }))
		b.clock.Set(at("2026-11-20 14:15"))
		for _, odfi := range []string{ourBank, otherODFI} {
			b.post(gym, pull(2, func(p *domain.Proposal) { p.FromRouting = odfi }))
		}
		b.sweepAt("2026-11-20 14:20")
		if n := len(b.cutFiles()); n != 2 {
			t.Errorf("the oldest is for %s: %d files, want one for each bank", first, n)
		}
	}
}

// When the batcher looks again, if nothing happens before.
func TestTheBatcherKnowsWhenSomethingFallsDueNext(t *testing.T) {
	for name, tt := range map[string]struct {
		batching func(*domain.Batching)
		waits    func(b *bank)
		want     string // "" never
	}{
		"nothing waits":                       {func(*domain.Batching) {}, func(*bank) {}, ""},
		"a payment waits for the next window": {func(*domain.Batching) {}, func(b *bank) { b.posts(gym, 1) }, "2026-11-20 14:30"},
		"or for its age":                      {func(b *domain.Batching) { b.MaxAge = "10m" }, func(b *bank) { b.posts(gym, 1) }, "2026-11-20 14:15"},
		"a dated one for its day":             {func(*domain.Batching) {}, func(b *bank) { b.post(gym, pull(1, on("2026-11-27"))) }, "2026-11-25 03:00"},
		"an answer for the default windows": {func(b *domain.Batching) { b.Windows, b.MaxAge = []string{}, "720h" },
			func(b *bank) { b.answer(gym, b.receive(gym), returned, r01) }, "2026-11-20 14:30"},
		"or for its deadline": {func(b *domain.Batching) { b.Windows = []string{"09:00"} }, func(b *bank) {
			b.answer(gym, b.receive(gym), returned, domain.Outgoing{Code: "R01", LeaveBy: at("2026-11-21 02:15").Format(time.RFC3339)})
		}, "2026-11-21 02:00"},
		"a suspended client's payment for nothing": {func(*domain.Batching) {}, func(b *bank) {
			b.posts(gym, 1)
			b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = true })
		}, ""},
		"nor does one whose delivery is off": {func(*domain.Batching) {}, func(b *bank) {
			b.posts(gym, 1)
			b.switched = offFor(ourBank)
			b.newWorkers()
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, batching(tt.batching))
			tt.waits(b)
			got, err := b.batcher.NextWake(t.Context())
			must(t, err)
			if tt.want == "" && !got.IsZero() || tt.want != "" && !got.Equal(at(tt.want)) {
				t.Errorf("it wakes at %s, want %q", eastern(got), tt.want)
			}
		})
	}
}

func TestOneClientsEntriesDoNotFillAnothers(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 2 }))
	b.client("yoga", batching(func(b *domain.Batching) { b.MaxEntries = 2 }))
	b.post(gym, pull(1))
	b.post("yoga", pull(1))
	b.sweep()
	if n := len(b.cutFiles()); n != 0 {
		t.Fatalf("two clients with one entry each were cut into %d files", n)
	}
	b.sweepAt("2026-11-20 14:30")
	files := b.cutFiles()
	if len(files) != 2 || files[0].Opened.Client == files[1].Opened.Client {
		t.Errorf("%d files, want one for each client", len(files))
	}
	if files[0].Cut.Modifier == files[1].Cut.Modifier {
		t.Errorf("both files of one minute have modifier %s", files[0].Cut.Modifier)
	}
	b.verify()
}

func TestAWindowMissedWhileTheProcessWasDownIsCutAtStart(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 3)
	b.close()
	b.clock.Set(at("2026-11-20 16:00")) // the 14:30 window passed
	b.open()
	b.sweep()
	if f := b.onlyFile(); f.Opened.Why != domain.WhyWindow || f.Cut.CreatedAt != "1600" {
		t.Errorf("cut because of %q at %s, want the window, at the start", f.Opened.Why, f.Cut.CreatedAt)
	}
	b.sweep()
	b.post(gym, pull(4))
	b.sweep()
	b.onlyFile() // the next one waits for its own window
	b.sweepAt("2026-11-20 16:30")
	if n := len(b.cutFiles()); n != 2 {
		t.Errorf("%d files after the next window, want 2", n)
	}
	b.verify()
}

func TestAWindowIsMissedByWhatWasDueThen(t *testing.T) {
	b := openBank(t)
	tuesday := b.post(gym, pull(1, on("2026-11-24"))) // made before Friday's windows, due after them
	b.clock.Set(at("2026-11-23 03:30"))
	new := b.post(gym, pull(2))
	b.sweepAt("2026-11-23 04:00")
	if n := len(b.cutFiles()); n != 0 {
		t.Fatalf("nothing had been due by Friday 22:30, and %d files were cut on Monday at 04:00", n)
	}
	b.sweepAt("2026-11-23 10:15")
	b.settled(gym, []string{tuesday, new})
}

func TestAHeldEntryWaitsHoweverLong(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 2 }))
	ids := b.posts(gym, 2)
	b.write(domain.TransactionStream(gym, ids[0]), gym, 1, domain.TransactionHeld{ItemID: itemOf(ids[0]), Reason: "screening"})
	b.sweep()
	if n := len(b.cutFiles()); n != 0 {
		t.Fatalf("a held entry counted: %d files", n)
	}
	b.sweepAt("2026-11-20 14:30")
	if f := b.onlyFile(); f.Cut.Totals.Entries != 1 || b.item(gym, ids[0]).State != domain.Held {
		t.Errorf("%d entries cut, and the held one is %s", f.Cut.Totals.Entries, b.item(gym, ids[0]).State)
	}
	b.write(domain.TransactionStream(gym, ids[0]), gym, 2, domain.TransactionApproved{ItemID: itemOf(ids[0])})
	b.sweepAt("2026-11-20 16:30")
	if b.item(gym, ids[0]).State != domain.Filed {
		t.Error("the approved entry did not leave")
	}
	b.verify()
}

func TestRecalledAndRejectedEntriesAreInNoFile(t *testing.T) {
	b := openBank(t)
	ids := b.posts(gym, 3)
	must(t, b.recall(gym, ids[0]))
	b.write(domain.TransactionStream(gym, ids[1]), gym, 1, domain.TransactionRejected{ItemID: itemOf(ids[1]), Reason: "no"})
	b.sweepAt("2026-11-20 14:30")
	if f := b.onlyFile(); f.Cut.Totals.Entries != 1 || b.item(gym, ids[2]).Filing == nil {
		t.Errorf("%d entries in the file, want the one that was neither recalled nor rejected", f.Cut.Totals.Entries)
	}
	b.verify()
}

func TestASuspendedClientsEntriesStay(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 1 }))
	ids := b.posts(gym, 1)
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = true })
	b.sweepAt("2026-11-20 16:30")
	if n := len(b.cutFiles()); n != 0 {
		t.Fatalf("%d files were cut for a suspended client", n)
	}
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = false })
	b.sweep()
	if b.item(gym, ids[0]).State != domain.Filed {
		t.Error("the entry did not leave when the client was back")
	}
	b.verify()
}

// offFor is a switch that is off for one ODFI.
type offFor string

func (s offFor) Allowed(odfi string) (bool, string) {
	return odfi != string(s), "the folder was restored"
}

func (s offFor) SwitchedOff(odfi string) bool { return odfi == string(s) }

func (s offFor) While(ctx context.Context, odfi string, do func(context.Context) error) error {
	return whileAllowed(ctx, s, odfi, do)
}

func whileAllowed(ctx context.Context, s DeliverySwitch, odfi string, do func(context.Context) error) error {
	if ok, reason := s.Allowed(odfi); !ok {
		return &DeliveryOffError{odfi, reason}
	}
	return do(ctx)
}

func TestNothingIsCutOrDeliveredWhereDeliveryIsOff(t *testing.T) {
	b := openBank(t, func(s *domain.Settings) {
		s.ODFIs, s.Batching.MaxEntries = []string{ourBank, otherODFI}, 1
	})
	b.switched = offFor(ourBank)
	b.newWorkers()
	b.post(gym, pull(1, func(p *domain.Proposal) { p.FromRouting = ourBank }))
	b.post(gym, pull(2, func(p *domain.Proposal) { p.FromRouting = otherODFI }))
	b.sweep()
	if f := b.onlyFile(); f.Opened.ODFI != otherODFI {
		t.Fatalf("a file was cut for %s", f.Opened.ODFI)
	}
	b.switched = AlwaysOn{}
	b.newWorkers()
	b.sweep()
	if n := len(b.sent()); n != 2 {
		t.Errorf("%d files in the outbox once delivery is on, want 2", n)
	}
	b.verify()
}
