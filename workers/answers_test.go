package workers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// receive books a debit of $50 that came from the other bank and settled on
// Friday.
func (b *bank) receive(client string) (id string) {
	b.t.Helper()
	id = uuid.Must(uuid.NewV7()).String()
	account, err := b.SealAccountIn(domain.TransactionStream(client, id), client, ourBank, "4000123", domain.Checking)
	must(b.t, err)
	b.write(domain.TransactionStream(client, id), client, 0, domain.TransactionReceived{
		TransactionID: id, Account: account,
		Incoming: domain.Incoming{
			ItemID: id + "-in", Inbound: "f", SettledOn: "2026-11-20",
			Header: nacha.BatchHeader{ServiceClass: 225, CompanyName: "CITY POWER", CompanyID: "1112223334", SEC: "PPD", Description: "POWER",
				EffectiveOn: "261120", SettlementDay: "324", OriginatorStatus: "1", ODFI: theirBank[:8], Number: 3},
			Entry: nacha.Entry{Code: 27, Routing: ourBank, AmountCents: 5000, IndividualID: "A1", Name: "HARBOR GYM", Trace: theirBank[:8] + "0000017"},
		},
	})
	return id
}

// answer asks to send an answer back, whose corrected data is given in the clear.
func (b *bank) answer(client, id string, make func(domain.Outgoing) domain.Event, out domain.Outgoing) (item string) {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), client, id)
	must(b.t, err)
	out.ItemID, out.ReplyTo = fmt.Sprintf("%s-out-%d", id, t.Version), t.Items[len(t.Items)-1].ID
	stream := domain.TransactionStream(client, id)
	if out.Data != nil {
		out.Data, err = b.SealDataIn(stream, out.ItemID, client, string(out.Data))
		must(b.t, err)
	}
	b.write(stream, client, t.Version, make(out))
	return out.ItemID
}

func returned(o domain.Outgoing) domain.Event { return domain.TransactionReturnRequested{Outgoing: o} }
func corrected(o domain.Outgoing) domain.Event {
	return domain.TransactionCorrectionRequested{Outgoing: o}
}
func contested(o domain.Outgoing) domain.Event {
	return domain.TransactionContestRequested{Outgoing: o}
}

var r01 = domain.Outgoing{Code: "R01"}

// sentItem reports whether an item left in a file.
func (b *bank) sentItem(client, id, item string) bool {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), client, id)
	must(b.t, err)
	i, ok := t.Item(item)
	return ok && i.State == domain.Filed
}

// When an answer leaves that was asked for on Friday at 14:05.
func TestAnswersLeaveAtTheNextWindowWhateverTheThresholds(t *testing.T) {
	leaveBy := func(s string) domain.Outgoing {
		return domain.Outgoing{Code: "R01", LeaveBy: at(s).Format(time.RFC3339)}
	}
	for name, tt := range map[string]struct {
		batching func(*domain.Batching)
		out      domain.Outgoing
		now      string
		leaves   bool
	}{
		"no threshold hurries it":               {func(b *domain.Batching) { b.MaxEntries, b.MaxAmountCents, b.MaxAge = 1, 1, "1s" }, r01, "2026-11-20 14:06", false},
		"the client's window takes it":          {func(b *domain.Batching) { b.Windows = []string{"14:07"} }, r01, "2026-11-20 14:07", true},
		"not the default ones then":             {func(b *domain.Batching) { b.Windows = []string{"09:00"} }, r01, "2026-11-20 22:30", false},
		"the default ones where there are none": {func(b *domain.Batching) { b.Windows, b.MaxAge = []string{}, "720h" }, r01, "2026-11-20 14:30", true},
		"its deadline does not wait for them": {func(b *domain.Batching) { b.Windows = []string{"09:00"} },
			leaveBy("2026-11-21 02:15"), "2026-11-21 02:00", true},
		"but not sooner than it must": {func(b *domain.Batching) { b.Windows = []string{"09:00"} },
			leaveBy("2026-11-21 02:15"), "2026-11-21 01:59", false},
		"late it does not leave": {func(b *domain.Batching) { b.Windows = []string{"09:00"} },
			leaveBy("2026-11-21 02:15"), "2026-11-21 12:00", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, batching(tt.batching))
			id := b.receive(gym)
			item := b.answer(gym, id, returned, tt.out)
			b.sweepAt(tt.now)
			if got := b.sentItem(gym, id, item); got != tt.leaves {
				t.Errorf("left: %v, want %v", got, tt.leaves)
			}
			b.verify()
		})
	}
}

