package workers

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// older writes an entry as a release took it that did not ask the writer of
// files: no door takes it any more.
func (b *bank) older(id string, spoil func(*domain.TransactionOriginated)) {
	b.t.Helper()
	p := pull(99, func(p *domain.Proposal) { p.FromRouting, p.CompanyID = ourBank, "1840000017" })
	e := domain.TransactionOriginated{TransactionID: id, ItemID: itemOf(id), Proposal: p, CompanyName: "HARBOR GYM"}
	spoil(&e)
	var err error
	e.Account, err = b.SealAccountIn(domain.TransactionStream(gym, id), gym, e.Proposal.ToRouting, "77000001", e.Proposal.ToAccountType)
	must(b.t, err)
	b.write(domain.TransactionStream(gym, id), gym, 0, e)
}

func TestWhatNoFileCanCarryGoesToAPersonAndTheRestOfItsFileLeaves(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*domain.TransactionOriginated)
		why   string
	}{
		"a blank company name":       {func(e *domain.TransactionOriginated) { e.CompanyName = " " }, "company name is blank"},
		"a company name of zeros":    {func(e *domain.TransactionOriginated) { e.CompanyName = "0000" }, "company name is blank or zero"},
		"a blank description":        {func(e *domain.TransactionOriginated) { e.Proposal.Description = "000" }, "company entry description is blank or zero"},
		"a sum above ten digits":     {func(e *domain.TransactionOriginated) { e.Proposal.AmountCents = domain.MaxAmountCents + 1 }, "amount is not"},
		"a receiver nobody has":      {func(e *domain.TransactionOriginated) { e.Proposal.ToRouting = "999999995" }, "routing number"},
		"a blank foreign reference":  {func(e *domain.TransactionOriginated) { spoiltAbroad(e).ForeignReference = " " }, "foreign exchange reference is blank"},
		"a blank street abroad":      {func(e *domain.TransactionOriginated) { spoiltAbroad(e).From.Address = " " }, "originator street is blank"},
		"a blank bank abroad":        {func(e *domain.TransactionOriginated) { spoiltAbroad(e).ToBank.Name = " " }, "receiving bank name is blank"},
		"a name with a control code": {func(e *domain.TransactionOriginated) { e.Proposal.ToName = "TEST\tPERSON" }, "individual name has a character"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			good := b.posts(gym, 2)
			b.older("spoilt", tt.spoil)
			b.sweepAt("2026-11-20 14:30")
			if f := b.onlyFile(); f.State != domain.FileIsDelivered || f.Cut.Totals.Entries != 2 {
				t.Errorf("the file beside it is %s with %d entries", f.State, f.Cut.Totals.Entries)
			}
			for _, id := range good {
				if b.item(gym, id).State != domain.Filed {
					t.Error("a payment beside it did not leave")
				}
			}
			i := b.item(gym, "spoilt")
			if i.State != domain.Held || !strings.Contains(i.Reason, tt.why) {
				t.Errorf("it is %s because %q, want it held for its %s", i.State, i.Reason, tt.why)
			}
			must(t, b.recall(gym, "spoilt"))
			b.sweepAt("2026-11-23 22:30")
			b.onlyFile()
			b.verify()
		})
	}
}

func spoiltAbroad(e *domain.TransactionOriginated) *domain.IAT {
	abroad(&e.Proposal)
	return e.Proposal.IAT
}

// A person may approve it as it is: then it is held again, and still stops
// nobody.
func TestWhatNoFileCanCarryIsHeldAgainWhenItIsApprovedAsItIs(t *testing.T) {
	b := openBank(t)
	b.older("spoilt", func(e *domain.TransactionOriginated) { e.CompanyName = " " })
	b.sweepAt("2026-11-20 14:30")
	b.decide("spoilt", domain.Approve{ItemID: itemOf("spoilt")}.Decide)
	good := b.posts(gym, 1)[0]
	b.sweepAt("2026-11-20 16:30")
	if got := b.item(gym, "spoilt").State; got != domain.Held || b.item(gym, good).State != domain.Filed {
		t.Errorf("it is %s, the payment beside it %s", got, b.item(gym, good).State)
	}
	b.verify()
}

