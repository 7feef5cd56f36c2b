package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Request has the values on which the date of an entry depends.
type Request struct {
	AskedOn     Date // the effective entry date asked for; zero: as soon as possible
	SameDay     bool // same-day settlement asked for
	SEC         string
	Kind        Kind
	AmountCents int64
	Bank        *Terms // of the ODFI; nil: FedACH's
}

// Decision is the date an entry gets if it leaves now, or the forecast if it
// has to wait.
type Decision struct {
	EffectiveOn Date      // the effective entry date to send; a banking day
	SameDay     bool      // it settles on the processing day it is sent
	SettlesOn   Date      // expected settlement
	SettlesAt   time.Time // the same as an instant
	Due         bool      // it may leave now
	DueAt       time.Time // when it may leave: now if Due

	// Moved says why EffectiveOn is not the date asked for, NotSameDay why
	// same-day settlement was asked for and is not given. Both are sentences
	// that a client may read; empty if there is nothing to explain.
	Moved      string
	NotSameDay string
	// Terms explains a date that nobody asked for, if the bank's own terms make
	// it differ from FedACH's.
	Terms string
}

// Effective decides an entry's dates at an instant. It is called when a request
// is accepted, as a forecast, and again when a file is cut or could not be
// delivered in time; the last result is sent.
//
// Without a date asked for, the effective entry date is the first banking day
// after the processing day of the next FedACH deadline. A date asked for is
// kept until it comes; see DueAt. A day on which banks are closed becomes the
// next banking day, and one that can no longer be met is dated again.
func Effective(now time.Time, want Request) Decision {
	day := want.Bank.ProcessingDay(now)
	if !want.SameDay {
		return standard(now, day, want)
	}
	deadline, reason := sameDay(now, day, want)
	if reason != "" {
		d := standard(now, day, want)
		d.NotSameDay = reason
		return d
	}
	return Decision{
		EffectiveOn: day, SameDay: true,
		SettlesOn: day, SettlesAt: deadline.SettlesAt,
		Due: true, DueAt: now,
		Moved: moved(want, day, day),
	}
}

// standard dates an entry that settles on the morning of its effective date,
// or by the lead days of its bank.
func standard(now time.Time, day Date, want Request) Decision {
	asked, bank := want.AskedOn, want.Bank
	earliest := AddBankingDays(day, bank.Lead(want.SEC, want.Kind))
	on := earliest
	if !asked.IsZero() && asked.After(earliest) {
		on = OnOrAfter(asked)
	}
	d := Decision{EffectiveOn: on, SettlesOn: on, SettlesAt: bank.settlesAt(on, day), Due: true, DueAt: now}
	if !asked.IsZero() && OnOrAfter(asked) == on { // the date asked for is kept, so the entry waits for it
		if due := bank.DueAt(on, want.SEC, want.Kind); due.After(now) {
			d.Due, d.DueAt = false, due
		}
	}
	d.Moved = moved(want, on, day)
	if asked.IsZero() && !bank.Fed() && on != NextBankingDay(ProcessingDay(now)) {
		d.Terms = fmt.Sprintf("the bank takes files until %s, and a %s %s",
			bank.clock(bank.closes(day).At), cmp.Or(want.Kind, Credit), settlesLater(bank.Lead(want.SEC, want.Kind)))
	}
	return d
}

// sameDay finds the deadline at which an entry can still settle the same day,
// or the reason why it cannot.
func sameDay(now time.Time, day Date, want Request) (Deadline, string) {
	if ok, reason := want.Bank.SameDayEligible(want.SEC, want.Kind, want.AmountCents, day); !ok {
		return Deadline{}, reason
	}
	if want.AskedOn.After(day) {
		if want.Bank.Fed() {
			return Deadline{}, fmt.Sprintf("the effective date asked for, %s, is met at 08:30 that morning without it", OnOrAfter(want.AskedOn))
		}
		return Deadline{}, fmt.Sprintf("the effective date asked for, %s, is after the day itself", OnOrAfter(want.AskedOn))
	}
	last := ""
	for _, d := range want.Bank.deadlinesOf(day) {
		switch {
		case d.SameDay && now.Before(d.At):
			return d, ""
		case d.SameDay:
			last = d.At.In(want.Bank.zone()).Format("15:04")
		}
	}
	switch {
	case last == "":
		return Deadline{}, fmt.Sprintf("the bank takes nothing for same-day settlement on %s", day)
	case want.Bank.zone() == Eastern:
		return Deadline{}, fmt.Sprintf("the last same-day deadline of %s, %s New York time, has passed", day, last)
	default:
		return Deadline{}, fmt.Sprintf("the last same-day deadline of %s, %s %s, has passed", day, last, want.Bank.zone())
	}
}

// moved explains why an entry got another date than the one asked for.
func moved(want Request, on, day Date) string {
	asked := want.AskedOn
	if asked.IsZero() || asked == on {
		return ""
	}
	switch kept := OnOrAfter(asked); {
	case kept == on:
		return fmt.Sprintf("%s is %s: moved to the next banking day, %s", asked, whyClosed(asked), on)
	case kept.Before(day):
		return fmt.Sprintf("%s has passed: dated again for %s", asked, on)
	case !want.Bank.Fed():
		last := want.Bank.LastDeadline(kept, false, want.Bank.Lead(want.SEC, want.Kind))
		return fmt.Sprintf("the bank's last deadline to settle on %s, %s, has passed: dated again for %s", kept, want.Bank.clock(last), on)
	default:
		return fmt.Sprintf("the last deadline to settle on the morning of %s has passed: dated again for %s", kept, on)
	}
}

func whyClosed(day Date) string {
	if name, ok := Holiday(day); ok {
		return name
	}
	return "a " + day.Weekday().String()
}

// DueAt returns when an entry with a date asked for becomes due: 03:00 New York
// time on the banking day before it, when the processing day begins whose files
// settle on the morning of that date. The operator refuses debits dated more
// than one banking day ahead.
func DueAt(asked Date) time.Time { return dayOpens.on(PreviousBankingDay(OnOrAfter(asked))) }
