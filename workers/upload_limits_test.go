package workers

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// What one entry alone decides is refused at the door of files as at that of
// single entries, by the client's limits, its bank's, and that of same-day
// settlement; the entry is named.
func TestAnEntryOfAFileOverALimitIsRefusedAtTheDoor(t *testing.T) {
	b := openBank(t)
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.BankStream(ourBank), domain.ConfigureBank{
		Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox},
		Rules: guard.Rules{Limits: []guard.Limit{{Direction: guard.Credit, Per: guard.PerEntry, Cents: 240_000, Action: guard.Reject}}},
	}.Decide)
	must(t, err)
	refused := func(err error, pointer, code, names string) {
		t.Helper()
		var r *domain.Refusal
		if !errors.As(err, &r) || r.Code != domain.RuleBroken || !slices.ContainsFunc(r.Fields, func(f domain.FieldError) bool {
			return f.Pointer == pointer && f.Code == code && strings.Contains(f.Message, names)
		}) {
			t.Errorf("%v, want %s with %s", err, pointer, code)
		}
	}
	_, err = b.upload(rendered(t, payroll(3)))
	refused(err, "/lines/8/amount", "limit", "trace number "+ourBank[:8]+"0000900")
	_, err = b.ordered("k", "words", "261123", "77001")
	refused(err, "/batches/1/entries/0/amount", "limit", "the limit of $2400.00")

	today := payroll(3, func(f *nacha.File) {
		f.Batches[0].Header.EffectiveOn, f.Batches[1].Entries[0].AmountCents = "261120", 1000
		f.Batches[0].Entries[1].AmountCents = 1_000_000_01 // the debit
	})
	_, err = b.upload(rendered(t, today))
	refused(err, "/lines/4/amount", "same-day", "over the same-day limit of $1,000,000")
	today.Batches[0].Header.EffectiveOn = "261123"
	if _, err := b.upload(rendered(t, today)); err != nil {
		t.Errorf("dated for the next day: %v", err)
	}
	if n := len(b.cutFiles()); n != 1 {
		t.Errorf("%d files were opened, want one", n)
	}
}
