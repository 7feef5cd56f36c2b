package inbound

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

func TestWhoseAReceivingAccountIs(t *testing.T) {
	for name, tt := range map[string]struct {
		account string
		client  string // "": it waits for a person
	}{
		"an exact number":                     {"1234567890", "exact"},
		"the same with spaces and hyphens":    {" 1234-567 890", "exact"},
		"letters in another case":             {"ab12", "letters"},
		"a number that begins like it":        {"12345678901", ""},
		"a prefix":                            {"7712", "short"},
		"the longest prefix":                  {"7734", "long"},
		"a prefix behind a space":             {" 7 734", "long"},
		"an exact number inside a prefix":     {"7700", "exact"},
		"leading zeros count":                 {"01234567890", ""},
		"a prefix of seventeen characters":    {"77345678901234567", "long"},
		"nobody's":                            {"555", ""},
		"of a client of another bank of ours": {"8888", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := emptyWorld(t)
			for client, patterns := range map[string][]string{
				"exact": {"1234567890", "7700"}, "short": {"77*"}, "long": {"773*"}, "letters": {"AB12"},
			} {
				w.client(client, func(s *domain.Settings) { s.ReceivingAccounts = w.patterns(patterns...) })
			}
			w.client("elsewhere", func(s *domain.Settings) {
				s.ODFIs, s.ReceivingAccounts = []string{"091400606"}, w.patterns("8888")
			})
			w.feed(render(t, credits(tt.account)))
			for _, client := range []string{"exact", "short", "long", "letters", "elsewhere"} {
				if got := len(w.received(client)); (got == 1) != (client == tt.client) {
					t.Errorf("%s has %d payments", client, got)
				}
			}
			if tt.client == "" {
				w.waits(unknownAccount)
			}
		})
	}
}

func TestAnAccountOfSeveralClientsIsForAPerson(t *testing.T) {
	w := emptyWorld(t)
	for _, client := range []string{"one", "two"} {
		w.client(client, func(s *domain.Settings) { s.ReceivingAccounts = w.patterns("99*") })
	}
	w.feed(render(t, credits("9912")))
	if u := w.waits(ambiguousAccount); !slices.Equal(u.Candidates, []string{"one/", "two/"}) {
		t.Errorf("candidates %v", u.Candidates)
	}
}

func TestClientsThatComeLaterAreKnownAtOnce(t *testing.T) {
	w := newWorld(t)
	w.feed(render(t, credits("8801")))
	w.waits(unknownAccount)
	w.client("late", func(s *domain.Settings) { s.ReceivingAccounts = w.patterns("8802") })
	w.feed(renderAs(t, "0800", credits("8802")))
	if len(w.received("late")) != 1 {
		t.Error("the new client's payment did not come")
	}
}

func TestAnUnknownAccountWaitsWithTheReturnDeadlineOnIt(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	w.feed(render(t, credits("555")))
	u := w.waits(unknownAccount)
	// Settled on Monday: the return has to reach the other bank by the opening
	// of Wednesday, so it has to leave by 02:15 on Wednesday.
	if !u.Deadline.Equal(at("2026-11-25 02:15")) || u.SettledOn != "2026-11-23" || u.AccountTail != "5" || u.Routing != ourBank {
		t.Errorf("queue %+v", u)
	}
}

// returning makes a client return payments to unknown accounts.
func returning(s *domain.Settings) { s.UnknownAccounts = domain.ReturnUnknown }