// The record of a misrouted return or notification names another bank than
// ours. What answers it stands in the client's next file, beside payments.
func TestAnswersToMisroutedEntriesLeaveWithTheRest(t *testing.T) {
	for name, tt := range map[string]struct {
		came func(domain.Incoming) domain.Event
		do   func(to string) decider
		sec  string
		set  func(*nacha.Entry)
		want string
	}{
		"a return, dishonored as R61": {
			func(in domain.Incoming) domain.Event { return domain.TransactionReturned{Incoming: in} },
			func(to string) decider { return answers.Dishonor{ItemID: "answer", ReplyTo: to, Code: "R61"} }, "PPD",
			func(e *nacha.Entry) { e.Return = &nacha.Return{Code: "R01", OriginalRouting: theirBank[:8]} }, "799R61",
		},
		"a change, refused as C61": {
			func(in domain.Incoming) domain.Event { return domain.TransactionCorrected{Incoming: in} },
			func(to string) decider { return answers.RefuseChange{ItemID: "answer", ReplyTo: to, Code: "C61"} }, "COR",
			func(e *nacha.Entry) {
				e.Correction, e.AmountCents = &nacha.Correction{Code: "C01", OriginalRouting: theirBank[:8]}, 0
			}, "798C61",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			id := b.posts(gym, 1)[0]
			b.sweepAt("2026-11-20 14:30")
			b.clock.Set(at("2026-11-24 09:00"))
			tx, err := b.Transaction(t.Context(), gym, id)
			must(t, err)
			data, err := b.SealDataIn(domain.TransactionStream(gym, id), "came", gym, "12345678")
			must(t, err)
			in := domain.Incoming{ItemID: "came", ReplyTo: itemOf(id), Inbound: "f", SettledOn: "2026-11-24", Data: data, DataMasked: "*****5678",
				Header: nacha.BatchHeader{ServiceClass: 225, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: tt.sec, Description: "DUES NOV",
					EffectiveOn: "261123", SettlementDay: "328", OriginatorStatus: "1", ODFI: theirBank[:8], Number: 3},
				Entry: nacha.Entry{Code: 26, Routing: otherODFI, AmountCents: 1025, Name: "TEST PERSON 01", Trace: theirBank[:8] + "0000501"}}
			tt.set(&in.Entry)
			if r := in.Entry.Return; r != nil {
				r.OriginalTrace = tx.Origination().Filing.Trace
			} else {
				in.Entry.Correction.OriginalTrace = tx.Origination().Filing.Trace
			}
			b.write(domain.TransactionStream(gym, id), gym, tx.Version, tt.came(in))
			c, err := b.Case(t.Context(), gym, id)
			must(t, err)
			d, err := tt.do("came").Decide(c)
			must(t, err)
			b.write(domain.TransactionStream(gym, id), gym, c.Transaction.Version, d.Events...)
			beside := b.posts(gym, 1)[0]
			b.sweepAt("2026-11-24 10:15")
			if !b.sentItem(gym, id, "answer") || b.item(gym, beside).State != domain.Filed {
				t.Fatalf("the answer left: %v; the payment beside it is %s", b.sentItem(gym, id, "answer"), b.item(gym, beside).State)
			}
			files := b.cutFiles()
			if last := files[len(files)-1]; last.State != domain.FileIsDelivered || !strings.Contains(b.bytes(last), tt.want) {
				t.Errorf("the file is %s", last.State)
			}
			b.verify()
		})
	}
}

type decider interface {
	Decide(answers.Case) (answers.Decision, error)
}

// headed gives a client the file header of a release that took it unasked.
func (b *bank) headed(client, origin string) {
	b.t.Helper()
	c, err := b.Ledger.Client(b.t.Context(), client)
	must(b.t, err)
	s := c.Settings
	s.File.ImmediateOrigin = origin
	b.write(domain.ClientStream(client), client, c.Version, domain.ClientChanged{Settings: s})
}

func TestNothingIsCutUnderAHeaderThatNoFileCanHaveAndCorrectedSettingsHelp(t *testing.T) {
	b := openBank(t)
	b.client("pool", func(s *domain.Settings) { s.ODFIs = []string{otherODFI} })
	b.headed(gym, "0000000000")
	waits, other := b.posts(gym, 1)[0], b.posts("pool", 1)[0]
	b.clock.Set(at("2026-11-20 14:30"))
	err := b.batcher.Sweep(t.Context())
	if err == nil || !strings.Contains(err.Error(), gym) || !strings.Contains(err.Error(), "immediate origin is blank or zero") {
		t.Errorf("a person is told: %v", err)
	}
	if b.item(gym, waits).State != domain.Pending || b.item("pool", other).State != domain.Filed {
		t.Errorf("it is %s, the other client's %s", b.item(gym, waits).State, b.item("pool", other).State)
	}
	if _, err := b.upload(rendered(t, payroll(1))); domain.CodeOf(err) != domain.RuleBroken {
		t.Errorf("a file of the client's own under that header: %v", err)
	}
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Settings.File.ImmediateOrigin = "841234567" })
	b.sweep()
	if b.item(gym, waits).State != domain.Filed {
		t.Error("it waits after the settings are corrected")
	}
	for _, f := range b.cutFiles() {
		if f.State != domain.FileIsDelivered {
			t.Errorf("file %s is %s", f.ID, f.State)
		}
	}
	b.verify()
}

