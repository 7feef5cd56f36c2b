package fed

import (
	"strings"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// lateBy is how many banking days after settlement a late return comes.
const lateBy = 4

// follow sends the receiving bank's answers to an entry.
func (f *Fed) follow(e *entry) {
	if e.plan.Change != "" {
		f.change(e)
	}
	if e.plan.Return == "" {
		return
	}
	on := calendar.NextBankingDay(e.settlesOn)
	if e.plan.Late {
		on = calendar.AddBankingDays(e.settlesOn, lateBy)
	}
	e.returned, e.at = f.giveBack(e, on), on
	f.balance.returned(e.entry)
	if e.plan.Twice {
		f.giveBack(e, calendar.NextBankingDay(on))
		f.balance.Repeated += e.entry.AmountCents
	}
}

// giveBack sends a return and returns its trace number.
func (f *Fed) giveBack(e *entry, settles calendar.Date) string {
	trace := f.trace(e.entry.Routing[:8])
	f.post(mail{morning(settles), Return(e.header, e.entry, e.plan.Return, settles, trace)})
	return trace
}

// change sends a notification of change.
func (f *Fed) change(e *entry) {
	settles := calendar.NextBankingDay(e.settlesOn)
	f.balance.Changes++
	f.post(mail{morning(settles), Change(e.header, e.entry, e.plan.Change, corrected(e), settles, f.trace(e.entry.Routing[:8]))})
}

// correctedRouting is a bank that has taken over the accounts of others.
const correctedRouting = "076401251"

// corrected is corrected data in the form of the change code: the account with
// its digits reversed, another bank, or the other account type.
func corrected(e *entry) string {
	account := reversed(strings.TrimSpace(e.entry.Account))
	code := e.entry.Code + 10
	if code >= 40 {
		code = e.entry.Code - 10
	}
	data, err := nacha.FormatChange(e.plan.Change, nacha.Change{
		Account: account, Routing: correctedRouting, Code: nacha.TransactionCode(code), ID: "CORRECTED-ID", SEC: "IAT",
	}, e.header.IAT != nil)
	if err != nil {
		return account
	}
	return data
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// answer processes an answer of ours: a return of an incoming payment, a
// dishonor of a return, a notification or its refusal, a contest.
func (f *Fed) answer(settles calendar.Date, h nacha.BatchHeader, e nacha.Entry) {
	switch {
	case e.Return != nil:
		f.gotReturn(settles, h, e)
	case e.Dishonored != nil:
		f.gotDishonor(settles, h, e)
	case e.Contested != nil:
		if p, ok := f.paid[e.Contested.OriginalTrace]; ok && p.state == dishonored {
			p.state = contested
			f.balance.Incoming.Returned += p.entry.AmountCents
		}
	case e.Correction != nil:
		f.balance.ChangesReceived++
	}
}

// gotDishonor processes our dishonor of a return: the money stays where the
// entry put it, unless the other bank contests.
func (f *Fed) gotDishonor(settles calendar.Date, h nacha.BatchHeader, e nacha.Entry) {
	original, ok := f.byTrace[e.Dishonored.OriginalTrace]
	if !ok {
		return
	}
	f.balance.dishonored(original.entry)
	if original.plan.Contest == "" {
		return
	}
	on := calendar.NextBankingDay(settles)
	f.balance.returned(original.entry)
	f.post(mail{morning(on), Contest(h, e, ContestFacts{
		Code: original.plan.Contest, ReturnedOn: original.at, OriginalSettled: original.settlesOn, DishonorSettled: settles,
	}, on, f.trace(e.Routing[:8]))})
}
