package workers

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// family is a client's own file of two payments abroad. What stands where the
// dates of birth do is a date, nothing, and what only its sender understands.
func family() nacha.File {
	party := func(name, born string) nacha.Party {
		return nacha.Party{Name: name, Street: "1 PIER", CityState: `BOSTON*MA\`, CountryPostal: `US*02110\`, BirthDate: born}
	}
	entry := func(n int, from, to nacha.Party) nacha.Entry {
		bank := nacha.Bank{Name: "LANTERN SAVINGS BANK", Qualifier: "01", ID: ourBank, Country: "US"}
		return nacha.Entry{Code: 22, Routing: theirBank, Account: "FR7630006000011234567890189", AmountCents: 1025,
			Trace: ourBank[:8] + "000000" + string(rune('0'+n)),
			IAT: &nacha.IATAddenda{TransactionType: "MIS", ForeignAmountCents: 1025, Originator: from, Receiver: to,
				OriginatorBank: bank, ReceiverBank: bank, Remittance: nacha.RunningText{"RENT"}}}
	}
	f := payroll(0)
	f.Batches = []nacha.Batch{{
		Header: nacha.BatchHeader{ServiceClass: 220, CompanyID: "1840000017", SEC: "IAT", Description: "FAMILY", EffectiveOn: "261123",
			OriginatorStatus: "1", ODFI: ourBank[:8], Number: 1, IAT: &nacha.IATHeader{ForeignExchangeIndicator: "FF", ReferenceIndicator: "3",
				DestinationCountry: "FR", OriginatingCurrency: "USD", DestinationCurrency: "USD"}},
		Entries: []nacha.Entry{
			entry(1, party("ADA MARSH", "1962-11-03"), party("BO MARSH", "1984-02-29")),
			entry(2, party("HARBOR GYM LLC", ""), party("CY MARSH", "  19990101")),
		},
	}}
	return f
}

// clear names the files of the folder in which a text stands in the clear,
// less those that are there for the bank.
func (b *bank) clear(text string) (list []string) {
	b.t.Helper()
	must(b.t, b.views.CatchUp(b.t.Context()))
	must(b.t, filepath.WalkDir(b.folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(path, "outbox") {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			list = append(list, path)
		}
		return err
	}))
	return list
}

func (b *bank) nowhere(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if found := b.clear(text); len(found) > 0 {
			b.t.Errorf("%q lies in the clear in %v", text, found)
		}
	}
}

func TestAnUploadedFileLeavesByteForByteWithItsBirthDates(t *testing.T) {
	b := openBank(t)
	sent := rendered(t, family())
	_, err := b.upload(sent)
	must(t, err)
	b.sweep()
	f := b.onlyFile()
	want := strings.SplitAfterN(string(sent), "\n", 2)[1] // the file header is ours
	if _, got, _ := strings.Cut(b.bytes(f), "\n"); got != want {
		t.Errorf("sent\n%s\nwant\n%s", got, want)
	}
	for _, born := range []string{"1962-11-03", "1984-02-29", "  19990101"} {
		if !strings.Contains(b.bytes(f), born) {
			t.Errorf("%q did not leave", born)
		}
	}
	b.nowhere("1962-11-03", "1984-02-29", "19990101")
	b.verify()
}

func TestBirthDatesAreSealedUntilTheyLeaveInAMergedFile(t *testing.T) {
	b := openBank(t)
	born := func(on string) func(*domain.Proposal) {
		return func(p *domain.Proposal) {
			abroad(p)
			p.IAT.From.BornOn, p.IAT.To.BornOn = "1962-11-03", on
		}
	}
	harbor, err := b.Client(t.Context(), gym)
	must(t, err)
	var tx domain.Transaction
	for n, change := range []func(*domain.Proposal){born("1984-02-29"), born("1999-01-01"), abroad} {
		tx, _, err = b.Accept(t.Context(), harbor, ledger.Order{Proposal: pull(n+1, change), Number: "FR7630006000011234567890189"})
		must(t, err)
	}
	if tx.Originated.Births != nil {
		t.Error("something was sealed where nobody was born")
	}
	b.sweepAt("2026-11-20 22:31")
	content := b.bytes(b.onlyFile())
	for born, times := range map[string]int{"1962-11-03": 2, "1984-02-29": 1, "1999-01-01": 1} {
		if got := strings.Count(content, born+"    "); got != times {
			t.Errorf("%s left %d times, want %d:\n%s", born, got, times, content)
		}
	}
	b.nowhere("1962-11-03", "1984-02-29", "1999-01-01")
	b.verify()
}
