package fed

import (
	"strings"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// lateBy is how many banking days after settlement a late return comes.
const lateBy = 4

// follow puts what the receiving bank answers to an entry on its way.
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

// back turns a batch header and an entry around: from the receiving bank to
// the originating one.
func back(h nacha.BatchHeader, e nacha.Entry, settles calendar.Date) (nacha.BatchHeader, nacha.Entry) {
	check, _ := nacha.CheckDigit(h.ODFI)
	e.Routing, h.ODFI = h.ODFI+string(check), e.Routing[:8]
	h.SettlementDay, h.OriginatorStatus = settles.Julian(), "1"
	e.Code = int(nacha.TransactionCode(e.Code).ForReturn())
	e.Addenda05, e.OFAC, e.SecondaryOFAC = nil, "", ""
	e.Return, e.Correction, e.Dishonored, e.Contested, e.RefusedChange = nil, nil, nil, nil, nil
	return h, e
}

// giveBack puts a return on its way and answers its trace number.
func (f *Fed) giveBack(e *entry, settles calendar.Date) string {
	h, r := back(e.header, e.entry, settles)
	r.Trace = f.trace(h.ODFI)
	r.Return = &nacha.Return{Code: e.plan.Return, OriginalTrace: e.entry.Trace, OriginalRouting: e.entry.Routing[:8]}
	if e.plan.Return == "R14" || e.plan.Return == "R15" {
		r.Return.DateOfDeath = e.settlesOn.Add(-30).YYMMDD()
	}
	if r.IAT != nil {
		parties := *r.IAT
		parties.Remittance, parties.Correspondents = nil, nil
		r.IAT, r.Return.OriginalAmountCents = &parties, e.entry.AmountCents
	}
	f.post(mail{at: morning(settles), to: r.Routing, header: h, entry: r})
	return r.Trace
}

// change puts a notification of change on its way.
func (f *Fed) change(e *entry) {
	settles := calendar.NextBankingDay(e.settlesOn)
	h, n := back(e.header, e.entry, settles)
	h.SEC, n.AmountCents, n.Trace = "COR", 0, f.trace(h.ODFI)
	if h.IAT != nil {
		iat := *h.IAT
		iat.Indicator = "IATCOR"
		h.IAT, n.IAT = &iat, nil
	}
	n.Correction = &nacha.Correction{
		Code: e.plan.Change, OriginalTrace: e.entry.Trace, OriginalRouting: e.entry.Routing[:8],
		Data: f.corrected(e),
	}
	f.balance.Changes++
	f.post(mail{at: morning(settles), to: n.Routing, header: h, entry: n})
}

// correctedRouting is a bank that took over the accounts of others.
const correctedRouting = "076401251"

// corrected is data in the shape of the change code: the account with its
// digits turned round, another bank, the other type of account.
func (f *Fed) corrected(e *entry) string {
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

// answer takes an answer of ours: a return of an incoming payment, a dishonor
// of a return, a notification or its refusal, a contest.
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

// gotDishonor takes our dishonor of a return: the money stays where the entry
// put it, unless the other bank contests.
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
	back, r := back(h, e, on)
	r.Trace = f.trace(back.ODFI)
	r.Contested = &nacha.Contested{
		Code: original.plan.Contest, OriginalTrace: e.Dishonored.OriginalTrace, OriginalRouting: e.Dishonored.OriginalRouting,
		ReturnedOn: original.at.YYMMDD(), OriginalSettlement: original.settlesOn.Julian(),
		ReturnTrace: e.Dishonored.ReturnTrace, ReturnSettlement: e.Dishonored.ReturnSettlement, ReturnCode: e.Dishonored.ReturnCode,
		DishonoredTrace: e.Trace, DishonoredSettlement: settles.Julian(), DishonoredCode: e.Dishonored.Code[1:],
	}
	f.balance.returned(original.entry)
	f.post(mail{at: morning(on), to: r.Routing, header: back, entry: r})
}
