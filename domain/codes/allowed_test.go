package codes_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

func TestReturnAllowed(t *testing.T) {
	var (
		payroll  = codes.Entry{SEC: "PPD"}
		dues     = codes.Entry{SEC: "PPD", Debit: true}
		invoice  = codes.Entry{SEC: "CCD", Debit: true}
		cheque   = codes.Entry{SEC: "ARC", Debit: true}
		returned = codes.Entry{SEC: "RCK", Debit: true}
		abroad   = codes.Entry{SEC: "IAT", Debit: true}
	)
	consumers := func(e codes.Entry) codes.Entry { e.Account = codes.Consumer; return e }
	businesses := func(e codes.Entry) codes.Entry { e.Account = codes.NonConsumer; return e }
	prenote := func(e codes.Entry) codes.Entry { e.Prenote = true; return e }

	for _, tt := range []struct {
		story, code string
		entry       codes.Entry
		on          calendar.Date
		why         string // empty: allowed
	}{
		{"no funds for a debit", "R01", dues, today, ""},
		{"no funds for a credit", "R01", payroll, today, "R01 is for debits only"},
		{"no funds for a prenote", "R01", prenote(dues), today, "move money"},
		{"no account for a prenote", "R03", prenote(payroll), today, ""},
		{"no account for a credit", "R03", payroll, today, ""},
		{"a refused credit", "R23", payroll, today, ""},
		{"a refused debit", "R23", dues, today, "R23 is for credits only"},
		{"an unauthorized corporate debit to a consumer", "R05", consumers(invoice), today, ""},
		{"the same to a business", "R05", businesses(invoice), today, "R05 is for consumer accounts"},
		{"R05 on PPD", "R05", dues, today, "R05 is for CCD, CTX entries, not for PPD"},
		{"R29 on CCD to a business", "R29", businesses(invoice), today, ""},
		{"R29 on CCD to a consumer", "R29", consumers(invoice), today, "R29 is for non-consumer accounts"},
		{"R29 on CCD to nobody knows whom", "R29", invoice, today, ""},
		{"R29 on a consumer SEC code", "R29", dues, today, "not for PPD"},
		{"a revoked authorization", "R07", dues, today, ""},
		{"a revoked authorization of a converted check", "R07", cheque, today, "not for ARC"},
		{"an unknown originator, business account", "R10", businesses(dues), today, ""},
		{"an unknown originator, converted check", "R10", cheque, today, ""},
		{"an unknown originator, from abroad", "R10", abroad, today, ""},
		{"an unknown originator, represented check", "R10", returned, today, "not for RCK"},
		{"an improper represented check", "R51", returned, today, ""},
		{"not as authorized, business account", "R11", businesses(dues), today, "R11 is for consumer accounts"},
		{"a check presented too", "R37", cheque, today, ""},
		{"a check presented too, of an entry that was none", "R37", dues, today, "not for PPD"},
		{"a payment that goes abroad", "R85", invoice, today, ""},
		{"an international one is coded as such", "R85", abroad, today, "R85 is not for IAT entries"},
		{"what the operator says", "R13", dues, today, "R13 is used by the operator, not by a receiving bank"},
		{"what a gateway says", "R80", abroad, today, "R80 is used by the gateway"},
		{"what an agency says", "R40", codes.Entry{SEC: "ENR"}, today, "R40 is used by the agency"},
		{"a dishonor", "R61", dues, today, "answers a return"},
		{"a contest", "R73", dues, today, "answers a return or a dishonored return"},
		{"R90 before its day", "R90", dues, sanctions.Add(-1), "R90 is not in force on 2028-03-16"},
		{"R90 on its day", "R90", dues, sanctions, ""},
		{"R16 on the day it changes", "R16", dues, sanctions, ""},
		{"no such code", "R99", dues, today, "R99 is not a return code"},
		{"a change code", "C01", dues, today, "C01 is not a return code"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			err := codes.ReturnAllowed(tt.code, tt.entry, tt.on)
			if (err == nil) != (tt.why == "") || err != nil && !strings.Contains(err.Error(), tt.why) {
				t.Errorf("got %v, want %q", err, tt.why)
			}
		})
	}
}
