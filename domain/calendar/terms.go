package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Terms are a bank's own terms: when it takes files, and how many banking days
// before settlement. A nil Terms, and each field left out, means FedACH's
// terms.
type Terms struct {
	// Deadlines of a day on which banks are open; left out: the six of FedACH.
	Deadlines []BankDeadline `json:"deadlines,omitempty"`
	LeadDays  *LeadDays      `json:"lead_days,omitempty"`
	// TimeZone is that of the deadlines; America/New_York if left out.
	TimeZone string `json:"time_zone,omitempty"`
	// OwnSameDayLimitCents is the largest amount of one same-day entry that the
	// bank takes; if left out, that of the rules applies.
	OwnSameDayLimitCents int64 `json:"same_day_limit_cents,omitempty"`
}

// BankDeadline is a time of day before which a file must be with the bank.
type BankDeadline struct {
	At string `json:"at"` // HH:MM
	// Days are the weekdays with this deadline: mon to fri; if left out, all.
	Days []string `json:"days,omitempty"`
	// Settles is same_day if the bank also takes entries for same-day
	// settlement until then, otherwise by_lead_days.
	Settles string `json:"settles"`
}

// Values of BankDeadline.Settles.
const (
	SettlesSameDay    = "same_day"
	SettlesByLeadDays = "by_lead_days"
)

// LeadDays are how many banking days before its effective entry date an entry
// is sent; 1 if not set.
type LeadDays struct {
	Credit *int                `json:"credit,omitempty"`
	Debit  *int                `json:"debit,omitempty"`
	BySEC  map[string]LeadDays `json:"by_sec,omitempty"`
}

// MaxLeadDays is the most lead days of a bank.
const MaxLeadDays = 5

// Fed reports whether the terms equal FedACH's.
func (t *Terms) Fed() bool { return t == nil || len(t.Deadlines) == 0 && t.LeadDays == nil }

// Lead returns how many banking days before its effective entry date an entry
// is sent.
func (t *Terms) Lead(sec string, kind Kind) int {
	if t == nil || t.LeadDays == nil {
		return 1
	}
	of := func(l LeadDays) *int {
		if kind == Debit {
			return l.Debit
		}
		return l.Credit
	}
	if days := of(t.LeadDays.BySEC[sec]); days != nil {
		return *days
	}
	if days := of(*t.LeadDays); days != nil {
		return *days
	}
	return 1
}

// zone is the time zone of the deadlines.
func (t *Terms) zone() *time.Location {
	if t == nil || t.TimeZone == "" {
		return Eastern
	}
	zone, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		return Eastern // checked when it was set
	}
	return zone
}

// deadlinesOf returns the deadlines of a banking day, in order; there may be
// none on some weekdays.
func (t *Terms) deadlinesOf(day Date) []Deadline {
	if t == nil || len(t.Deadlines) == 0 {
		return deadlinesOf(day)
	}
	var all []Deadline
	weekday := weekdays[day.Weekday()]
	for _, d := range t.Deadlines {
		clock, err := time.Parse("15:04", d.At)
		if err != nil || len(d.Days) > 0 && !slices.Contains(d.Days, weekday) {
			continue // checked when it was set
		}
		date := day.utc()
		deadline := Deadline{
			At:   time.Date(date.Year(), date.Month(), date.Day(), clock.Hour(), clock.Minute(), 0, 0, t.zone()),
			Name: "the bank's at " + d.At, Day: day, SameDay: d.Settles == SettlesSameDay, SettlesOn: day,
		}
		if !deadline.SameDay {
			deadline.SettlesOn = AddBankingDays(day, t.Lead("", Credit))
		}
		deadline.SettlesAt = t.settlesAt(deadline.SettlesOn, day)
		all = append(all, deadline)
	}
	slices.SortFunc(all, func(a, b Deadline) int { return a.At.Compare(b.At) })
	return all
}

var weekdays = map[time.Weekday]string{
	time.Monday: "mon", time.Tuesday: "tue", time.Wednesday: "wed", time.Thursday: "thu", time.Friday: "fri",
}

