package codes

import "github.com/achledger/achledger/domain/calendar"

// TimeFrame is how long a code may be used.
type TimeFrame string

// Time frames.
const (
	TwoBankingDays     TimeFrame = "2-banking-days"
	SixtyDays          TimeFrame = "60-days"
	AfterRefusal       TimeFrame = "2-banking-days-after-refusal-notice"
	NextFile           TimeFrame = "next-file"
	ByAgreement        TimeFrame = "by-agreement"
	NotYetSet          TimeFrame = "not-set"
	FiveAfterReturn    TimeFrame = "5-banking-days-after-return"
	TwoAfterDishonor   TimeFrame = "2-banking-days-after-dishonor"
	TwoAfterEntry      TimeFrame = "2-banking-days-after-entry"
	FifteenAfterNotice TimeFrame = "15-days-after-change"
)

// timeFrames has the text of each time frame and, if it ends, its end.
var timeFrames = map[TimeFrame]struct {
	words string
	limit func(calendar.Date) calendar.TimeLimit
}{
	TwoBankingDays:     {"with the originating bank by the opening of the second banking day after settlement", calendar.ReturnDeadline},
	SixtyDays:          {"with the originating bank by the opening of the banking day after the 60th calendar day after settlement", calendar.UnauthorizedReturnDeadline},
	AfterRefusal:       {"with the originating bank by the opening of the second banking day after the receiver refused", calendar.ReturnDeadline},
	NextFile:           {"in the operator's next file", nil},
	ByAgreement:        {"as both banks agree", nil},
	NotYetSet:          {"the rule book does not say yet", nil},
	FiveAfterReturn:    {"sent within five banking days after the return settled", calendar.DishonorDeadline},
	TwoAfterDishonor:   {"sent within two banking days after the dishonored return settled", calendar.ContestDeadline},
	TwoAfterEntry:      {"sent within two banking days after the entry settled", calendar.CorrectionDeadline},
	FifteenAfterNotice: {"sent within 15 calendar days after the notification of change came", calendar.RefuseChangeDeadline},
}

// Words describes the time frame in a phrase that a client may read.
func (f TimeFrame) Words() string { return timeFrames[f].words }

// Limit returns when the time frame ends, counted from the settlement of the
// answered entry, the receiver's refusal, or the receipt of a notification of
// change. Ok is false if it does not end on a fixed day.
func (f TimeFrame) Limit(from calendar.Date) (limit calendar.TimeLimit, ok bool) {
	until := timeFrames[f].limit
	if until == nil {
		return calendar.TimeLimit{}, false
	}
	return until(from), true
}
