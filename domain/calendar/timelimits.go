package calendar

import "time"

// TimeLimit is how long an answer to an entry may still be sent.
type TimeLimit struct {
	SendOn     Date      // the last processing day on which it may leave
	SendBefore time.Time // a file with it must have reached FedACH before this instant
	ReachBy    Date      // banking day by whose opening, or on which, it must reach the other bank
}

// throughDay is a limit that ends with a processing day; what is sent on it
// reaches the other bank by the opening of the next.
func throughDay(day Date) TimeLimit {
	return TimeLimit{SendOn: day, SendBefore: dayCloses.on(day), ReachBy: NextBankingDay(day)}
}

// byOpeningOf is a limit that ends with the opening of a banking day.
func byOpeningOf(day Date) TimeLimit { return throughDay(PreviousBankingDay(day)) }

// ReturnDeadline is how long the receiving bank may return an ordinary entry
// settled on a day: the return must reach the originating bank by the opening
// of the second banking day after settlement. For a credit the receiver
// refuses (R23), give the day of the refusal notice instead. Source: NACHA
// Operating Rules, timing requirements for returns.
func ReturnDeadline(settledOn Date) TimeLimit { return byOpeningOf(AddBankingDays(settledOn, 2)) }

// UnauthorizedReturnDeadline is how long an entry the consumer did not
// authorize may be returned: it must reach the originating bank by the
// opening of the banking day that follows the sixtieth calendar day after
// settlement. Source: NACHA Operating Rules, extended returns.
func UnauthorizedReturnDeadline(settledOn Date) TimeLimit {
	return byOpeningOf(NextBankingDay(settledOn.Add(60)))
}

// StatementDeadline is how long an entry may be returned that needs a written
// statement of the receiver, once the bank has reviewed it: the return must
// reach the originating bank by the opening of the sixth banking day after. The
// limit of sixty days applies as well. Source: NACHA Operating Rules, amendment
// of 2024-10-01.
func StatementDeadline(reviewedOn Date) TimeLimit { return byOpeningOf(AddBankingDays(reviewedOn, 6)) }

// Earlier returns the limit that ends first.
func (l TimeLimit) Earlier(other TimeLimit) TimeLimit {
	if other.SendBefore.Before(l.SendBefore) {
		return other
	}
	return l
}

// DishonorDeadline is how long the originating bank may dishonor a return:
// sent within five banking days after the return settled. Source: NACHA
// Operating Rules, dishonor of return entries.
func DishonorDeadline(returnSettledOn Date) TimeLimit {
	return throughDay(AddBankingDays(returnSettledOn, 5))
}

// ContestDeadline is how long the receiving bank may contest a dishonored
// return or correct the return: sent within two banking days after the
// dishonored return settled. Source: NACHA Operating Rules, contested
// dishonored returns.
func ContestDeadline(dishonorSettledOn Date) TimeLimit {
	return throughDay(AddBankingDays(dishonorSettledOn, 2))
}

// CorrectionDeadline is how long the receiving bank may send a notification
// of change: within two banking days after the entry settled. Source: NACHA
// Operating Rules, notifications of change.
func CorrectionDeadline(settledOn Date) TimeLimit {
	return throughDay(AddBankingDays(settledOn, 2))
}

// RefuseChangeDeadline is how long the originating bank may refuse a
// notification of change: fifteen calendar days after its receipt, or the
// banking day before if the fifteenth is not a banking day. Source: NACHA
// Operating Rules, refused notifications of change.
func RefuseChangeDeadline(receivedOn Date) TimeLimit {
	return throughDay(OnOrBefore(receivedOn.Add(15)))
}

// ReversalDeadline is how long an erroneous entry may be reversed: the reversal
// must be with the receiving bank within five banking days after the entry
// settled. FedACH delivers files that arrived before 22:45 at 23:30 of the same
// day, so the last moment is the fifth banking day, 22:45. Source: NACHA
// Operating Rules, reversing entries.
func ReversalDeadline(settledOn Date) TimeLimit {
	day := AddBankingDays(settledOn, 5)
	return TimeLimit{SendOn: day, SendBefore: lateEvening.on(day), ReachBy: day}
}

// RetryDeadline is how long an entry returned as R01 or R09 may be presented
// again: within 180 calendar days after the original entry settled. Source:
// NACHA Operating Rules, reinitiation.
func RetryDeadline(originalSettledOn Date) TimeLimit {
	return throughDay(OnOrBefore(originalSettledOn.Add(180)))
}

// ReturnFeeDeadline is how long a fee for a returned debit may leave: it has to
// settle within 45 calendar days after the return settled, and leaves as many
// banking days before as its bank wants debits ahead. Source: NACHA Operating
// Rules, return fee entries.
func ReturnFeeDeadline(returnSettledOn Date, leadDays int) TimeLimit {
	return throughDay(AddBankingDays(OnOrBefore(returnSettledOn.Add(45)), -leadDays))
}

// CorrectedEntryDeadline is how long a corrected entry may follow a debit
// returned R11 without a new authorization: within sixty calendar days after
// the return settled. Source: NACHA Operating Rules, amendment of 2020-04-01.
func CorrectedEntryDeadline(returnSettledOn Date) TimeLimit {
	return throughDay(OnOrBefore(returnSettledOn.Add(60)))
}

// RequestAnsweredBy is when the time ends in which a receiving bank has to
// answer a request for return: the tenth banking day after the request. Source:
// NACHA Operating Rules, amendment of 2025-04-01.
func RequestAnsweredBy(askedOn Date) time.Time { return AddBankingDays(askedOn, 10).Add(1).At(0, 0) }

// PrenoteLiveFrom is the first day live entries may settle after a prenote: the
// third banking day after it settled, unless a return or a notification of
// change was received. Source: NACHA Operating Rules, prenotifications.
func PrenoteLiveFrom(prenoteSettledOn Date) Date { return AddBankingDays(prenoteSettledOn, 3) }
