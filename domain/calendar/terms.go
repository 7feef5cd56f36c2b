package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Terms are a bank's own: when it takes files, and how many banking days
// before their settlement. Nil, or what is left out of them, is FedACH's.
type Terms struct {
	// Deadlines of a day on which banks are open; left out: the six of FedACH.
	Deadlines []BankDeadline `json:"deadlines,omitempty"`
	LeadDays  *LeadDays      `json:"lead_days,omitempty"`
	// TimeZone is the one of the deadlines, America/New_York if left out.
	TimeZone string `json:"time_zone,omitempty"`
	// OwnSameDayLimitCents is the largest amount of one same-day entry that
	// the bank takes; left out, the rules' own.
	OwnSameDayLimitCents int64 `json:"same_day_limit_cents,omitempty"`
}

// BankDeadline is a time of day before which a file must be with the bank.
type BankDeadline struct {
	At string `json:"at"` // HH:MM
	// Days are those of the week on which there is this deadline: mon to fri;
	// left out: all of them.
	Days []string `json:"days,omitempty"`
	// Settles is same_day where the bank also takes entries for settlement on
	// the day itself, else by_lead_days.
	Settles string `json:"settles"`
}

// Values of BankDeadline.Settles.
const (
	SettlesSameDay    = "same_day"
	SettlesByLeadDays = "by_lead_days"
)

// LeadDays are how many banking days before its effective entry date an entry
// is sent; 1 where nothing is said.
type LeadDays struct {
	Credit *int                `json:"credit,omitempty"`
	Debit  *int                `json:"debit,omitempty"`
	BySEC  map[string]LeadDays `json:"by_sec,omitempty"`
}

// MaxLeadDays is the most that a bank may ask for.
const MaxLeadDays = 5

// Fed reports whether all of it is FedACH's.
func (t *Terms) Fed() bool { return t == nil || len(t.Deadlines) == 0 && t.LeadDays == nil }

// Lead is how many banking days before its effective entry date an entry is
// sent.
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

// deadlinesOf are those of a banking day, in order; none on a day of the week
// for which the bank has none.
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

// settlesAt is the instant of settlement of what is sent on a day: the morning,
// or the evening of the day itself.
func (t *Terms) settlesAt(on, sent Date) time.Time {
	if on == sent {
		return sameDayEvening.on(on)
	}
	return settlesMornings.on(on)
}

// ProcessingDay is the day to whose deadlines a file belongs that is with the
// bank at an instant.
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

// lastDay is the last day up to one on which there are deadlines.
func (t *Terms) lastDay(day Date) Date {
	for day = OnOrBefore(day); len(t.deadlinesOf(day)) == 0; {
		day = PreviousBankingDay(day)
	}
	return day
}

// closes is the last deadline of a day.
func (t *Terms) closes(day Date) Deadline {
	all := t.deadlinesOf(day)
	return all[len(all)-1]
}

// opens is from when on a file belongs to a day.
func (t *Terms) opens(day Date) time.Time {
	if t == nil || len(t.Deadlines) == 0 {
		return dayOpens.on(day)
	}
	return t.closes(t.lastDay(PreviousBankingDay(day))).At
}

// DueAt is when an entry with a date asked for becomes due: when the day opens
// whose files settle on that date.
func (t *Terms) DueAt(asked Date, sec string, kind Kind) time.Time {
	return t.opens(t.sentOn(OnOrAfter(asked), t.Lead(sec, kind)))
}

// sentOn is the last day on which an entry is sent that settles on another.
func (t *Terms) sentOn(settles Date, lead int) Date {
	return t.lastDay(AddBankingDays(settles, -lead))
}

// LastDeadline is LastDeadline for a batch whose entries are sent so many
// banking days before.
func (t *Terms) LastDeadline(effectiveOn Date, sameDay bool, lead int) time.Time {
	day := OnOrAfter(effectiveOn)
	if sameDay {
		var last time.Time
		for _, d := range t.deadlinesOf(day) {
			if d.SameDay {
				last = d.At
			}
		}
		return last // zero, and so passed, where the bank has none any more
	}
	return t.closes(t.sentOn(day, lead)).At
}

// NextDeadlines are the n next after an instant, in order.
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

// Limit is a time limit of the network's by the last deadline of the bank's
// that is in time.
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

// ValidEffective is ValidEffective for what leaves at an instant: a date on
// which it can settle by the lead days, or the same day where the bank still
// takes it for that.
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

// clock is an instant as the bank tells it.
func (t *Terms) clock(at time.Time) string { return at.In(t.zone()).Format("15:04 on 2006-01-02") }

// settlesLater says what lead days mean.
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

// Check tells bad what no bank can have, by field and rule.
func (t *Terms) Check(bad func(pointer, code, format string, args ...any)) {
	if t.OwnSameDayLimitCents < 0 || t.OwnSameDayLimitCents > 99_999_999_99 {
		bad("/same_day_limit_cents", "range", "cents above zero, at most those of one entry; left out, the limit of the rules")
	}
	if t.TimeZone != "" {
		if _, err := time.LoadLocation(t.TimeZone); err != nil || t.TimeZone == "Local" {
			bad("/time_zone", "time-zone", "%q is no time zone such as America/Chicago", t.TimeZone)
		}
	}
	standing := map[string]bool{}
	for i, d := range t.Deadlines {
		at := fmt.Sprintf("/deadlines/%d", i)
		if _, err := time.Parse("15:04", d.At); err != nil || len(d.At) != len("15:04") {
			bad(at+"/at", "time", "a time of day as HH:MM")
		}
		if d.Settles != SettlesSameDay && d.Settles != SettlesByLeadDays {
			bad(at+"/settles", "enum", "same_day or by_lead_days")
		}
		for _, day := range d.Days {
			if day != "mon" && day != "tue" && day != "wed" && day != "thu" && day != "fri" {
				bad(at+"/days", "enum", "mon, tue, wed, thu, fri: banks are closed at weekends")
			}
			if standing[d.At+day] {
				bad(at, "duplicate", "%s on %s is there twice", d.At, day)
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
			bad(at+"/"+name, "range", "0 to %d banking days", MaxLeadDays)
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
