package domain_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// batches dated YYMMDD; one with a minus in front is of answers.
func batches(dates ...string) (all []domain.FileBatch) {
	for _, d := range dates {
		answers := d[0] == '-'
		if answers {
			d = d[1:]
		}
		all = append(all, domain.FileBatch{BatchHeader: nacha.BatchHeader{EffectiveOn: d}, Answers: answers})
	}
	return all
}

func newYork(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Eastern)
	if err != nil {
		panic(err)
	}
	return t
}

// Dates decided on Friday 2026-11-20 at 14:30, looked at again later. Monday
// is the 23rd, Thanksgiving Thursday the 26th.
func TestADateThatIsNoLongerTrueMovesAndOthersStay(t *testing.T) {
	decided := newYork("2026-11-20 14:30")
	for name, tt := range map[string]struct {
		batches []domain.FileBatch
		sendBy  string
		now     string
		dates   map[string]string // none: all are still true
		again   string
	}{
		"Monday's is true until Saturday 02:15":     {batches("261123"), "2026-11-21 02:15", "2026-11-21 02:14", nil, ""},
		"and at 02:15 becomes Tuesday's":            {batches("261123"), "2026-11-21 02:15", "2026-11-21 02:15", map[string]string{"261123": "261124"}, "2026-11-24 02:15"},
		"today's is true until 16:45":               {batches("261120"), "2026-11-20 16:45", "2026-11-20 16:44", nil, ""},
		"and then becomes Monday's":                 {batches("261120"), "2026-11-20 16:45", "2026-11-20 16:45", map[string]string{"261120": "261123"}, "2026-11-21 02:15"},
		"it still settles the same day, next time":  {batches("261120"), "2026-11-20 16:45", "2026-11-23 10:00", map[string]string{"261120": "261123"}, "2026-11-23 16:45"},
		"the earliest deadline is the file's":       {batches("261124", "261120", "261123"), "2026-11-20 16:45", "2026-11-20 15:00", nil, ""},
		"only what is past moves":                   {batches("261120", "261124"), "2026-11-20 16:45", "2026-11-20 17:00", map[string]string{"261120": "261123"}, "2026-11-21 02:15"},
		"dates that were days apart may meet":       {batches("261123", "261124"), "2026-11-21 02:15", "2026-11-24 09:00", map[string]string{"261123": "261125", "261124": "261125"}, "2026-11-25 02:15"},
		"over Thanksgiving to Friday":               {batches("261123"), "2026-11-21 02:15", "2026-11-25 12:00", map[string]string{"261123": "261127"}, "2026-11-26 02:15"},
		"a Saturday as a client sent it is Monday":  {batches("261121"), "2026-11-21 02:15", "2026-11-21 02:15", map[string]string{"261121": "261124"}, "2026-11-24 02:15"},
		"answers keep the date of what they answer": {batches("-261101"), "", "2026-12-24 12:00", nil, ""},
		"and hurry nobody":                          {batches("-261101", "261123"), "2026-11-21 02:15", "2026-11-21 02:00", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var want time.Time
			if tt.sendBy != "" {
				want = newYork(tt.sendBy)
			}
			if got := domain.DatedFor(decided, tt.batches, nil); !got.Equal(want) {
				t.Errorf("to be sent by %s, want %s", got.In(calendar.Eastern), tt.sendBy)
			}
			again, ok := domain.Redate(newYork(tt.now), decided, tt.batches, nil)
			if ok != (tt.dates != nil) || len(again.Dates) != len(tt.dates) {
				t.Fatalf("dated again: %v, %v; want %v", ok, again.Dates, tt.dates)
			}
			for from, to := range tt.dates {
				if again.Dates[from] != to {
					t.Errorf("%s became %s, want %s", from, again.Dates[from], to)
				}
			}
			if ok && (!again.SendBy.Equal(newYork(tt.again)) || again.Why == "") {
				t.Errorf("then to be sent by %s because %q, want %s", again.SendBy.In(calendar.Eastern), again.Why, tt.again)
			}
		})
	}
}

// A bank takes some credits two banking days ahead and others one, or none: batches
// of one date have different deadlines, and may get different dates.
func TestBatchesOfOneDateMoveEachByItsOwnDeadline(t *testing.T) {
	zero, one, two := 0, 1, 2
	bySEC := &calendar.Terms{LeadDays: &calendar.LeadDays{Credit: &two, Debit: &one, BySEC: map[string]calendar.LeadDays{"CCD": {Credit: &one}}}}
	atOnce := &calendar.Terms{LeadDays: &calendar.LeadDays{Credit: &zero}}
	batch := func(number int, sec string, class int, on string) domain.FileBatch {
		return domain.FileBatch{BatchHeader: nacha.BatchHeader{Number: number, SEC: sec, ServiceClass: class, EffectiveOn: on}}
	}
	wages, vendors := batch(1, "PPD", nacha.CreditClass, "261124"), batch(2, "CCD", nacha.CreditClass, "261124")
	decided := newYork("2026-11-20 10:00")
	for name, tt := range map[string]struct {
		bank    *calendar.Terms
		batches []domain.FileBatch
		now     string
		want    []string
	}{
		"one deadline has passed": {bySEC, []domain.FileBatch{wages, vendors}, "2026-11-23 09:00", []string{"261125", "261124"}},
		"both have":               {bySEC, []domain.FileBatch{wages, vendors}, "2026-11-24 09:00", []string{"261127", "261125"}},
		"credits settle that day, and the same-day window of debits has passed": {atOnce, []domain.FileBatch{
			batch(1, "PPD", nacha.CreditClass, "261120"), batch(2, "PPD", nacha.DebitClass, "261120"),
		}, "2026-11-20 17:00", []string{"261120", "261123"}},
		"batches of one deadline keep one date": {bySEC, []domain.FileBatch{wages, vendors, batch(3, "PPD", nacha.CreditClass, "261124")},
			"2026-11-23 09:00", []string{"261125", "261124", "261125"}},
	} {
		t.Run(name, func(t *testing.T) {
			var f domain.File
			for _, e := range []domain.Event{&domain.FileOpened{Decided: decided}, &domain.FileFilled{Batches: tt.batches}, &domain.FileCut{}} {
				f.Evolve(domain.Fact{Event: e})
			}
			again, ok := domain.Redate(newYork(tt.now), decided, f.Batches, tt.bank)
			if left := f.RedatedTo(tt.want); !ok || left == nil || !reflect.DeepEqual(left.Dates, again.Dates) || !reflect.DeepEqual(left.Batches, again.Batches) {
				t.Fatalf("dated again %t: %+v; a restored ledger says %+v", ok, again, left)
			}
			f.Evolve(domain.Fact{Event: &again})
			for n, b := range f.Batches {
				if b.EffectiveOn != tt.want[n] {
					t.Errorf("batch %d became %s, want %s", b.Number, b.EffectiveOn, tt.want[n])
				}
				if _, moved := f.Redated[b.Number]; moved != (tt.want[n] != tt.batches[n].EffectiveOn) {
					t.Errorf("batch %d was dated again: %t", b.Number, moved)
				}
			}
			if !f.SendBy.Equal(domain.DatedFor(newYork(tt.now), f.Batches, tt.bank)) {
				t.Errorf("to be sent by %s", f.SendBy)
			}
		})
	}
}