func TestASuspendedClientsAnswersLeave(t *testing.T) {
	b := openBank(t)
	id := b.receive(gym)
	item := b.answer(gym, id, returned, r01)
	payment := b.posts(gym, 1)[0]
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = true })
	b.sweepAt("2026-11-20 14:30")
	if !b.sentItem(gym, id, item) || b.item(gym, payment).State != domain.Pending {
		t.Errorf("the answer left: %v; the payment is %s", b.sentItem(gym, id, item), b.item(gym, payment).State)
	}
	b.verify()
}

func TestAnswersOfEachKindLeaveInBatchesOfTheirOwn(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 2)
	one, two, three, four := b.receive(gym), b.receive(gym), b.receive(gym), b.receive(gym)
	b.answer(gym, one, returned, r01)
	b.answer(gym, two, returned, r01)
	b.answer(gym, three, corrected, domain.Outgoing{Code: "C01", Data: domain.Sealed("4000999"), DataMasked: "***0999"})
	// The fourth was returned before, and the return came back dishonored.
	b.answer(gym, four, returned, domain.Outgoing{Code: "R03"})
	b.sweepAt("2026-11-20 14:30")
	tx, err := b.Transaction(t.Context(), gym, four)
	must(t, err)
	sentReturn := tx.Items[1]
	b.write(domain.TransactionStream(gym, four), gym, tx.Version, domain.TransactionDishonored{Incoming: domain.Incoming{
		ItemID: four + "-dis", ReplyTo: sentReturn.ID, Inbound: "g", SettledOn: "2026-11-24",
		Header: nacha.BatchHeader{ServiceClass: 225, CompanyName: "CITY POWER", CompanyID: "1112223334", SEC: "PPD", Description: "POWER",
			EffectiveOn: "261124", SettlementDay: "328", OriginatorStatus: "1", ODFI: theirBank[:8], Number: 8},
		Entry: nacha.Entry{Code: 26, Routing: ourBank, AmountCents: 5000, IndividualID: "A1", Name: "HARBOR GYM", Trace: theirBank[:8] + "0000044",
			Dishonored: &nacha.Dishonored{Code: "R68", OriginalTrace: theirBank[:8] + "0000017", OriginalRouting: ourBank[:8],
				ReturnTrace: sentReturn.Filing.Trace, ReturnSettlement: "327", ReturnCode: "03"}},
	}})
	b.answer(gym, four, contested, domain.Outgoing{Code: "R72"})
	five := b.receive(gym)
	b.answer(gym, five, returned, r01)
	b.sweepAt("2026-11-24 14:30")

	var batches [][]string // kinds of the entries of each batch
	for _, f := range b.cutFiles() {
		first := len(batches)
		batches = append(batches, make([][]string, len(f.Batches))...)
		must(t, entriesOf(t.Context(), b.Ledger, f, func(e *entryInFile) error {
			batches[first+e.batch-1] = append(batches[first+e.batch-1], string(e.Entry.Entry.Kind()))
			return nil
		}))
	}
	want := [][]string{
		{"forward", "forward"}, {"return", "return", "return"}, {"change"},
		{"contested dishonored return"}, {"return"},
	}
	if !slices.EqualFunc(batches, want, slices.Equal) {
		t.Errorf("batches hold %v, want %v", batches, want)
	}
	b.verify() // which renders and reads back every one of them
}

func TestAnswersDoNotFillUpAClientsEntries(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries, b.MaxAmountCents, b.MaxAge = 2, 6000, "1h" }))
	b.answer(gym, b.receive(gym), returned, r01)
	b.clock.Set(at("2026-11-20 14:29"))
	b.posts(gym, 1)
	b.sweep()
	if n := len(b.cutFiles()); n != 0 {
		t.Errorf("one payment and one answer, half an hour old, were cut into %d files", n)
	}
}

func TestAThresholdOfPaymentsTakesNoAnswersAlong(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 1 }))
	id := b.receive(gym)
	item := b.answer(gym, id, returned, r01)
	b.posts(gym, 1)
	b.sweep()
	if f := b.onlyFile(); f.Cut.Totals.Entries != 1 || b.sentItem(gym, id, item) {
		t.Errorf("%d entries in the file; the answer left: %v", f.Cut.Totals.Entries, b.sentItem(gym, id, item))
	}
}

