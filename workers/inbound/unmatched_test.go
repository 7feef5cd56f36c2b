package inbound

import (
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

func TestAPersonGivesAPaymentToAClient(t *testing.T) {
	w := newWorld(t)
	w.feed(vector(t, "30"))
	u := w.waits("check-digit")
	for range 2 { // asking twice is asking once
		id, err := w.intake.Assign(t.Context(), u.ID, gym, "")
		must(t, err)
		p := w.transaction(gym, id)
		number, err := w.OpenAccount(gym, p.Account)
		must(t, err)
		if p.Version != 1 || p.Items[0].AmountCents != 151250 || number != "400012345678" || p.Received.Flags[0] != flagByHand {
			t.Errorf("payment %+v, account %s", p, number)
		}
		// Answers leave from our bank, whatever the file contained.
		if p.Received.Entry.Routing != ourBank {
			t.Errorf("routing number %s", p.Received.Entry.Routing)
		}
	}
	if len(w.queue()) != 0 {
		t.Error("it still waits")
	}
	// The money is counted once: when it arrives.
	if s := w.settlement("2026-11-23", domain.FromFed); s.Credits.Cents != 250249 || s.Waiting.Entries != 0 {
		t.Errorf("settlement %+v", s)
	}
	// The same file with another header contains nothing new.
	again := edit(t, vector(t, "30"), "2611230612D", "2611230613D")
	if o := w.feed(again); o.Counts != (domain.InboundApplied{Skipped: 2}) {
		t.Errorf("again: %+v", o)
	}
	w.sound()
}

func TestAPersonBooksAReturn(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	w.feed(render(t, w.returned(ids[0], "R01"), w.returned(ids[0], "R02"),
		w.returned(ids[1], "R01", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents = 1 })))
	byReason := map[string]projections.Unmatched{}
	for _, u := range w.queue() {
		byReason[u.Reason] = u
	}
	if _, err := w.intake.Assign(t.Context(), byReason[duplicate].ID, gym, ids[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := w.intake.Assign(t.Context(), byReason[amountDiffers].ID, gym, ids[1]); err != nil {
		t.Fatal(err)
	}
	items := w.transaction(gym, ids[0]).Items
	if last := items[len(items)-1]; len(items) != 3 || strings.Join(last.Incoming.Flags, " ") != "assigned duplicate" || last.ReplyTo != "item-"+ids[0] {
		t.Errorf("items %+v", items)
	}
	if r := w.only(ids[1], domain.Return); strings.Join(r.Incoming.Flags, " ") != "assigned amount-differs" || r.AmountCents != 1 {
		t.Errorf("return %+v", r)
	}
	w.sound()
}

func TestAReturnThatAPersonBooksSaysWhoHasDiedSince(t *testing.T) {
	for day, want := range map[string]string{"261101": flagByHand, "261231": flagByHand + " " + flagDiesLater} {
		w := newWorld(t)
		id := w.sent()[0]
		w.feed(render(t, w.returned(id, "R14", died(day), func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.OriginalTrace = "231380109999999" })))
		_, err := w.intake.Assign(t.Context(), w.waits(unknownTrace).ID, gym, id)
		must(t, err)
		if got := strings.Join(w.only(id, domain.Return).Incoming.Flags, " "); got != want {
			t.Errorf("of one who died on %s it says %q, want %q", day, got, want)
		}
	}
}

// If several entries left, the return is booked on the one whose trace it
// names.
func TestAReturnIsBookedAtTheEntryItNames(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	other := w.returned(id, "R01", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents = 1 })
	w.feed(render(t, w.returned(id, "R01")))
	w.ask(gym, id, answers.Retry{ItemID: "retry", ReplyTo: w.only(id, domain.Return).ID}, "2026-11-24 10:16")
	w.feed(renderAs(t, "0800", other))
	_, err := w.intake.Assign(t.Context(), w.waits(amountDiffers).ID, gym, id)
	must(t, err)
	items := w.transaction(gym, id).Items
	if last := items[len(items)-1]; last.ReplyTo != "item-"+id {
		t.Errorf("booked at %s", last.ReplyTo)
	}
}

