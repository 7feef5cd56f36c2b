package calendar

import "time"

// Deadline is one of the six times a processing day at which FedACH takes
// files.
type Deadline struct {
	At        time.Time // a file must have arrived before this instant
	Name      string
	Day       Date      // the processing day the deadline belongs to
	SameDay   bool      // eligible entries dated Day settle on Day itself
	SettlesOn Date      // when its files settle at the earliest
	SettlesAt time.Time // the same as an instant
}

// clock is a wall clock time in New York; days counts midnights since the
// processing day began.
type clock struct{ hour, minute, days int }

func (c clock) on(day Date) time.Time { return day.Add(c.days).At(c.hour, c.minute) }

// FedACH's processing day begins at 03:00 and takes its last files at 02:15 of
// the next calendar day, so that Friday's ends on Saturday. Files that arrive
// in the 45 minutes in between belong to the next processing day. Source:
// FedACH Processing Schedule.
var (
	dayOpens  = clock{hour: 3}
	dayCloses = clock{hour: 2, minute: 15, days: 1}

	// lateEvening is the last deadline whose output reaches the receiving
	// bank on the processing day itself, at 23:30.
	lateEvening = clock{hour: 22, minute: 45}

	// sameDayEvening is when the last same-day window settles.
	sameDayEvening = clock{hour: 18}

	// settlesMornings is when everything but same-day entries settles.
	settlesMornings = clock{hour: 8, minute: 30}
)

// fedDeadlines are the six deadlines of a processing day, in order. Without
// settles, entries settle on the morning of the next banking day. Source:
// FedACH Processing Schedule.
var fedDeadlines = []struct {
	name    string
	at      clock
	settles clock
}{
	{"first same-day window", clock{hour: 10, minute: 30}, clock{hour: 13}},
	{"second same-day window", clock{hour: 14, minute: 45}, clock{hour: 17}},
	{"third same-day window", clock{hour: 16, minute: 45}, clock{hour: 18}},
	{"evening", clock{hour: 20}, clock{}},
	{"late evening", lateEvening, clock{}},
	{"last of the processing day", dayCloses, clock{}},
}

// ProcessingDay returns the processing day of a file that arrives at an
// instant. It is always a banking day: a file that arrives at 01:30 on Tuesday
// belongs to Monday, and so does one that arrives at the weekend.
func ProcessingDay(t time.Time) Date {
	today := DateOf(t)
	yesterday := today.Add(-1)
	if IsBankingDay(yesterday) && t.Before(dayCloses.on(yesterday)) {
		return yesterday
	}
	return OnOrAfter(today)
}

// NextDeadlines returns the n next FedACH deadlines after an instant, in order.
func NextDeadlines(t time.Time, n int) []Deadline { return (*Terms)(nil).NextDeadlines(t, n) }

// AnswerSettlesOn returns when a return, or another answer that moves money, settles:
// with the next deadline after it was delivered, and no earlier than the effective
// entry date of the entry that it is about, which it repeats; zero for none. Source:
// NACHA Operating Rules, effective entry date of return entries.
func AnswerSettlesOn(delivered time.Time, effective Date) Date {
	on := NextDeadlines(delivered, 1)[0].SettlesOn
	if effective.IsZero() || !OnOrAfter(effective).After(on) {
		return on
	}
	return OnOrAfter(effective)
}

func deadlinesOf(day Date) []Deadline {
	all := make([]Deadline, len(fedDeadlines))
	for i, d := range fedDeadlines {
		all[i] = Deadline{At: d.at.on(day), Name: d.name, Day: day}
		if d.settles == (clock{}) {
			all[i].SettlesOn = NextBankingDay(day)
			all[i].SettlesAt = settlesMornings.on(all[i].SettlesOn)
			continue
		}
		all[i].SameDay, all[i].SettlesOn, all[i].SettlesAt = true, day, d.settles.on(day)
	}
	return all
}