func TestWhatBelongsToNobodyLeavesInAFileOfTheLedgersOwn(t *testing.T) {
	b := openBank(t)
	id := b.receive(domain.LedgerClient)
	item := b.answer(domain.LedgerClient, id, returned, domain.Outgoing{Code: "R03"})
	b.write(domain.BankStream(ourBank), domain.LedgerClient, 0, domain.BankConfigured{
		Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox},
		File: domain.FileSettings{
			ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: ourBank, ImmediateOriginName: "LANTERN RETURNS", LineEnding: "CRLF",
		},
	})
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	if !b.sentItem(domain.LedgerClient, id, item) || f.Opened.Client != domain.LedgerClient {
		t.Fatalf("the return is not in the file of %s", f.Opened.Client)
	}
	if content := b.bytes(f); !strings.Contains(content, "LANTERN RETURNS") || !strings.Contains(content, "\r\n") {
		t.Errorf("sent\n%s", content)
	}
	b.verify()
}

func TestAnAnswersDateIsNeverMoved(t *testing.T) {
	b := openBank(t)
	id := b.receive(gym)
	b.answer(gym, id, returned, r01)
	b.fault = stopAt("before delivering")
	b.clock.Set(at("2026-11-20 14:30"))
	_ = b.batcher.Sweep(t.Context())
	b.restart()
	b.sweepAt("2026-11-25 09:00")
	if f := b.onlyFile(); f.Batches[0].EffectiveOn != "261120" || f.State != domain.FileIsDelivered || !f.SendBy.IsZero() {
		t.Errorf("dated %s, %s, to be sent by %s", f.Batches[0].EffectiveOn, f.State, f.SendBy)
	}
	b.verify()
}

func TestADishonorBearsTheAmountOfTheReturnItAnswers(t *testing.T) {
	b := openBank(t)
	id := b.posts(gym, 1)[0]
	b.sweepAt("2026-11-20 14:30")
	trace := b.item(gym, id).Filing.Trace
	b.write(domain.TransactionStream(gym, id), gym, 2, domain.TransactionReturned{Incoming: domain.Incoming{
		ItemID: id + "-ret", ReplyTo: itemOf(id), Inbound: "f", SettledOn: "2026-11-24", Flags: []string{"amount-differs"},
		Header: nacha.BatchHeader{ServiceClass: 225, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD", Description: "DUES NOV",
			EffectiveOn: "261123", SettlementDay: "328", OriginatorStatus: "1", ODFI: theirBank[:8], Number: 3},
		Entry: nacha.Entry{Code: 26, Routing: ourBank, AmountCents: 1024, Name: "TEST PERSON 01", Trace: theirBank[:8] + "0000055",
			Return: &nacha.Return{Code: "R01", OriginalTrace: trace, OriginalRouting: theirBank[:8]}},
	}})
	dishonored := func(o domain.Outgoing) domain.Event { return domain.TransactionDishonorRequested{Outgoing: o} }
	item := b.answer(gym, id, dishonored, domain.Outgoing{Code: "R69", Information: "03"})
	if got := b.itemNamed(id, item).AmountCents; got != 1024 {
		t.Errorf("the client is told that it is of %d cents", got)
	}
	b.sweepAt("2026-11-24 14:30")
	if f := b.cutFiles()[1]; f.State != domain.FileIsDelivered || f.Cut.Totals.DebitCents != 1024 {
		t.Errorf("the file is %s with %+v", f.State, f.Cut.Totals)
	}
	b.verify()
}

func TestAReversalLeavesBeforeItsDeadlineToo(t *testing.T) {
	b := openBank(t, batching(func(b *domain.Batching) { b.Windows, b.MaxAge = []string{}, "720h" }))
	id := b.posts(gym, 1)[0]
	b.clock.Set(friday.Add(720 * time.Hour))
	b.sweep()
	reversal := func(o domain.Outgoing) domain.Event { return domain.TransactionReversalRequested{Outgoing: o} }
	item := b.answer(gym, id, reversal, domain.Outgoing{Reason: "duplicate", LeaveBy: b.clock.Now().Add(time.Hour).Format(time.RFC3339)})
	b.sweep()
	if b.sentItem(gym, id, item) {
		t.Fatal("it left an hour before its deadline, without any threshold")
	}
	b.clock.Set(b.clock.Now().Add(45 * time.Minute))
	b.sweep()
	if !b.sentItem(gym, id, item) {
		t.Error("it did not leave")
	}
	if f := b.cutFiles()[1]; f.Batches[0].Description != "REVERSAL" || f.Batches[0].ServiceClass != nacha.CreditClass {
		t.Errorf("it left in batch %+v", f.Batches[0])
	}
	b.verify()
}
