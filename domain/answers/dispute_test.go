package answers_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
)

// The notification came on 24 November 2026 and waited for a person until 7 December:
// the fifteen days count from when it came.
func TestAChangeIsRefusedInTimeHoweverLongItWaitedForAPerson(t *testing.T) {
	for name, tt := range map[string]struct {
		settled, made, booked, now string
		want                       domain.Code
	}{
		"it was booked at once":                           {"2026-11-24", "2026-11-23T22:10:00-05:00", "2026-11-24T12:00:00Z", "2026-12-09T07:14:00Z", ""},
		"on the fifteenth day":                            {"2026-11-24", "", "2026-12-07T12:00:00Z", "2026-12-10T07:14:00Z", ""},
		"and after it":                                    {"2026-11-24", "", "2026-12-07T12:00:00Z", "2026-12-10T07:16:00Z", domain.ReturnWindowClosed},
		"it had come the evening before":                  {"2026-11-24", "2026-11-23T22:10:00-05:00", "2026-12-07T12:00:00Z", "2026-12-09T07:16:00Z", domain.ReturnWindowClosed},
		"nobody knows when it came except by its booking": {"", "", "2026-12-07T12:00:00Z", "2026-12-22T12:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := sent().add(tt.booked, &domain.TransactionCorrected{Incoming: domain.Incoming{ItemID: "noc", ReplyTo: "out", SettledOn: tt.settled, FileMadeAt: tt.made,
				Header: nacha.BatchHeader{SEC: "COR", ODFI: "12104288", CompanyName: "HARBOR GYM", CompanyID: "1840000017", Description: "DUES NOV"},
				Entry: nacha.Entry{Code: 26, Routing: "231380104", Trace: "121042880000601", Correction: &nacha.Correction{
					Code: "C01", OriginalTrace: "231380100000001", OriginalRouting: "12104288"}}}})
			c := s.at(tt.now, delivered())
			_, err := answers.RefuseChange{ItemID: "x", ReplyTo: "noc", Code: "C61"}.Decide(c)
			if got := domain.CodeOf(err); got != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
			offered := false
			for _, a := range c.Available() {
				offered = offered || a.Name == "refuse"
			}
			if offered != (tt.want == "") {
				t.Errorf("it is offered: %t", offered)
			}
		})
	}
}
