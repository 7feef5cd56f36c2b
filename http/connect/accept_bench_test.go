package connect

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// BenchmarkPrepare is what a proposal costs before it reaches the log.
func BenchmarkPrepare(b *testing.B) {
	store, l := ledgertest.Open(b, b.TempDir(), ledger.MachineClock{}, sqlite.Options{})
	b.Cleanup(func() { store.Close() })
	client := domain.Client{ID: "business", Version: 1, Settings: domain.Settings{
		CompanyName: "BUSINESS INC", CompanyIdentifications: []string{"1840000017"},
		ODFIs: []string{"021214862"}, SECCodes: []string{"CCD"},
	}}
	body := []byte(`{"StandardEntryClassCode":"CCD","TransactionType":"push","FromRouting":"021214862",
		"FromName":"Business Inc.","FromIdentification":"934534","ToRouting":"099999999","ToAccount":"999999999",
		"ToAccountType":"checking","ToName":"Corporation Inc.","Description":"Loan Payment","Amount":5000.25,"SameDay":false}`)
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := parseProposal(body); err != nil {
				b.Fatal(err)
			}
		}
	})
	o, err := parseProposal(body)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := l.Originate(b.Context(), client.ID, o); err != nil {
				b.Fatal(err)
			}
		}
	})
	command, err := l.Originate(b.Context(), client.ID, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decide", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := command.Decide(client, domain.Transaction{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