// settlesAt returns when entries sent on a day settle: in the morning of a
// later day, or in the evening of the same day.
func (t *Terms) settlesAt(on, sent Date) time.Time {
	if on == sent {
		return sameDayEvening.on(on)
	}
	return settlesMornings.on(on)
}

// ProcessingDay returns the processing day of a file that reaches the bank at
// an instant.
func (t *Terms) ProcessingDay(at time.Time) Date {
	if t == nil || len(t.Deadlines) == 0 {
		return ProcessingDay(at)
	}
	for day := OnOrAfter(DateOf(at).Add(-2)); ; day = NextBankingDay(day) { // no zone is more than a day from New York
		if all := t.deadlinesOf(day); len(all) > 0 && at.Before(all[len(all)-1].At) {
			return day
		}
	}
}

// lastDay returns the last day with deadlines, up to a given one.
func (t *Terms) lastDay(day Date) Date {
	for day = OnOrBefore(day); len(t.deadlinesOf(day)) == 0; {
		day = PreviousBankingDay(day)
	}
	return day
}

// closes returns the last deadline of a day.
func (t *Terms) closes(day Date) Deadline {
	all := t.deadlinesOf(day)
	return all[len(all)-1]
}

// opens returns when the processing day begins.
func (t *Terms) opens(day Date) time.Time {
	if t == nil || len(t.Deadlines) == 0 {
		return dayOpens.on(day)
	}
	return t.closes(t.lastDay(PreviousBankingDay(day))).At
}

// DueAt returns when an entry with a date asked for becomes due: when the
// processing day begins whose files settle on that date.
func (t *Terms) DueAt(asked Date, sec string, kind Kind) time.Time {
	return t.opens(t.sentOn(OnOrAfter(asked), t.Lead(sec, kind)))
}

// sentOn returns the last day on which an entry can be sent to settle on
// another day.
func (t *Terms) sentOn(settles Date, lead int) Date {
	return t.lastDay(AddBankingDays(settles, -lead))
}

// LastDeadline returns the instant before which a file must arrive so that an
// effective entry date in it is right: the last same-day deadline of that day for
// same-day settlement, otherwise the end of the processing day that lies lead
// banking days before. Later the operator would settle a standard entry as an
// unintended same-day entry, so its date is decided again.
func (t *Terms) LastDeadline(effectiveOn Date, sameDay bool, lead int) time.Time {
	day := OnOrAfter(effectiveOn)
	if sameDay {
		var last time.Time
		for _, d := range t.deadlinesOf(day) {
			if d.SameDay {
				last = d.At
			}
		}
		return last // zero, and so passed, if the bank has no such deadline any more
	}
	return t.closes(t.sentOn(day, lead)).At
}

// NextDeadlines returns the n next deadlines after an instant, in order.
func (t *Terms) NextDeadlines(at time.Time, n int) []Deadline {
	next := make([]Deadline, 0, max(n, 0))
	for day := t.ProcessingDay(at); ; day = NextBankingDay(day) {
		for _, deadline := range t.deadlinesOf(day) {
			if len(next) >= n {
				return next
			}
			if at.Before(deadline.At) {
				next = append(next, deadline)
			}
		}
	}
}

// Limit converts a time limit of the network to the last deadline of the bank
// that keeps it.
func (t *Terms) Limit(l TimeLimit) TimeLimit {
	if t == nil || len(t.Deadlines) == 0 {
		return l
	}
	for day := OnOrAfter(DateOf(l.SendBefore)); ; day = PreviousBankingDay(day) {
		all := t.deadlinesOf(day)
		for n := len(all) - 1; n >= 0; n-- {
			if !all[n].At.After(l.SendBefore) {
				l.SendOn, l.SendBefore = day, all[n].At
				return l
			}
		}
	}
}