func TestPaymentsForNobodyGoBackByThemselves(t *testing.T) {
	w := newWorld(t, returning)
	w.clock.Set(at("2026-11-23 09:00"))
	o := w.feed(render(t, credits("555", "400012345678")))
	if o.Counts != (domain.InboundApplied{Applied: 2}) || len(w.queue()) != 0 {
		t.Errorf("outcome %+v, queue %+v", o, w.queue())
	}
	list := w.received(domain.LedgerClient)
	if len(list) != 1 || len(list[0].Items) != 2 {
		t.Fatalf("the ledger's own transactions: %+v", list)
	}
	r := list[0].Items[1]
	if r.Kind != domain.Return || r.Outgoing.Code != "R03" || r.Outgoing.LeaveBy != at("2026-11-25 02:15").UTC().Format("2006-01-02T15:04:05Z") {
		t.Errorf("return %+v", r.Outgoing)
	}
	w.sweepAt("2026-11-23 10:16")
	file := w.delivered()
	for _, want := range []string{"2313801042611231016A", "621121042882555 ", "799R03121042880000001      23138010"} {
		if !strings.Contains(file, want) {
			t.Errorf("%q is not in the ledger's own file\n%s", want, file)
		}
	}
	// The return settles on the same day, and so balances the payment.
	if s := w.settlement("2026-11-23", domain.ToFed); s.ReturnedCredits != sum(1, 100) || s.NetCents() != -100 {
		t.Errorf("settlement %+v", s)
	}
	w.sound()
}

// delivered returns the newest file in the outbox.
func (w *world) delivered() string {
	w.t.Helper()
	return read(w.t, w.outbox(), w.lastFile().Rendered.Name)
}

// lastFile returns the file that was delivered last.
func (w *world) lastFile() domain.File {
	w.t.Helper()
	files := w.events((domain.FileRendered{}).Type())
	if len(files) == 0 {
		w.t.Fatal("no file was rendered")
	}
	file, err := w.File(w.t.Context(), strings.TrimPrefix(files[len(files)-1].Stream, "file/"))
	must(w.t, err)
	if !file.Transmitted() {
		w.t.Fatalf("file %s is %s", file.ID, file.State)
	}
	return file
}

func TestNothingGoesBackByItself(t *testing.T) {
	for name, setUp := range map[string]func(*world){
		"unless every client of the bank wants it": func(w *world) { w.client("careful") },
		"when it is too late":                      func(w *world) { w.clock.Set(at("2026-11-25 09:00")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, returning)
			w.clock.Set(at("2026-11-23 09:00"))
			setUp(w)
			w.feed(render(t, credits("555")))
			w.waits(unknownAccount)
		})
	}
	t.Run("while clients of other banks do not count", func(t *testing.T) {
		w := newWorld(t, returning)
		w.client("elsewhere", func(s *domain.Settings) { s.ODFIs = []string{"091400606"} })
		w.clock.Set(at("2026-11-23 09:00"))
		w.feed(render(t, credits("555")))
		if n := len(w.received(domain.LedgerClient)); n != 1 {
			t.Errorf("%d went back", n)
		}
	})
}

func TestEntriesForOtherBanks(t *testing.T) {
	w := newWorld(t)
	mixed := credits("400012345678", "400012345679")
	mixed.Entries[1].Routing = "091400606"
	foreign := credits("400012345678")
	foreign.Entries[0].Routing = "091400606"
	foreign.Entries[0].Trace = theirBank[:8] + "0000009"
	o := w.feed(render(t, mixed, foreign))
	if o.State != "partly_quarantined" || o.Counts != (domain.InboundApplied{Applied: 1, Unmatched: 1}) ||
		len(o.Reasons) != 1 || o.Reasons[0].Code != NotOurs || o.Reasons[0].Line != 6 {
		t.Errorf("outcome %+v", o)
	}
	w.waits(notOurRouting)

	// A bank that was set up is ours even without a client.
	w.bank("091400606")
	w.feed(renderAs(t, "0800", foreign))
	if list := w.queue(); len(list) != 2 || list[1].Reason != unknownAccount && list[0].Reason != unknownAccount {
		t.Errorf("queue %+v", list)
	}
}

func TestPrenotesAndZeroDollarEntriesAreReceived(t *testing.T) {
	w := newWorld(t)
	b := credits("400012345678", "400012345679")
	b.Header.SEC = "CCD"
	b.Entries[0].Code, b.Entries[0].AmountCents = 23, 0
	b.Entries[1].Code, b.Entries[1].AmountCents, b.Entries[1].Addenda05 = 24, 0, []string{"RMR*IV*17"}
	if o := w.feed(render(t, b)); o.Counts.Applied != 2 {
		t.Errorf("outcome %+v, %+v", o, w.queue())
	}
}

