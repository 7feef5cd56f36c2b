package domain_test

import (
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
