package calendar_test

import (
	"testing"

	"github.com/achledger/achledger/domain/calendar"
)

func feeAhead(leadDays int) func(calendar.Date) calendar.TimeLimit {
	return func(day calendar.Date) calendar.TimeLimit { return calendar.ReturnFeeDeadline(day, leadDays) }
}

func TestATimeLimitEndsWithAWindowOfTheFed(t *testing.T) {
	for _, tt := range []struct {
		story                       string
		limit                       func(calendar.Date) calendar.TimeLimit
		day                         string
		sendOn, sendBefore, reachBy string
	}{
		{"a return of Monday's entry", calendar.ReturnDeadline, "2026-11-16", "2026-11-17", "2026-11-18 02:15", "2026-11-18"},
		{"a return of Thursday's entry leaves by Saturday morning", calendar.ReturnDeadline, "2026-11-19", "2026-11-20", "2026-11-21 02:15", "2026-11-23"},
		{"a return over Thanksgiving", calendar.ReturnDeadline, "2026-11-25", "2026-11-27", "2026-11-28 02:15", "2026-11-30"},
		{"a return over the Monday of Independence Day", calendar.ReturnDeadline, "2027-07-01", "2027-07-02", "2027-07-03 02:15", "2027-07-06"},
		{"a credit refused on a Saturday", calendar.ReturnDeadline, "2026-11-21", "2026-11-23", "2026-11-24 02:15", "2026-11-24"},

		{"unauthorized: the sixtieth day is a Friday", calendar.UnauthorizedReturnDeadline, "2026-09-21", "2026-11-20", "2026-11-21 02:15", "2026-11-23"},
		{"unauthorized: it is a Saturday", calendar.UnauthorizedReturnDeadline, "2026-09-22", "2026-11-20", "2026-11-21 02:15", "2026-11-23"},
		{"unauthorized: it is a Monday", calendar.UnauthorizedReturnDeadline, "2026-09-24", "2026-11-23", "2026-11-24 02:15", "2026-11-24"},
		{"unauthorized: the day after it is Thanksgiving", calendar.UnauthorizedReturnDeadline, "2026-09-26", "2026-11-25", "2026-11-26 02:15", "2026-11-27"},
		{"unauthorized: it is New Year's Eve", calendar.UnauthorizedReturnDeadline, "2026-11-01", "2026-12-31", "2027-01-01 02:15", "2027-01-04"},

		{"a statement reviewed on the Friday before Thanksgiving", calendar.StatementDeadline, "2026-11-20", "2026-11-30", "2026-12-01 02:15", "2026-12-01"},

		{"a dishonor over Thanksgiving", calendar.DishonorDeadline, "2026-11-23", "2026-12-01", "2026-12-02 02:15", "2026-12-02"},
		{"a contest", calendar.ContestDeadline, "2026-11-19", "2026-11-23", "2026-11-24 02:15", "2026-11-24"},
		{"a correction", calendar.CorrectionDeadline, "2026-11-24", "2026-11-27", "2026-11-28 02:15", "2026-11-30"},

		{"a refused change: the fifteenth day", calendar.RefuseChangeDeadline, "2026-11-02", "2026-11-17", "2026-11-18 02:15", "2026-11-18"},
		{"a refused change: it is a Sunday", calendar.RefuseChangeDeadline, "2026-11-07", "2026-11-20", "2026-11-21 02:15", "2026-11-23"},

		{"a reversal over Thanksgiving", calendar.ReversalDeadline, "2026-11-20", "2026-11-30", "2026-11-30 22:45", "2026-11-30"},
		{"a fee: the 45th day", feeAhead(1), "2026-11-06", "2026-12-18", "2026-12-19 02:15", "2026-12-21"},
		{"a fee: its bank wants debits two days ahead", feeAhead(2), "2026-11-06", "2026-12-17", "2026-12-18 02:15", "2026-12-18"},
		{"a fee: its bank settles debits that day", feeAhead(0), "2026-11-06", "2026-12-21", "2026-12-22 02:15", "2026-12-22"},

		{"a retry: the 180th day", calendar.RetryDeadline, "2026-05-22", "2026-11-18", "2026-11-19 02:15", "2026-11-19"},
		{"a retry: it is a Saturday", calendar.RetryDeadline, "2026-05-25", "2026-11-20", "2026-11-21 02:15", "2026-11-23"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			got := tt.limit(on(t, tt.day))
			if got.SendOn.String() != tt.sendOn || !got.SendBefore.Equal(at(t, tt.sendBefore)) || got.ReachBy.String() != tt.reachBy {
				t.Errorf("send on %s before %s to reach by %s; want %s, %s, %s", got.SendOn, got.SendBefore, got.ReachBy, tt.sendOn, tt.sendBefore, tt.reachBy)
			}
			if calendar.ProcessingDay(got.SendBefore.Add(-1)) != got.SendOn {
				t.Errorf("%s is not in the processing day %s", got.SendBefore, got.SendOn)
			}
		})
	}
}

func TestALiveEntryMaySettleThreeDaysAfterItsPrenote(t *testing.T) {
	if got := calendar.PrenoteLiveFrom(on(t, "2026-11-24")).String(); got != "2026-11-30" {
		t.Errorf("a prenote settled on Tuesday before Thanksgiving is live from %s, want 2026-11-30", got)
	}
}
