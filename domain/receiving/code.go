package receiving

import (
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// usual are the codes for an unwanted payment, the most specific first. R08,
// payment stopped, suits every debit.
var usual = map[string][]string{Business: {"R29", "R08", "R23"}, Consumer: {"R08", "R23"}}

// Code returns the return code of a payment that is returned automatically: the
// account's if it suits the entry, otherwise the first usual one that does.
func (r *Rules) Code(p Payment, on calendar.Date) string {
	e := codes.Entry{SEC: p.SEC, Debit: p.Debit, Prenote: p.Cents == 0, Account: r.accounts()}
	for _, code := range append([]string{r.ReturnCode}, usual[r.Holder]...) {
		if code != "" && codes.ReturnAllowed(code, e, on) == nil {
			return code
		}
	}
	return "R08" // unreachable: R08 suits debits, R23 credits
}

func (r *Rules) accounts() codes.Accounts {
	if r.Holder == Consumer {
		return codes.Consumer
	}
	return codes.NonConsumer
}
