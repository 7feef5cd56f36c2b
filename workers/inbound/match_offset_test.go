package inbound

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// The bank's answers to an offset wait for a person, marked as such, and are
// never booked on a payment of the client.
func TestWhatAnswersAnOffsetWaitsAsThat(t *testing.T) {
	w := newWorld(t)
	const number = "5500112233"
	account, err := w.SealAccountIn(domain.ClientStream(gym), gym, ourBank, number, domain.Checking)
	must(t, err)
	c, err := w.Client(t.Context(), gym)
	must(t, err)
	settings := c.Settings
	settings.Balance = []domain.Balance{{CompanyID: settings.CompanyIdentifications[0], OffsetAccount: domain.OffsetAccount{Routing: ourBank, AccountType: domain.Checking, Account: account}}}
	events, err := domain.ChangeClient{Settings: settings}.Decide(c)
	must(t, err)
	w.write(ledger.Change{Stream: domain.ClientStream(gym), Client: gym, Expect: c.Version, Events: events})
	ids := w.sent()
	file, err := w.File(t.Context(), w.origination(ids[0]).Filing.File)
	must(t, err)
	if len(file.Offsets) != 1 {
		t.Fatalf("the file has offsets %+v", file.Offsets)
	}
	o := file.Offsets[0]
	if s := w.settlement("2026-11-23", domain.ToFed); s.Credits != sum(1, o.Cents) || s.Debits.Cents != o.Cents || s.NetCents() != 0 {
		t.Errorf("settlement %+v", s)
	}
	ofOffset := func(_ *nacha.BatchHeader, e *nacha.Entry) {
		e.Code, e.Account = 21, number
		if e.Return != nil {
			e.AmountCents, e.Return.OriginalTrace, e.Return.OriginalRouting = o.Cents, o.Trace, ourBank[:8]
		} else {
			e.Correction.OriginalTrace, e.Correction.OriginalRouting = o.Trace, ourBank[:8]
		}
	}
	class := func(h *nacha.BatchHeader, _ *nacha.Entry) { h.ServiceClass = nacha.MixedClass }
	w.feed(render(t, w.returned(ids[0], "R03", ofOffset, class)))
	u := w.waits(answersOffset)
	if len(u.Candidates) != 0 || !strings.Contains(u.Message, "the offset of $") || !strings.Contains(u.Message, file.Name()) || u.AmountCents != o.Cents {
		t.Errorf("it waits as %+v", u)
	}
	w.feed(renderAs(t, "0800", w.corrected(ids[0], "C01", "5500112244", ofOffset, class)))
	if n := len(w.queue()); n != 2 || w.queue()[0].Reason != answersOffset || w.queue()[1].Reason != answersOffset {
		t.Errorf("%d wait: %+v", n, w.queue())
	}
	for _, id := range ids {
		if n := len(w.transaction(gym, id).Items); n != 1 {
			t.Errorf("transaction %s has %d items", id, n)
		}
	}
	// A return of a payment in the same batch is booked on that payment.
	w.feed(renderAs(t, "0900", w.returned(ids[1], "R01")))
	w.only(ids[1], domain.Return)
	w.sound()
}