func TestKindsWeDoNotReadAreKeptRaw(t *testing.T) {
	w := newWorld(t)
	content := edit(t, vector(t, "05"), "PPDPAYROLL", "XCKPAYROLL")
	o := w.feed(content)
	if o.Counts != (domain.InboundApplied{Unmatched: 2}) {
		t.Fatalf("outcome %+v", o)
	}
	u := w.queue()[0]
	if u.Reason != nacha.UnreadClass || u.AmountCents != 151250 {
		t.Errorf("queue %+v", u)
	}
	entry, err := w.Unmatched(t.Context(), u.ID)
	must(t, err)
	open, own, err := w.OpenQueued(entry.Queued)
	must(t, err)
	raw := open.Raw
	if own {
		t.Error("it is sealed with the ledger's own keys, which outlive every client's")
	}
	if !strings.Contains(string(content), strings.TrimRight(raw, "\n")) || !strings.HasPrefix(raw, "622231380104400012345678") {
		t.Errorf("kept %q", raw)
	}
	for _, r := range w.events("") {
		if strings.Contains(string(r.Data), "400012345678") {
			t.Errorf("position %d: an account number is in the log", r.Position)
		}
	}
	if _, err := w.intake.Assign(t.Context(), u.ID, gym, ""); domain.CodeOf(err) != domain.RuleBroken {
		t.Errorf("assigned: %v", err)
	}
	must(t, w.intake.Dismiss(t.Context(), u.ID, "settled with the bank"))
}

func TestAnEntryThatNoEventCouldHoldIsKeptRaw(t *testing.T) {
	w := newWorld(t)
	b := credits("400012345678")
	b.Header.SEC = "CTX"
	for range nacha.MaxAddenda {
		b.Entries[0].Addenda05 = append(b.Entries[0].Addenda05, strings.Repeat("&", 80)) // six bytes each in JSON
	}
	w.feed(render(t, b))
	u := w.waits(tooLong)
	entry, err := w.Unmatched(t.Context(), u.ID)
	must(t, err)
	open, _, err := w.OpenQueued(entry.Queued)
	must(t, err)
	raw := open.Raw
	if len(raw) != 95*(1+nacha.MaxAddenda) || u.AmountCents != 100 {
		t.Errorf("%d bytes kept", len(raw))
	}
}

// A payment for an unknown receiver is returned by the deadline of the bank
// that received it: a bank that takes files until five cannot use them at
// night.
func TestWhatIsForNobodyGoesBackInTimeForItsBank(t *testing.T) {
	until5 := calendar.Terms{Deadlines: []calendar.BankDeadline{{At: "17:00", Settles: calendar.SettlesByLeadDays}}}
	last := at("2026-11-24 17:00")
	t.Run("by itself", func(t *testing.T) {
		w := newWorld(t, returning)
		w.bank(ourBank, until5)
		w.clock.Set(at("2026-11-23 09:00"))
		w.feed(render(t, credits("555")))
		if r := w.received(domain.LedgerClient)[0].Items[1]; r.Outgoing.LeaveBy != last.UTC().Format(time.RFC3339) {
			t.Errorf("the return leaves by %s, want %s", r.Outgoing.LeaveBy, last.UTC())
		}
	})
	t.Run("as a person says", func(t *testing.T) {
		w := newWorld(t)
		w.bank(ourBank, until5)
		w.clock.Set(at("2026-11-23 09:00"))
		w.feed(render(t, credits("555")))
		u := w.waits(unknownAccount)
		if !u.Deadline.Equal(last) {
			t.Errorf("it waits until %s, want %s", u.Deadline, last)
		}
		w.clock.Set(last)
		if _, err := w.intake.Return(t.Context(), u.ID, "R03"); domain.CodeOf(err) != domain.ReturnWindowClosed {
			t.Errorf("then a person is told %v", err)
		}
	})
}