// A return of a wrong amount, or of the wrong direction, fits no entry, and is
// dishonored from the queue. What its bank sends then, corrected, is the return of the
// entry: a person books it there, and it is not disputed once more.
func TestACorrectedReturnIsBookedAtTheEntry(t *testing.T) {
	for name, tt := range map[string]struct {
		wrong  func(*nacha.Entry)
		reason string
	}{
		"its amount was wrong":    {func(e *nacha.Entry) { e.AmountCents++ }, amountDiffers},
		"its direction was wrong": {func(e *nacha.Entry) { e.Code = turned(e.Code) }, sideDiffers},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.sent()[0]
			right := w.returned(id, "R02").Entries[0]
			w.feed(render(t, w.returned(id, "R02", func(h *nacha.BatchHeader, e *nacha.Entry) {
				tt.wrong(e)
				h.ServiceClass = nacha.ServiceClass(nacha.TransactionCode(e.Code).Debit(), nacha.TransactionCode(e.Code).Credit())
			})))
			own, err := w.intake.Return(t.Context(), w.waits(tt.reason).ID, "R69")
			must(t, err)
			w.sweepAt("2026-11-24 14:31")
			dishonor := w.transaction(domain.LedgerClient, own).Items[1].ID
			w.feed(renderAs(t, "0900", w.contested(domain.LedgerClient, own, dishonor, "R74", settles("2026-11-25"), func(h *nacha.BatchHeader, e *nacha.Entry) {
				e.AmountCents, e.Code = right.AmountCents, right.Code
				h.ServiceClass = nacha.ServiceClass(nacha.TransactionCode(e.Code).Debit(), nacha.TransactionCode(e.Code).Credit())
			})))
			_, err = w.intake.Assign(t.Context(), w.waits(tt.reason).ID, gym, id)
			must(t, err)
			back := w.only(id, domain.Return)
			if in := back.Incoming; back.ReplyTo != "item-"+id || in.Entry.Return.Code != "R02" || strings.Join(in.Flags, " ") != flagByHand {
				t.Errorf("booked at %s as %+v with flags %v", back.ReplyTo, in.Entry.Return, in.Flags)
			}
			for _, a := range w.available(id) {
				if a.Name == "dishonor" {
					t.Error("it can be dishonored")
				}
			}
			if _, err := (answers.Dishonor{ItemID: "x", ReplyTo: back.ID, Code: "R68"}).Decide(w.caseOf(gym, id)); domain.CodeOf(err) != domain.RuleBroken {
				t.Errorf("dishonored: %v", err)
			}
			w.sound()
		})
	}
}

// turned is a transaction code of the other direction.
func turned(code int) int {
	if nacha.TransactionCode(code).Debit() {
		return code - 5
	}
	return code + 5
}

// Without the trace number the amount tells which of several entries came back:
// a fee that left last is not taken for the entry that was presented again.
func TestAReturnIsBookedAtTheEntryOfItsAmount(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(render(t, w.returned(id, "R01")))
	back := w.only(id, domain.Return).ID
	w.ask(gym, id, answers.Retry{ItemID: "retry", ReplyTo: back}, "2026-11-24 10:16")
	w.ask(gym, id, answers.ReturnFee{ItemID: "fee", ReplyTo: back, AmountCents: 2500, NoticeGivenOn: "2026-11-20"}, "2026-11-24 14:31")
	nameless := func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.OriginalTrace = "231380109999999" }
	w.feed(renderAs(t, "0800", w.returnedItem(id, "retry", "R01", nameless)))
	_, err := w.intake.Assign(t.Context(), w.waits(unknownTrace).ID, gym, id)
	must(t, err)
	items := w.transaction(gym, id).Items
	if last := items[len(items)-1]; last.ReplyTo != "retry" || strings.Join(last.Incoming.Flags, " ") != flagByHand {
		t.Errorf("booked at %s with flags %v", last.ReplyTo, last.Incoming.Flags)
	}
	w.sound()
}

func TestAPersonBooksANotificationWithItsData(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	w.feed(render(t, w.corrected(ids[0], "C01", "9900112233", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Correction.OriginalTrace = "231380109999999" })))
	u := w.waits(unknownTrace)
	_, err := w.intake.Assign(t.Context(), u.ID, gym, ids[3])
	must(t, err)
	c := w.only(ids[3], domain.Correction)
	data, err := w.dataOf(ids[3])
	must(t, err)
	if data != "9900112233" || c.Incoming.DataMasked != "*****2233" {
		t.Errorf("data %q shown as %q", data, c.Incoming.DataMasked)
	}
}

