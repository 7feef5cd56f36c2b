package fed_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/domain/nacha"
)

// friday is 14:05 New York on Friday, 20 November 2026.
var friday = time.Date(2026, 11, 20, 19, 5, 0, 0, time.UTC)

// ours is a file of ours with one debit for each name.
func ours(t *testing.T, modifier string, names ...string) []byte {
	t.Helper()
	f := nacha.File{
		Header: nacha.FileHeader{ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: "231380104", ImmediateOriginName: "LANTERN SAVINGS BANK", CreatedOn: "261120", CreatedAt: "1405", Modifier: modifier},
		Batches: []nacha.Batch{{Header: nacha.BatchHeader{ServiceClass: 225, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD",
			Description: "DUES NOV", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: "23138010", Number: 1}}},
	}
	for i, name := range names {
		f.Batches[0].Entries = append(f.Batches[0].Entries, nacha.Entry{Code: 27, Routing: "121042882", Account: "77000001",
			AmountCents: int64(1025 + 1000*i), Name: name, IndividualID: "MBR-1", Trace: fmt.Sprintf("23138010%07d", i+1)})
	}
	content, err := nacha.Render(f, "\n")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// until collects what comes back up to a time, by kind and code.
func until(t *testing.T, f *fed.Fed, at time.Time) (got []string) {
	t.Helper()
	outputs, err := f.Outputs(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outputs {
		report, err := nacha.Check(bytes.NewReader(o.Content))
		if err != nil || !report.OK() || len(report.Good()) != len(report.Batches) {
			t.Fatalf("%s does not balance: %v %+v", o.Name, err, report)
		}
		var settles string
		_, _ = nacha.Scan(bytes.NewReader(o.Content), nacha.Handler{
			Batch: func(b *nacha.ScannedBatch) error { settles = b.Header.SettlementDay; return nil },
			Entry: func(e *nacha.ScannedEntry) error {
				code := ""
				switch {
				case e.Entry.Return != nil:
					code = e.Entry.Return.Code
				case e.Entry.Correction != nil:
					code = e.Entry.Correction.Code
				case e.Entry.Dishonored != nil:
					code = e.Entry.Dishonored.Code
				case e.Entry.Contested != nil:
					code = e.Entry.Contested.Code
				}
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", settles, e.Kind, code)))
				return nil
			},
		})
	}
	return got
}

func TestWhatANameAsksForComesBack(t *testing.T) {
	f := fed.New(fed.Options{})
	answer, err := f.Receive(friday, ours(t, "A", "PLAIN PERSON", "PERSON R01", "PERSON LATE R10", "PERSON C01", "TWICE R03"))
	if err != nil || answer.Result != ack.Accepted || *answer.Totals.Entries != 5 {
		t.Fatalf("%+v, %v", answer, err)
	}
	if early := until(t, f, friday.AddDate(0, 0, 3)); len(early) != 0 {
		t.Errorf("on the settlement day: %v", early)
	}
	tuesday := until(t, f, friday.AddDate(0, 0, 4))
	for _, want := range []string{"328 return R01", "328 return R03", "328 change C01"} {
		if !slices.Contains(tuesday, want) {
			t.Errorf("on Tuesday came %v, without %s", tuesday, want)
		}
	}
	if late := until(t, f, friday.AddDate(0, 0, 14)); len(late) != 2 {
		t.Errorf("later came %v; want the second R03 and the late R10", late)
	}
	if err := f.Conserved(); err != nil {
		t.Error(err)
	}
	if b := f.Balance(); b.Debits.Sent != 15125 || b.Debits.Returned != 2025+3025+5025 {
		t.Errorf("%+v", b)
	}
}

func TestTheSameFileIsADuplicateAndBrokenOnesAreRejected(t *testing.T) {
	f := fed.New(fed.Options{})
	content := ours(t, "A", "PERSON R01")
	for i, want := range []ack.Result{ack.Accepted, ack.Duplicate} {
		if a, _ := f.Receive(friday, content); a.Result != want {
			t.Errorf("time %d: %s", i+1, a.Result)
		}
	}
	if a, _ := f.Receive(friday, content[:300]); a.Result != ack.Rejected {
		t.Errorf("half a file: %s", a.Result)
	}
	broken := bytes.Replace(ours(t, "B", "PERSON"), []byte("0012104288"), []byte("0012104289"), 1)
	if a, _ := f.Receive(friday, broken); len(a.Batches)+len(a.Reason) == 0 {
		t.Errorf("a file out of balance: %+v", a)
	}
	if b := f.Balance(); b.Entries != 1 {
		t.Errorf("%d entries were taken, want the one of the first file", b.Entries)
	}
}

func TestAPaymentComesInAndItsReturnIsDishonored(t *testing.T) {
	f := fed.New(fed.Options{})
	trace := f.Pay(friday, fed.Payment{To: "231380104", Account: "400012345678", Name: "ADA R68", AmountCents: 5000})
	if got := until(t, f, friday); len(got) != 1 || got[0] != "327 forward" {
		t.Fatalf("came in: %v", got)
	}
	file := nacha.File{
		Header: nacha.FileHeader{ImmediateDestination: "061000146", ImmediateDestinationName: "FED", ImmediateOrigin: "231380104",
			ImmediateOriginName: "LANTERN", CreatedOn: "261123", CreatedAt: "1405", Modifier: "C"},
		Batches: []nacha.Batch{{Header: nacha.BatchHeader{ServiceClass: 220, CompanyName: "ORCHARD FOODS", CompanyID: "1910000042", SEC: "CCD",
			Description: "PAYMENT", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: "23138010", Number: 1},
			Entries: []nacha.Entry{{Code: 21, Routing: "121042882", Account: "400012345678", AmountCents: 5000, Name: "ADA R68",
				Trace: "231380100000009", Return: &nacha.Return{Code: "R03", OriginalTrace: trace, OriginalRouting: "23138010"}}}}},
	}
	content, err := nacha.Render(file, "\n")
	if err != nil {
		t.Fatal(err)
	}
	if a, err := f.Receive(friday.AddDate(0, 0, 3), content); err != nil || a.Result != ack.Accepted || len(a.Batches) > 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	if got := until(t, f, friday.AddDate(0, 0, 7)); len(got) != 1 || !strings.HasSuffix(got[0], "R68") {
		t.Errorf("came back: %v", got)
	}
	if b := f.Balance(); b.Incoming.Kept() != 5000 || f.Conserved() != nil {
		t.Errorf("%+v", b)
	}
}

func TestTheSameSeedMakesTheSameBytes(t *testing.T) {
	run := func() (all []byte) {
		f := fed.New(fed.Options{Seed: 7, Faults: fed.Faults{Repeat: 2, Truncate: 3}})
		if _, err := f.Receive(friday, ours(t, "A", "A R01", "B R02", "C LATE R10")); err != nil {
			t.Fatal(err)
		}
		for day := range 20 {
			outputs, err := f.Outputs(friday.AddDate(0, 0, day))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range outputs {
				all = append(append(all, o.Name...), o.Content...)
			}
		}
		return all
	}
	if a, b := run(), run(); !bytes.Equal(a, b) || len(a) == 0 {
		t.Errorf("two runs of %d and %d bytes differ", len(a), len(b))
	}
}
