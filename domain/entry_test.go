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
