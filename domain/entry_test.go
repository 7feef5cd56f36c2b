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