func TestAPersonSendsBack(t *testing.T) {
	unknown := func(w *world) []byte {
		w.clock.Set(at("2026-11-23 09:00"))
		return render(t, credits("555"))
	}
	second := func(w *world) []byte {
		ids := w.sent()
		w.feed(render(t, w.returned(ids[0], "R01")))
		return renderAs(t, "0800", w.returned(ids[0], "R02"))
	}
	amount := func(w *world) []byte {
		return render(t, w.returned(w.sent()[0], "R01", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents = 1 }))
	}
	change := func(w *world) []byte {
		return render(t, w.corrected(w.sent()[0], "C01", "9900112233", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Correction.OriginalTrace = "231380109999999" }))
	}
	for name, tt := range map[string]struct {
		file func(*world) []byte
		now  string
		code string
		want string // in the file that leaves
		err  domain.Code
	}{
		"a payment to an unknown account":  {unknown, "2026-11-23 09:00", "R03", "799R03121042880000001", ""},
		"a payment under a code of debits": {unknown, "2026-11-23 09:00", "R01", "", domain.RuleBroken},
		"a payment under no code":          {unknown, "2026-11-23 09:00", "R99", "", domain.Invalid},
		"a payment too late":               {unknown, "2026-11-25 09:00", "R03", "", domain.ReturnWindowClosed},
		"a second return, as a duplicate":  {second, "", "R67", "799R67231380100000001", ""},
		"a second return, under no code":   {second, "", "R01", "", domain.Invalid},
		"a second return, too late":        {second, "2026-12-03 09:00", "R67", "", domain.ReturnWindowClosed},
		"a return of another amount":       {amount, "", "R69", "0103               ", ""},
		"a notification for nobody":        {change, "", "C62", "798C62231380109999999", ""},
		"the same two weeks later":         {change, "2026-12-11 09:00", "C62", "", domain.ReturnWindowClosed},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.feed(tt.file(w))
			if tt.now != "" {
				w.clock.Set(at(tt.now))
			}
			u := w.queue()[0]
			id, err := w.intake.Return(t.Context(), u.ID, tt.code)
			if domain.CodeOf(err) != tt.err {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if tt.err != "" {
				if len(w.queue()) != 1 {
					t.Error("it does not wait any more")
				}
				return
			}
			again, err := w.intake.Return(t.Context(), u.ID, tt.code)
			must(t, err)
			if again != id || w.transaction(domain.LedgerClient, id).Version != 2 {
				t.Errorf("asked twice: %s and %s", id, again)
			}
			if err := w.intake.Dismiss(t.Context(), u.ID, "never mind"); domain.CodeOf(err) != domain.AlreadyDone {
				t.Errorf("dismissed: %v", err)
			}
			w.sweepAt(w.Now().Add(2 * time.Hour).In(eastern).Format("2006-01-02 15:04"))
			if file := w.delivered(); !strings.Contains(file, tt.want) {
				t.Errorf("%q is not in the ledger's own file\n%s", tt.want, file)
			}
			w.sound()
		})
	}
}

func TestWhatAPersonCannotDecide(t *testing.T) {
	w := newWorld(t)
	w.client("other", func(s *domain.Settings) { s.ODFIs, s.ReceivingAccounts = []string{"091400606"}, nil })
	ids := w.sent()
	w.feed(render(t, credits("555"), w.returned(ids[0], "R01", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents = 1 })))
	byReason := map[string]string{}
	for _, u := range w.queue() {
		byReason[u.Reason] = u.ID
	}
	payment, back := byReason[unknownAccount], byReason[amountDiffers]
	for name, tt := range map[string]struct {
		ask  func() (string, error)
		code domain.Code
	}{
		"an entry that is not there":      {func() (string, error) { return w.intake.Assign(t.Context(), "no", gym, "") }, domain.NotFound},
		"one to be sent back":             {func() (string, error) { return w.intake.Return(t.Context(), "no", "R03") }, domain.NotFound},
		"a client that is not there":      {func() (string, error) { return w.intake.Assign(t.Context(), payment, "nobody", "") }, domain.Invalid},
		"a client of another bank":        {func() (string, error) { return w.intake.Assign(t.Context(), payment, "other", "") }, domain.RuleBroken},
		"a payment at a transaction":      {func() (string, error) { return w.intake.Assign(t.Context(), payment, gym, ids[0]) }, domain.Invalid},
		"a return without a transaction":  {func() (string, error) { return w.intake.Assign(t.Context(), back, gym, "") }, domain.Invalid},
		"a transaction that is not there": {func() (string, error) { return w.intake.Assign(t.Context(), back, gym, "none") }, domain.Invalid},
		"a return where nothing was sent": {func() (string, error) { return w.intake.Assign(t.Context(), back, gym, w.pending()) }, domain.RuleBroken},
		"a dismissal that says nothing":   {func() (string, error) { return "", w.intake.Dismiss(t.Context(), payment, "") }, domain.Invalid},
	} {
		if _, err := tt.ask(); domain.CodeOf(err) != tt.code {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
	must(t, w.intake.Dismiss(t.Context(), payment, "the bank took it back"))
	must(t, w.intake.Dismiss(t.Context(), payment, "the bank took it back"))
	if _, err := w.intake.Return(t.Context(), payment, "R03"); domain.CodeOf(err) != domain.AlreadyDone {
		t.Errorf("sent back after a dismissal: %v", err)
	}
}

// pending returns a transaction that has not left.
func (w *world) pending() string {
	return w.originate(domain.Proposal{
		SEC: "PPD", PushPull: domain.Pull, ToRouting: theirBank, ToAccountType: domain.Checking, ToName: "LATER", Description: "DUES", AmountCents: 100,
	}, "88003")
}