// ValidEffective is the function ValidEffective for an entry that leaves at an
// instant: a date is valid if the entry can settle on it with the lead days, or
// on the same day if the bank still takes it for that.
func (t *Terms) ValidEffective(effectiveOn Date, at time.Time, sec string, kind Kind) error {
	day, lead := t.ProcessingDay(at), t.Lead(sec, kind)
	if t.Fed() {
		return ValidEffective(effectiveOn, day, kind == Credit)
	}
	ahead := debitsAheadDays
	if kind == Credit {
		ahead = creditsAheadDays
	}
	earliest, latest := AddBankingDays(day, lead), AddBankingDays(day, max(ahead, lead))
	switch on := OnOrAfter(effectiveOn); {
	case on.After(latest):
		return fmt.Errorf("effective entry date %s is too far ahead: a %s processed on %s may be dated %s at the latest", effectiveOn, kind, day, latest)
	case on.Before(earliest) && !(on == day && t.takesSameDay(day, at)):
		return fmt.Errorf("effective entry date %s is too early: the bank takes files until %s, and a %s %s: %s at the earliest",
			effectiveOn, t.clock(t.closes(day).At), kind, settlesLater(lead), earliest)
	}
	return nil
}

func (t *Terms) takesSameDay(day Date, at time.Time) bool {
	return slices.ContainsFunc(t.deadlinesOf(day), func(d Deadline) bool { return d.SameDay && at.Before(d.At) })
}

// clock formats an instant in the bank's time zone.
func (t *Terms) clock(at time.Time) string { return at.In(t.zone()).Format("15:04 on 2006-01-02") }

// settlesLater explains the lead days.
func settlesLater(lead int) string {
	switch lead {
	case 0:
		return "settles that day"
	case 1:
		return "settles on the next banking day"
	default:
		return fmt.Sprintf("settles %d banking days later", lead)
	}
}

// Check reports terms that no bank can have, by field and rule.
func (t *Terms) Check(bad func(pointer, code, format string, args ...any)) {
	if t.OwnSameDayLimitCents < 0 || t.OwnSameDayLimitCents > 99_999_999_99 {
		bad("/same_day_limit_cents", "range", "must be cents above zero, at most those of one entry; left out, the limit of the rules")
	}
	if t.TimeZone != "" {
		if _, err := time.LoadLocation(t.TimeZone); err != nil || t.TimeZone == "Local" {
			bad("/time_zone", "time-zone", "%q is not a time zone such as America/Chicago", t.TimeZone)
		}
	}
	standing := map[string]bool{}
	for i, d := range t.Deadlines {
		at := fmt.Sprintf("/deadlines/%d", i)
		if _, err := time.Parse("15:04", d.At); err != nil || len(d.At) != len("15:04") {
			bad(at+"/at", "time", "must be a time of day as HH:MM")
		}
		if d.Settles != SettlesSameDay && d.Settles != SettlesByLeadDays {
			bad(at+"/settles", "enum", "must be same_day or by_lead_days")
		}
		for _, day := range d.Days {
			if day != "mon" && day != "tue" && day != "wed" && day != "thu" && day != "fri" {
				bad(at+"/days", "enum", "must be of mon, tue, wed, thu, fri: banks are closed at weekends")
			}
			if standing[d.At+day] {
				bad(at, "duplicate", "%s on %s is listed twice", d.At, day)
			}
			standing[d.At+day] = true
		}
	}
	if t.LeadDays != nil {
		t.LeadDays.check("/lead_days", bad)
	}
}

func (l LeadDays) check(at string, bad func(pointer, code, format string, args ...any)) {
	for name, days := range map[string]*int{"credit": l.Credit, "debit": l.Debit} {
		if days != nil && (*days < 0 || *days > MaxLeadDays) {
			bad(at+"/"+name, "range", "must be 0 to %d banking days", MaxLeadDays)
		}
	}
	for sec, of := range l.BySEC {
		if len(sec) != 3 || of.BySEC != nil {
			bad(at+"/by_sec", "sec-code", "days by three letters such as CCD: {\"credit\":2,\"debit\":1}")
			continue
		}
		of.check(at+"/by_sec/"+sec, bad)
	}
}