func TestTheLedgersOwnFilesPassOverAHeaderThatNoFileCanHave(t *testing.T) {
	b := openBank(t)
	b.client("alpha") // first among the clients, at the same bank
	b.headed("alpha", "0000000000")
	id := b.receive(domain.LedgerClient)
	item := b.answer(domain.LedgerClient, id, returned, r01)
	b.sweepAt("2026-11-20 14:30")
	if !b.sentItem(domain.LedgerClient, id, item) || !strings.Contains(b.bytes(b.onlyFile()), " "+ourBank) {
		t.Error("the return did not leave under the header of the client whose header is in order")
	}
	b.verify()
}

// A forward batch of a sender whose eight digits make no routing number may
// come in; returned by a release that asked nobody, its return stops alone.
func TestAReturnToASenderThatNobodyIsStopsAlone(t *testing.T) {
	b := openBank(t)
	id, good := b.receive(domain.LedgerClient), b.receive(domain.LedgerClient)
	fake := b.receiveFrom(domain.LedgerClient, "99999999")
	letters := b.receiveFrom(domain.LedgerClient, "1210428X")
	poison := b.answer(domain.LedgerClient, fake, returned, r01)
	broken := b.answer(domain.LedgerClient, letters, returned, r01)
	one, two := b.answer(domain.LedgerClient, id, returned, r01), b.answer(domain.LedgerClient, good, returned, r01)
	b.sweepAt("2026-11-20 14:30")
	if !b.sentItem(domain.LedgerClient, id, one) || !b.sentItem(domain.LedgerClient, good, two) {
		t.Error("the returns beside it did not leave")
	}
	for transaction, item := range map[string]string{fake: poison, letters: broken} {
		tx, err := b.Transaction(t.Context(), domain.LedgerClient, transaction)
		must(t, err)
		if i, _ := tx.Item(item); i.State != domain.Held || !strings.Contains(i.Reason, "no file can carry it") {
			t.Errorf("it is %s because %q", i.State, i.Reason)
		}
	}
	if f := b.onlyFile(); f.State != domain.FileIsDelivered {
		t.Errorf("the file is %s", f.State)
	}
	b.verify()
}

// receiveFrom is receive from another sender.
func (b *bank) receiveFrom(client, odfi string) string {
	b.t.Helper()
	id := b.receive(client) + "-" + odfi
	account, err := b.SealAccountIn(domain.TransactionStream(client, id), client, ourBank, "4000123", domain.Checking)
	must(b.t, err)
	t, err := b.Transaction(b.t.Context(), client, strings.TrimSuffix(id, "-"+odfi))
	must(b.t, err)
	e := *t.Received
	e.TransactionID, e.ItemID, e.Account = id, id+"-in", account
	e.Header.ODFI, e.Entry.Trace = odfi, odfi+"0000017"
	_, err = b.Write(b.t.Context(), ledger.Change{Stream: domain.TransactionStream(client, id), Client: client, Events: []domain.Event{e}})
	must(b.t, err)
	return id
}

func TestAClientsOwnFileIsTakenWhateverItsHeaderSaysThatIsReplaced(t *testing.T) {
	for name, change := range map[string]func(*nacha.FileHeader){
		"a tax number as origin":    func(h *nacha.FileHeader) { h.ImmediateOrigin = "471934319" },
		"a customer number as both": func(h *nacha.FileHeader) { h.ImmediateOrigin, h.ImmediateDestination = "GYM000017", "BANK00017X" },
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			if _, err := b.upload(rendered(t, payroll(1, func(f *nacha.File) { change(&f.Header) }))); err != nil {
				t.Error(err)
			}
		})
	}
	content := string(rendered(t, payroll(1)))
	for name, header := range map[string][2]string{
		"an origin of zeros":        {"1840000017261120", "0000000000261120"},
		"a blank origin":            {"1840000017261120", "          261120"},
		"an origin of a few digits": {"1840000017261120", "       471261120"},
		"a blank destination":       {" " + ourBank + "1840000017", "          1840000017"},
		"a day that is none":        {"1840000017261120", "1840000017263320"},
		"a blank modifier":          {"0900Q094101", "0900 094101"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			if !strings.Contains(content, header[0]) {
				t.Fatal("nothing to replace")
			}
			_, err := b.upload([]byte(strings.Replace(content, header[0], header[1], 1)))
			must(t, err)
			b.sweep()
			if f := b.onlyFile(); f.State != domain.FileIsDelivered || !strings.Contains(b.bytes(f), " "+ourBank) {
				t.Errorf("the file is %s", f.State)
			}
			b.verify()
		})
	}
}
