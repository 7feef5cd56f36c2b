package calendar_test

import (
	"fmt"

	"github.com/achledger/achledger/domain/calendar"
)

// A payment for Thanksgiving, asked for a week before.
func ExampleEffective() {
	now := calendar.NewDate(2026, 11, 18).At(9, 0)
	decision := calendar.Effective(now, calendar.Request{
		AskedOn: calendar.NewDate(2026, 11, 26),
		SEC:     "PPD", Kind: calendar.Credit, AmountCents: 5000_25,
	})
	fmt.Println("effective", decision.EffectiveOn)
	fmt.Println("may leave", decision.DueAt.Format("Monday 15:04"))
	fmt.Println(decision.Moved)
	// Output:
	// effective 2026-11-27
	// may leave Wednesday 03:00
	// 2026-11-26 is Thanksgiving Day: moved to the next banking day, 2026-11-27
}

// A debit settled on a Thursday must be back by Monday's opening, so its
// return leaves by Saturday, 02:15.
func ExampleReturnDeadline() {
	limit := calendar.ReturnDeadline(calendar.NewDate(2026, 11, 19))
	fmt.Println("with the other bank by", limit.ReachBy.Weekday(), limit.ReachBy)
	fmt.Println("sent before", limit.SendBefore.Format("Monday 15:04"))
	// Output:
	// with the other bank by Monday 2026-11-23
	// sent before Saturday 02:15
}
