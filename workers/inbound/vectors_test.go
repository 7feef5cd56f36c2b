package inbound

import (
	"bytes"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

func TestAReturnForWantOfFunds(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	o := w.feed(vector(t, "02"))
	if o.State != "applied" || o.Counts != (domain.InboundApplied{Applied: 1}) {
		t.Errorf("outcome %+v", o)
	}
	r := w.only(ids[0], domain.Return)
	if r.Incoming.Entry.Return.Code != "R01" || r.ReplyTo != "item-"+ids[0] || r.AmountCents != 1025 || r.SettledOn != "2026-11-24" || len(r.Incoming.Flags) > 0 {
		t.Errorf("return %+v", r)
	}
	if r.Incoming.Entry.Account != "" {
		t.Error("the account number is in the log")
	}
	var retry time.Time
	for _, a := range w.available(ids[0]) {
		if a.Name == "retry" {
			retry = a.Deadline
		}
	}
	// 180 days after Monday 2026-11-23 is Saturday 2027-05-22.
	if want := at("2027-05-22 02:15"); !retry.Equal(want) {
		t.Errorf("retry until %s, want %s", retry, want)
	}
	if again := w.feedAs("again.ach", vector(t, "02")); again.State != Duplicate || again.Of != "applied" || again.ID != o.ID {
		t.Errorf("the same again: %+v", again)
	}
	w.only(ids[0], domain.Return)
	w.sound()
}

func TestSixNotificationsOfChange(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	if o := w.feed(vector(t, "04")); o.State != "applied" || o.Counts.Applied != 6 {
		t.Fatalf("outcome %+v", o)
	}
	for n, want := range map[int]struct{ code, data, masked string }{
		3: {"C01", "9900112233", "*****2233"},
		4: {"C02", "076401251", "076401251"},
		5: {"C03", "076401251   9900112244", "076401251 *****2244"},
		6: {"C05", "37", "37"},
		7: {"C06", "9900 112255-A       37", "*****55-A 37"},
		8: {"C07", "0764012519900112266       37", "076401251 *****2266 37"},
	} {
		c := w.only(ids[n-1], domain.Correction)
		data, err := w.dataOf(ids[n-1])
		must(t, err)
		if c.Incoming.Entry.Correction.Code != want.code || data != want.data || c.Incoming.DataMasked != want.masked || len(c.Incoming.Flags) > 0 {
			t.Errorf("entry %d: %s %q shown as %q, flags %v", n, c.Incoming.Entry.Correction.Code, data, c.Incoming.DataMasked, c.Incoming.Flags)
		}
		if c.Incoming.Entry.Correction.Data != "" || c.AmountCents != 0 {
			t.Errorf("entry %d: corrected data is in the log, or money moved", n)
		}
	}
	if s := w.settlement("2026-11-24", domain.FromFed); s.NetCents() != 0 || s.Debits.Entries != 0 {
		t.Errorf("settlement %+v", s)
	}
	w.sound()
}

func TestPayrollCredits(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	o := w.feed(vector(t, "05"))
	if o.State != "applied" || o.Counts.Applied != 2 {
		t.Fatalf("outcome %+v", o)
	}
	list := w.received(gym)
	if len(list) != 2 {
		t.Fatalf("%d payments", len(list))
	}
	for i, want := range []struct {
		cents        int64
		number, kind string
		code         int
	}{{151250, "400012345678", domain.Checking, 22}, {98999, "500098765432", domain.Savings, 32}} {
		p := list[i]
		number, err := w.OpenAccount(gym, p.Account)
		must(t, err)
		item := p.Origination()
		if item.AmountCents != want.cents || number != want.number || item.SettledOn != "2026-11-23" || p.Received.Entry.Code != want.code || p.Received.Entry.Account != "" {
			t.Errorf("payment %d: %+v, account %s", i, item, number)
		}
		sealed, err := w.SealAccountIn("", gym, ourBank, want.number, want.kind)
		must(t, err)
		if p.Account.Fingerprint != sealed.Fingerprint {
			t.Errorf("payment %d: the fingerprint is not that of a %s account", i, want.kind)
		}
	}
	for _, number := range []string{"20", "21"} {
		if again := w.feedAs(number, vector(t, number)); again.State != Duplicate || again.ID != o.ID {
			t.Errorf("vector %s: %+v", number, again)
		}
	}
	s := w.settlement("2026-11-23", domain.FromFed)
	if s.ODFI != ourBank || s.Credits.Entries != 2 || s.Credits.Cents != 250249 || s.NetCents() != 250249 {
		t.Errorf("settlement %+v", s)
	}
	w.sound()
}

func TestACorporateDebitWithAddenda(t *testing.T) {
	w := newWorld(t)
	w.feed(vector(t, "06"))
	list := w.received(gym)
	if len(list) != 1 {
		t.Fatalf("%d payments", len(list))
	}
	e := list[0].Received.Entry
	if e.AmountCents != 2500000 || e.Code != 27 || len(e.Addenda05) != 1 || e.Addenda05[0] != `TXP*750000099*0110*261031*T*2500000\` {
		t.Errorf("entry %+v", e)
	}
	if s := w.settlement("2026-11-23", domain.FromFed); s.NetCents() != -2500000 {
		t.Errorf("settlement %+v", s)
	}
}

func TestACreditFromAbroad(t *testing.T) {
	w := newWorld(t)
	w.feed(vector(t, "07"))
	list := w.received(gym)
	if len(list) != 1 {
		t.Fatalf("%d payments", len(list))
	}
	e := list[0].Received.Entry
	if e.AmountCents != 123456 || e.IAT == nil || e.IAT.Receiver.Name != "ADA EXAMPLE" || e.IAT.Originator.Name != "NORTH SENDER" ||
		e.IAT.OriginatorBank.Name != "BANQUE EXEMPLE" || e.IAT.Receiver.CityState != `SCRANTON*PA\` || e.IAT.Remittance[0] != "RENT NOVEMBER" {
		t.Errorf("entry %+v, %+v", e, e.IAT)
	}
}

func TestOnlyTheEntryWithAWrongCheckDigitWaits(t *testing.T) {
	w := newWorld(t)
	o := w.feed(vector(t, "30"))
	if o.State != "applied" || o.Counts != (domain.InboundApplied{Applied: 1, Unmatched: 1}) {
		t.Errorf("outcome %+v", o)
	}
	u := w.waits("check-digit")
	if u.AmountCents != 151250 || u.Line != 3 || u.AccountTail != "5678" || u.Deadline.IsZero() {
		t.Errorf("queue %+v", u)
	}
	if list := w.received(gym); len(list) != 1 || list[0].Items[0].AmountCents != 98999 {
		t.Errorf("payments %+v", list)
	}
	// All of the file's money is accounted for.
	if s := w.settlement("2026-11-23", domain.FromFed); s.Credits.Cents != 250249 || s.Waiting.Cents != 151250 {
		t.Errorf("settlement %+v", s)
	}
	w.sound()
}

func TestABatchOutOfBalanceIsNotApplied(t *testing.T) {
	w := newWorld(t)
	o := w.feed(vector(t, "31"))
	if o.State != "quarantined" || len(o.Reasons) == 0 || o.Reasons[0].Code != "entry-hash" || o.Reasons[0].Line != 5 {
		t.Errorf("outcome %+v", o)
	}
	w.nothingApplied()
}

func TestAFileWithoutItsEndIsNotApplied(t *testing.T) {
	w := newWorld(t)
	o := w.feed(vector(t, "37"))
	if o.State != "quarantined" || len(o.Reasons) != 1 || o.Reasons[0].Code != "file-control" {
		t.Errorf("outcome %+v", o)
	}
	w.nothingApplied()
}

// nothingApplied fails the test if an entry was placed.
func (w *world) nothingApplied() {
	w.t.Helper()
	for _, r := range w.events("") {
		switch domain.Aggregate(r.Stream) {
		case "transaction", "unmatched":
			w.t.Errorf("position %d: %s of %s", r.Position, r.Type, r.Stream)
		}
	}
}

// The first vector is the file that the other vectors answer.
func TestTheEightLeaveAsInTheVector(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	for n, id := range ids {
		i := w.origination(id)
		if i.Filing == nil || !bytes.Contains(vector(t, "01"), []byte("0"+i.Filing.Trace+"\n")) || i.Filing.Trace[14] != byte('1'+n) {
			t.Errorf("entry %d: %+v", n+1, i.Filing)
		}
	}
	s := w.settlement("2026-11-23", domain.ToFed)
	if s.Debits.Entries != 8 || s.Debits.Cents != 36200 || s.NetCents() != 36200 {
		t.Errorf("settlement %+v", s)
	}
}
