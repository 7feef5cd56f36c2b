package fed

import (
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// back exchanges the banks of a batch header and an entry: from the receiving
// bank to the originating one.
func back(h nacha.BatchHeader, e nacha.Entry, settles calendar.Date) Message {
	check, _ := nacha.CheckDigit(h.ODFI)
	e.Routing, h.ODFI = h.ODFI+string(check), e.Routing[:8]
	h.SettlementDay, h.OriginatorStatus = settles.Julian(), "1"
	e.Code = int(nacha.TransactionCode(e.Code).ForReturn())
	e.Addenda05, e.OFAC, e.SecondaryOFAC = nil, "", ""
	e.Return, e.Correction, e.Dishonored, e.Contested, e.RefusedChange = nil, nil, nil, nil, nil
	return Message{e.Routing, h, e}
}

// Return is the return of a forward entry, under a trace number of the
// receiving bank. Addenda 17 and 18 of an IAT entry are left out.
func Return(h nacha.BatchHeader, e nacha.Entry, code string, settles calendar.Date, trace string) Message {
	m := back(h, e, settles)
	m.Entry.Trace = trace
	m.Entry.Return = &nacha.Return{Code: code, OriginalTrace: e.Trace, OriginalRouting: e.Routing[:8]}
	if code == "R14" || code == "R15" {
		m.Entry.Return.DateOfDeath = settles.Add(-30).YYMMDD()
	}
	if e.IAT != nil {
		parties := *e.IAT
		parties.Remittance, parties.Correspondents = nil, nil
		m.Entry.IAT, m.Entry.Return.OriginalAmountCents = &parties, e.AmountCents
	}
	return m
}

// Change is a notification of change for a forward entry; data is in the form
// of its code.
func Change(h nacha.BatchHeader, e nacha.Entry, code, data string, settles calendar.Date, trace string) Message {
	m := back(h, e, settles)
	m.Header.SEC, m.Entry.AmountCents, m.Entry.Trace = "COR", 0, trace
	if h.IAT != nil {
		iat := *h.IAT
		iat.Indicator = "IATCOR"
		m.Header.IAT, m.Entry.IAT = &iat, nil
	}
	m.Entry.Correction = &nacha.Correction{Code: code, OriginalTrace: e.Trace, OriginalRouting: e.Routing[:8], Data: data}
	return m
}

// Dishonor dishonors a return of ours; h and e are the return, settled is the
// day it settled.
func Dishonor(h nacha.BatchHeader, e nacha.Entry, code string, settled, settles calendar.Date, trace string) Message {
	m := back(h, e, settles)
	m.Entry.Trace = trace
	m.Entry.Dishonored = &nacha.Dishonored{
		Code: code, OriginalTrace: e.Return.OriginalTrace, OriginalRouting: e.Return.OriginalRouting,
		ReturnTrace: e.Trace, ReturnSettlement: settled.Julian(), ReturnCode: e.Return.Code[1:],
	}
	if code == "R69" {
		m.Entry.Dishonored.Information = "03"
	}
	return m
}

// ContestFacts are the dates that prove a contest.
type ContestFacts struct {
	Code            string
	ReturnedOn      calendar.Date // when the original entry was returned
	OriginalSettled calendar.Date
	DishonorSettled calendar.Date
}

// Contest contests our dishonor of a return; h and e are our dishonor.
func Contest(h nacha.BatchHeader, e nacha.Entry, f ContestFacts, settles calendar.Date, trace string) Message {
	m := back(h, e, settles)
	m.Entry.Trace = trace
	m.Entry.Contested = &nacha.Contested{
		Code: f.Code, OriginalTrace: e.Dishonored.OriginalTrace, OriginalRouting: e.Dishonored.OriginalRouting,
		ReturnedOn: f.ReturnedOn.YYMMDD(), OriginalSettlement: f.OriginalSettled.Julian(),
		ReturnTrace: e.Dishonored.ReturnTrace, ReturnSettlement: e.Dishonored.ReturnSettlement, ReturnCode: e.Dishonored.ReturnCode,
		DishonoredTrace: e.Trace, DishonoredSettlement: f.DishonorSettled.Julian(), DishonoredCode: e.Dishonored.Code[1:],
	}
	return m
}
