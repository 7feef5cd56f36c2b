package workers

import (
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// closesAtFive is a bank that takes files until 17:00 and wants credits two
// banking days ahead.
func closesAtFive() domain.BankProfile {
	two := 2
	return domain.BankProfile{Terms: calendar.Terms{
		Deadlines: []calendar.BankDeadline{{At: "17:00", Settles: calendar.SettlesByLeadDays}},
		LeadDays:  &calendar.LeadDays{Credit: &two},
	}}
}

// dates are the effective dates of the batches of a file.
func datesOf(f domain.File) (on []string) {
	for _, b := range f.Batches {
		on = append(on, b.EffectiveOn)
	}
	return on
}

// An entry of Thursday, 17:30, gets Tuesday.
func TestEntriesAreDatedByTheTermsOfTheirBank(t *testing.T) {
	b := openBank(t)
	b.asks(closesAtFive())
	b.clock.Set(at("2026-11-19 17:30"))
	b.posts(gym, 1, push)
	b.sweepAt("2026-11-19 22:30")
	f := b.onlyFile()
	if got := datesOf(f); !slices.Equal(got, []string{"261124"}) {
		t.Fatalf("dated %v, want Tuesday the 24th", got)
	}
	if why := f.Batches[0].DatedBy; why != "the bank takes files until 17:00 on 2026-11-20, and a credit settles 2 banking days later" {
		t.Errorf("it says %q", why)
	}
	if want := at("2026-11-20 17:00"); !f.SendBy.Equal(want) {
		t.Errorf("its dates hold until %s, want %s", f.SendBy, want)
	}
	b.verify()
}

// A file that waited for its server is dated again once its bank has closed,
// hours before FedACH would have.
func TestAFileThatMissesItsBanksDeadlineIsDatedAgain(t *testing.T) {
	b := openBank(t)
	b.asks(closesAtFive())
	b.posts(gym, 1, push)
	b.fault = stopAt("after cut")
	b.clock.Set(at("2026-11-20 16:30"))
	_ = b.batcher.Sweep(t.Context())
	b.restart()
	if got := datesOf(b.onlyFile()); !slices.Equal(got, []string{"261124"}) {
		t.Fatalf("cut for %v", got)
	}
	b.sweepAt("2026-11-20 17:00")
	f := b.onlyFile()
	if got := datesOf(f); !slices.Equal(got, []string{"261125"}) || !strings.Contains(f.Redated[1], "2026-11-20 17:00") {
		t.Errorf("dated %v because %q", got, f.Redated[1])
	}
	b.verify()
}

// What waits for a date is due by the terms of the bank as they are, also where
// they were set while it waited.
func TestWhatWaitsForADateIsDueByTheTermsOfItsBank(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1, push, on("2026-11-25"))
	b.asks(closesAtFive())
	b.posts(gym, 1, push, on("2026-11-25"))
	b.sweepAt("2026-11-20 16:59")
	if files := b.cutFiles(); len(files) > 0 {
		t.Fatalf("cut on Friday for %v", datesOf(files[0]))
	}
	b.sweepAt("2026-11-20 22:30") // after Friday's last deadline it is Monday's
	f := b.onlyFile()
	if f.Cut.Totals.Entries != 2 || f.Batches[0].EffectiveOn != "261125" {
		t.Errorf("%d entries, dated %v", f.Cut.Totals.Entries, datesOf(f))
	}
	b.verify()
}

// Software that calls each of its batches mixed sends debits, which the bank takes
// until the day before: they keep their date, also when the process stops.
func TestABatchThatIsCalledMixedIsDatedByWhatItHolds(t *testing.T) {
	debits := func(f *nacha.File) {
		f.Batches = f.Batches[:1]
		for i := range f.Batches[0].Entries {
			f.Batches[0].Entries[i].Code = 27
		}
	}
	for _, step := range []string{"", "after opened"} {
		t.Run(step, func(t *testing.T) {
			b := openBank(t)
			b.asks(closesAtFive())
			b.fault = stopAt(step)
			if _, err := b.upload(rendered(t, payroll(3, debits))); (err != nil) != (step != "") {
				t.Fatal(err)
			}
			b.restart()
			b.sweep()
			f := b.onlyFile()
			if got := datesOf(f); !slices.Equal(got, []string{"261123"}) || len(f.Redated) > 0 || f.Batches[0].ServiceClass != nacha.MixedClass {
				t.Errorf("class %d, dated %v because %v", f.Batches[0].ServiceClass, got, f.Redated)
			}
			b.verify()
		})
	}
}

// Credits with the debit that balances them leave as early as credits do: no debit
// by itself could have their date.
func TestABatchOfBothHasTheDateOfWhatItsBankWantsFirst(t *testing.T) {
	b := openBank(t)
	b.asks(closesAtFive())
	_, err := b.upload(rendered(t, payroll(3, datedFor("261124"))))
	must(t, err)
	b.sweep()
	f := b.onlyFile()
	if got := datesOf(f); !slices.Equal(got, []string{"261124", "261124"}) || len(f.Redated) > 0 {
		t.Errorf("dated %v because %v", got, f.Redated)
	}
	b.verify()
}

func TestAClientsOwnFileIsHeldAgainstTheTermsOfItsBank(t *testing.T) {
	b := openBank(t)
	b.asks(closesAtFive())
	_, err := b.upload(rendered(t, payroll(3))) // credits for Monday the 23rd, on Friday
	if domain.CodeOf(err) != domain.RuleBroken || !strings.Contains(err.Error(), "a credit settles 2 banking days later: 2026-11-24 at the earliest") {
		t.Errorf("got %v", err)
	}
}

// A return waits for the window at 22:30 when its bank says that it takes files until
// 17:00 only. It leaves before that.
func TestAnAnswerLeavesBeforeTheDeadlineThatItsBankHasNow(t *testing.T) {
	b := openBank(t)
	id := b.receive(gym)
	b.clock.Set(at("2026-11-20 16:35"))
	item := b.answer(gym, id, returned, until("2026-11-21 02:15"))
	b.sweep()
	b.asks(domain.BankProfile{Terms: calendar.Terms{Deadlines: []calendar.BankDeadline{{At: "17:00", Settles: calendar.SettlesByLeadDays}}}})
	must(t, b.views.CatchUp(t.Context()))
	wake, err := b.batcher.NextWake(t.Context())
	if must(t, err); !wake.Equal(at("2026-11-20 16:45")) {
		t.Errorf("the next pass is at %s", wake)
	}
	b.sweepAt("2026-11-20 16:45")
	if i := b.itemNamed(id, item); i.State != domain.Filed {
		t.Errorf("the return is %s", i.State)
	}
}
