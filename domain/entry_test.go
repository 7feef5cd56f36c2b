package domain_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

func TestTheTypeOfAnAccountAndItsTransactionCodeSayTheSame(t *testing.T) {
	for code := range 100 {
		kind, known := domain.AccountType(code), nacha.TransactionCode(code).Known()
		if known != (kind != "") {
			t.Errorf("code %d, known %t, is for a %q account", code, known, kind)
		}
		debit := nacha.TransactionCode(code).Debit()
		if known && domain.EntryCode(kind, debit)/10 != code/10 {
			t.Errorf("a %s account's code is %d, not like %d", kind, domain.EntryCode(kind, debit), code)
		}
	}
	for kind, want := range map[string][2]int{domain.Checking: {22, 27}, domain.Savings: {32, 37}, domain.GL: {42, 47}, domain.Loan: {52, 57}} {
		if got := [2]int{domain.EntryCode(kind, false), domain.EntryCode(kind, true)}; got != want {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
}

// An entry of a client's own file that asked for same-day settlement leaves again on
// another day, and then asks for none.
func TestWhatLeavesAgainDoesNotAskForTheSameDay(t *testing.T) {
	for date, want := range map[string]string{"SD1300": "", "sd1700": "", "SD 1300": "SD 1300", "SD2500": "SD2500", "SDRIVE": "SDRIVE", "NOV 26": "NOV 26", "": ""} {
		raw := domain.RawEntry{Entry: nacha.Entry{Code: 27, Routing: "121042882", AmountCents: 100}}
		raw.Header = nacha.BatchHeader{SEC: "PPD", Description: "DUES", DescriptiveDate: date}
		sent := domain.Transaction{Routing: "121042882", AccountType: domain.Checking, Originated: &domain.TransactionOriginated{Raw: &raw}}
		for kind, keeps := range map[domain.ItemKind]bool{domain.Origination: true, domain.Retry: false, domain.Reversal: false} {
			e, err := sent.EntryOf(&domain.Item{Kind: kind, Direction: domain.ToFed, Outgoing: &domain.Outgoing{}})
			expect := want
			if keeps {
				expect = date
			}
			if err != nil || e.Header.DescriptiveDate != expect {
				t.Errorf("%q of %s: %q, %v; want %q", date, kind, e.Header.DescriptiveDate, err, expect)
			}
		}
	}
}

// A bank corrects the routing number of an international payment (C02). What goes
// there again names the corrected bank in the entry and in addenda 14, unless that
// named another bank behind it.
func TestACorrectedBankIsInAddenda14(t *testing.T) {
	const was, is = "076401251", "121042882"
	proposal := domain.Proposal{SEC: "IAT", PushPull: domain.Pull, FromRouting: "231380104", ToRouting: was, ToAccountType: domain.Checking, AmountCents: 500}
	header := nacha.BatchHeader{SEC: "IAT", ODFI: "23138010", IAT: &nacha.IATHeader{}}
	own := func(bank string) *domain.RawEntry {
		return &domain.RawEntry{Header: header, Entry: nacha.Entry{Code: 27, Routing: was, AmountCents: 500, IAT: &nacha.IATAddenda{ReceiverBank: nacha.Bank{ID: bank}}}}
	}
	with := func(bank string) (p domain.Proposal) {
		p = proposal
		p.IAT = &domain.IAT{ToBank: domain.IATBank{ID: bank}}
		return p
	}
	for name, tt := range map[string]struct {
		originated domain.TransactionOriginated
		want       string
	}{
		"the bank that got the entry":               {domain.TransactionOriginated{Proposal: with(was)}, is},
		"another bank":                              {domain.TransactionOriginated{Proposal: with("DEUTDEFF")}, "DEUTDEFF"},
		"the bank that got the entry, in own files": {domain.TransactionOriginated{Proposal: proposal, Raw: own(was)}, is},
		"another bank, in own files":                {domain.TransactionOriginated{Proposal: proposal, Raw: own("DEUTDEFF")}, "DEUTDEFF"},
	} {
		t.Run(name, func(t *testing.T) {
			var tx domain.Transaction
			tx.Evolve(domain.Fact{Event: &tt.originated, Version: 1})
			check := func(routing, bank string) {
				t.Helper()
				e, err := tx.EntryOf(tx.Origination())
				if err != nil || e.Entry.Routing != routing || e.Entry.IAT.ReceiverBank.ID != bank {
					t.Errorf("to %s, in addenda 14 %q, %v; want %s, %q", e.Entry.Routing, e.Entry.IAT.ReceiverBank.ID, err, routing, bank)
				}
			}
			before := was
			if tt.want != is {
				before = tt.want
			}
			check(was, before)
			tx.Evolve(domain.Fact{Event: &domain.TransactionAccountChanged{Routing: is, AccountType: domain.Checking}, Version: 2})
			check(is, tt.want)
		})
	}
}
