package domain

import (
	"cmp"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// DatedFor returns the bank's or FedACH's deadline up to which the effective
// dates of the batches hold, if they were decided at an instant: the earliest
// of the forward batches. It is zero for answers only, whose dates are those of
// the entries they answer.
func DatedFor(decided time.Time, batches []FileBatch, bank *calendar.Terms) time.Time {
	var sendBy time.Time
	for _, b := range batches {
		if by, forward := b.deadline(decided, bank); forward && (sendBy.IsZero() || by.Before(sendBy)) {
			sendBy = by
		}
	}
	return sendBy
}

// deadline is the last instant at which the batch's effective date holds. A
// batch dated the processing day on which it was decided is meant to settle
// that same day.
func (b FileBatch) deadline(decided time.Time, bank *calendar.Terms) (by time.Time, forward bool) {
	on, err := calendar.ParseYYMMDD(b.EffectiveOn)
	if b.Answers || err != nil {
		return time.Time{}, false
	}
	_, lead := b.lead(bank)
	return bank.LastDeadline(on, b.sameDay(on, decided, bank), lead), true
}

// lead is how many banking days before its effective date the batch is sent,
// and the direction with that lead.
func (b FileBatch) lead(bank *calendar.Terms) (calendar.Kind, int) {
	credit, debit := bank.Lead(b.SEC, calendar.Credit), bank.Lead(b.SEC, calendar.Debit)
	class := cmp.Or(b.EntriesClass, b.ServiceClass)
	if class == nacha.DebitClass || class != nacha.CreditClass && debit > credit {
		return calendar.Debit, debit
	}
	return calendar.Credit, credit
}

// sameDay reports whether the batch is meant to settle on the day it is sent.
// At a bank whose files settle that day by default, none is.
func (b FileBatch) sameDay(on calendar.Date, decided time.Time, bank *calendar.Terms) bool {
	_, lead := b.lead(bank)
	return lead > 0 && calendar.OnOrAfter(on) == bank.ProcessingDay(decided)
}

// Redate decides the dates of the batches again whose deadline has passed; ok
// is false if every date still holds. A stale date would not delay an entry:
// the operator would settle it the same day, for a fee nobody asked for. A
// batch that asked for same-day settlement asks for it again. Decided is when
// the dates were last decided.
func Redate(now, decided time.Time, batches []FileBatch, bank *calendar.Terms) (again FileRedated, ok bool) {
	moved := append([]FileBatch(nil), batches...)
	var missed time.Time
	for i, b := range moved {
		by, forward := b.deadline(decided, bank)
		if !forward || now.Before(by) {
			continue
		}
		on, _ := calendar.ParseYYMMDD(b.EffectiveOn)
		want := calendar.Request{AskedOn: on, SameDay: b.sameDay(on, decided, bank), Bank: bank}
		if !bank.Fed() {
			want.SEC = b.SEC
			want.Kind, _ = b.lead(bank)
		}
		moved[i].EffectiveOn = calendar.Effective(now, want).EffectiveOn.YYMMDD()
		if missed.IsZero() || by.Before(missed) {
			missed = by
		}
	}
	if again, ok = redated(batches, func(i int) string { return moved[i].EffectiveOn }); !ok {
		return again, false
	}
	again.SendBy, again.Decided = DatedFor(now, moved, bank), now
	again.Why = fmt.Sprintf("the deadline at %s New York time had passed before the file could leave",
		missed.In(calendar.Eastern).Format("2006-01-02 15:04"))
	return again, true
}

// redated returns what changes the dates of the batches to new ones, by index; ok
// is false if none changes, or one of answers. Batches of one date usually keep one
// date.
func redated(batches []FileBatch, to func(int) string) (again FileRedated, ok bool) {
	dates, apart := map[string]string{}, map[string]bool{}
	for i, b := range batches {
		on := to(i)
		switch known, seen := dates[b.EffectiveOn]; {
		case b.Answers && on != b.EffectiveOn:
			return FileRedated{}, false
		case b.Answers:
		case seen && known != on:
			apart[b.EffectiveOn] = true
		default:
			dates[b.EffectiveOn] = on
		}
	}
	again.Dates = dates
	for i, b := range batches {
		if on := to(i); apart[b.EffectiveOn] && on != b.EffectiveOn && !b.Answers {
			if again.Batches == nil {
				again.Batches = map[string]string{}
			}
			again.Batches[strconv.Itoa(b.Number)] = on
		}
	}
	maps.DeleteFunc(dates, func(from, on string) bool { return from == on || apart[from] })
	return again, len(dates)+len(again.Batches) > 0
}

// dateOf is the new date of a batch; ok is false if it keeps its own.
func (e FileRedated) dateOf(b FileBatch) (to string, ok bool) {
	if to, ok = e.Batches[strconv.Itoa(b.Number)]; !ok {
		to, ok = e.Dates[b.EffectiveOn]
	}
	return to, ok
}
