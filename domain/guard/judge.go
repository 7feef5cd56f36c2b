package guard

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// Verdict says why an entry is held, or rejected.
type Verdict struct {
	Action Action
	Reason string // a sentence; the client may read it
	HeldBy
	// Total is what Saw leaves out because the client may read that: the sum over all
	// clients of an ODFI. Empty for other rules.
	Total string `json:"-"`
}

// SawInAll is what the rule saw, for operations.
func (v Verdict) SawInAll() string { return cmp.Or(v.Total, v.Saw) }

// HeldBy is the rule behind a hold, with the values it compared.
type HeldBy struct {
	Rule             string `json:"rule"`
	Saw              string `json:"saw,omitempty"`   // dollars or entries, including this entry, except the sum over all clients of an ODFI; its description; or days to a similar one
	Limit            string `json:"limit,omitempty"` // in the same unit
	OtherTransaction string `json:"other_transaction,omitempty"`
	AtDeadline       string `json:"at_deadline"` // keep or reject
	// Deadline is the last moment at which the entry can be cut to settle on
	// the expected day, RFC 3339.
	Deadline string `json:"deadline,omitempty"`
}

// Rejects reports whether the entry is rejected if nobody approves it before
// the deadline.
func (h HeldBy) Rejects() bool { return h.AtDeadline == RejectDeadline && h.Deadline != "" }

// Judge returns why an entry may not leave, or nil. The entry must not be
// counted yet, and is not counted by this.
func (b *Evaluator) Judge(e Entry) *Verdict { return b.judge(e, false) }

// JudgeMoved judges an entry whose settlement day changed, by the rules that
// depend on that day: limits per settlement day, and the description, which has
// to be right from the day on which that rule began.
func (b *Evaluator) JudgeMoved(e Entry) *Verdict { return b.judge(e, true) }

// JudgeFile answers why a file may not leave as a whole, by what its entries
// use, which is counted, and by what LookedBack found for one of them. Rules that
// were overruled for it are waived.
func (b *Evaluator) JudgeFile(waived []string, uses []Use, found ...Verdict) *Verdict {
	var list []Verdict
	for _, u := range uses {
		if v := b.stopped(u.Client, u.Company, u.Debit); v != nil {
			list = append(list, *v)
		}
		list = append(list, b.described(u)...)
	}
	list = append(list, found...)
	for _, u := range uses {
		for _, c := range b.counters(u.Client, u.ODFI) {
			if v := c.judgeUse(u); v != nil {
				list = append(list, *v)
			}
		}
	}
	return strictest(slices.DeleteFunc(list, func(v Verdict) bool { return slices.Contains(waived, v.Rule) }))
}

// Over returns the limits per settlement day that are exceeded on the days of a
// file whose entries are counted.
func (b *Evaluator) Over(uses []Use) (over []Verdict) {
	for _, u := range uses {
		for _, c := range b.counters(u.Client, u.ODFI) {
			if c.Per != PerSettlementDate && c.Per != PerBankingDays {
				continue
			}
			if v := c.judgeUse(u); v != nil && !slices.Contains(over, *v) {
				over = append(over, *v)
			}
		}
	}
	return over
}

// judgeUse judges a use that is already counted.
func (c *counter) judgeUse(u Use) *Verdict {
	if !c.concerns(u.Debit, u.Company) || u.Count == 0 {
		return nil
	}
	day := c.day(u.OriginatedOn, u.SettlesOn)
	sum := Sum{Cents: u.Largest}
	if !day.IsZero() {
		sum = c.most(day)
	}
	return c.passes(day, sum)
}

func (b *Evaluator) judge(e Entry, moved bool) *Verdict {
	list := b.described(e.Use())
	if !moved {
		if v := b.stopped(e.Client, e.Company, e.Debit); v != nil {
			list = append([]Verdict{*v}, list...)
		}
		list = append(list, b.LookedBack(e)...)
	}
	list = slices.DeleteFunc(list, func(v Verdict) bool { return e.waived(v.Rule) })
	for _, c := range b.counters(e.Client, e.ODFI) {
		if moved && (c.Per == PerEntry || c.Per == PerBankingDay) {
			continue
		}
		if v := c.judge(e); v != nil {
			list = append(list, *v)
		}
	}
	if v := strictest(list); v != nil || moved {
		return v
	}
	return b.looking.undecided(e) // last, if no other rule forbids the entry
}

func (c *counter) judge(e Entry) *Verdict {
	if !c.concerns(e.Debit, e.Company) || e.waived(c.name) {
		return nil
	}
	sum := Sum{e.Cents, 1}
	day := c.day(e.OriginatedOn, e.SettlesOn)
	if !day.IsZero() {
		sum = sum.Plus(c.most(day))
	}
	return c.passes(day, sum)
}

// passes returns the verdict over a sum, or nil.
func (c *counter) passes(day calendar.Date, sum Sum) *Verdict {
	switch {
	case c.Cents > 0 && sum.Cents > c.Cents:
		return c.verdict(day, Dollars(sum.Cents), Dollars(c.Cents), "$")
	case c.Count > 0 && sum.Count > c.Count:
		return c.verdict(day, strconv.FormatInt(sum.Count, 10)+" entries", strconv.FormatInt(c.Count, 10)+" entries", "")
	default:
		return nil
	}
}

// verdict is over an entry with which a sum would be above the limit. The sum of an
// ODFI's limit is not for the client to read: less the client's own part, it is what
// the other clients of the ODFI sent.
func (c *counter) verdict(day calendar.Date, saw, limit, currency string) *Verdict {
	v := &Verdict{Action: c.Action, HeldBy: HeldBy{Rule: c.name, Saw: saw, Limit: limit, AtDeadline: cmp.Or(c.AtDeadline, Keep)}}
	v.Reason = fmt.Sprintf("the limit of %s%s for %s", currency, limit, c.Limit)
	if !day.IsZero() {
		v.Reason += fmt.Sprintf(", %s", day)
	}
	if c.owner.ODFI != "" {
		v.Reason += " at ODFI " + c.owner.ODFI
	}
	if c.owner.ODFI != "" && !day.IsZero() {
		v.Saw, v.Total = "", saw
		v.Reason += ", for all its clients: it would be exceeded with this entry"
	} else {
		v.Reason += ": with this entry it would be " + currency + saw
	}
	return v
}

// Until is the last moment at which an entry can be cut to settle on its day by
// the terms of its bank: the last of the client's windows that is in time or,
// where none is, the bank's or the operator's deadline itself.
func Until(e Entry, bank *calendar.Terms, windows []calendar.Window) time.Time {
	by := bank.LastDeadline(e.SettlesOn, e.SameDay, bank.Lead(e.SEC, calendar.KindOf(e.Debit)))
	if last, ok := calendar.LastWindow(by.Add(-time.Second), windows); ok && bank.ProcessingDay(last) == bank.ProcessingDay(by.Add(-time.Second)) {
		return last
	}
	return by
}

// Dollars formats cents with two decimals.
func Dollars(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
