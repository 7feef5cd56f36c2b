package fedsim

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/domain/nacha"
)

// friday is 14:05 New York on Friday, 20 November 2026.
var friday = time.Date(2026, 11, 20, 19, 5, 0, 0, time.UTC)

func options(t *testing.T, rules ...Rule) Options {
	dir := t.TempDir()
	return Options{Outbox: filepath.Join(dir, "outbox"), Inbox: filepath.Join(dir, "inbox"), Seed: 1, Rules: rules}
}

func begin(t *testing.T, o Options) *Fed {
	t.Helper()
	f, err := Open(o)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// send puts a file with a credit for each name into the outbox.
func send(t *testing.T, o Options, name string, names ...string) {
	t.Helper()
	f := nacha.File{
		Header: nacha.FileHeader{ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: "231380104", ImmediateOriginName: "LANTERN SAVINGS BANK", CreatedOn: "261120", CreatedAt: "1405", Modifier: strings.Trim(name, ".")[:1]},
		Batches: []nacha.Batch{{Header: nacha.BatchHeader{ServiceClass: 220, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD",
			Description: "PAYROLL", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: "23138010", Number: 1}}},
	}
	for i, who := range names {
		f.Batches[0].Entries = append(f.Batches[0].Entries, nacha.Entry{Code: 22, Routing: "121042882", Account: fmt.Sprintf("7700000%d", i),
			AmountCents: int64(1025 + 1000*i), Name: who, Trace: fmt.Sprintf("23138010%07d", i+1)})
	}
	content, err := nacha.Render(f, "\n")
	must(t, err)
	must(t, os.MkdirAll(o.Outbox, 0o700))
	must(t, os.WriteFile(filepath.Join(o.Outbox, name), content, 0o600))
}

// inbox lists the answers in the inbox, and removes them.
func inbox(t *testing.T, o Options) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(o.Inbox)
	must(t, err)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
			must(t, os.Remove(filepath.Join(o.Inbox, e.Name())))
		}
	}
	return names
}

func pass(t *testing.T, f *Fed, now time.Time) {
	t.Helper()
	must(t, f.Pass(t.Context(), now))
}

func TestAFileIsAnsweredOnceAndItsReturnComesOnTuesday(t *testing.T) {
	o := options(t)
	f := begin(t, o)
	send(t, o, "A.ach", "SAM R01", "ADA")
	send(t, o, ".B.ach", "UNFINISHED")
	pass(t, f, friday)
	if got := inbox(t, o); !slices.Equal(got, []string{"A.ack"}) {
		t.Fatalf("on Friday came %v", got)
	}
	pass(t, f, friday.Add(time.Hour))
	if got := inbox(t, o); len(got) != 0 {
		t.Errorf("the file was answered again: %v", got)
	}
	pass(t, f, friday.AddDate(0, 0, 4))
	if got := inbox(t, o); len(got) != 1 || !strings.HasPrefix(got[0], "fed-231380104-") {
		t.Errorf("on Tuesday came %v", got)
	}
	must(t, f.Conserved())
}

func TestANewProcessKnowsWhatTheLastOneKnew(t *testing.T) {
	o := options(t)
	f := begin(t, o)
	send(t, o, "A.ach", "SAM R01")
	pass(t, f, friday)
	send(t, o, "B.ach", "ADA")
	pass(t, f, friday.Add(time.Minute))
	must(t, f.Pay(friday, fed.Payment{To: "231380104", Account: "4000", AmountCents: 5}))
	inbox(t, o)
	before := f.Balance()
	must(t, f.Close())

	f = begin(t, o)
	if f.Balance() != before {
		t.Errorf("it knows %+v, knew %+v", f.Balance(), before)
	}
	pass(t, f, friday.Add(time.Hour))
	if got := inbox(t, o); len(got) != 1 || strings.HasSuffix(got[0], ".ack") {
		t.Errorf("came %v, want the payment and no second acknowledgement", got)
	}
	pass(t, f, friday.AddDate(0, 0, 4))
	if got := inbox(t, o); len(got) != 1 {
		t.Errorf("on Tuesday came %v, want the return", got)
	}
}

// After a crash right behind a line of the journal it is not known whether the
// line's answer was written. It is written again with the same bytes, which the
// ledger detects as a duplicate.
func TestAfterACrashTheLastAnswerIsGivenAgain(t *testing.T) {
	o := options(t)
	f := begin(t, o)
	send(t, o, "A.ach", "SAM R01")
	pass(t, f, friday)
	pass(t, f, friday.AddDate(0, 0, 4))
	before := map[string]string{}
	for _, name := range []string{"A.ack", "fed-231380104-261124-000001.ach"} {
		content, err := os.ReadFile(filepath.Join(o.Inbox, name))
		must(t, err)
		before[name] = string(content)
	}
	inbox(t, o)
	must(t, f.Close())
	journal := filepath.Join(o.Inbox, ".fed.journal")
	text, err := os.ReadFile(journal)
	must(t, err)
	done := strings.LastIndex(strings.TrimSuffix(string(text), "\n"), "\n") + 1
	must(t, os.WriteFile(journal, text[:done+7], 0o600)) // the mark that the last answer is done is cut short

	begin(t, o)
	content, err := os.ReadFile(filepath.Join(o.Inbox, "fed-231380104-261124-000001.ach"))
	must(t, err)
	if string(content) != before["fed-231380104-261124-000001.ach"] {
		t.Errorf("the second time it was\n%s", content)
	}
	if got := inbox(t, o); len(got) != 1 {
		t.Errorf("came %v, want the last answer only", got)
	}
}

func TestAnotherSeedIsAnotherOperator(t *testing.T) {
	o := options(t)
	must(t, begin(t, o).Close())
	o.Seed = 2
	if _, err := Open(o); err == nil || !strings.Contains(err.Error(), "begun with seed 1") {
		t.Errorf("got %v", err)
	}
}

func TestARuleSaysWhatBecomesOfWhichEntries(t *testing.T) {
	for text, want := range map[string]string{
		"account=77000000:R01":    "ADA R01",
		"amount=20.25:R10 LATE":   "SAM R10 late",
		"name=da:C01":             "ADA C01",
		"account=9:R01":           "",
		"amount=20.2:R01":         "is not an amount",
		"account=77000000":        "does nothing",
		"account=77000000:":       "does nothing",
		"account=77000000:please": `no bank answers with "please"`,
		"amount=20.25:R99":        `no bank answers with "R99"`,
		"amount=20.25:R10 LATTE":  `no bank answers with "LATTE"`,
		"bank=1:R01":              "no account, amount or name",
	} {
		t.Run(text, func(t *testing.T) {
			rule, err := ParseRule(text)
			if err != nil {
				if want == "" || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
				return
			}
			var got []string
			for _, e := range []nacha.Entry{{Name: "ADA", Account: "77000000", AmountCents: 1025}, {Name: "SAM", Account: "77000001", AmountCents: 2025}} {
				if p := script([]Rule{rule})(nacha.BatchHeader{}, e); p != (fed.Plan{}) {
					got = append(got, strings.TrimSpace(e.Name+" "+p.Return+p.Change+map[bool]string{true: " late"}[p.Late]))
				}
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("got %v, want %q", got, want)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
