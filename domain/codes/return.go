package codes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain/calendar"
)

// ReturnCode is a reason to return an entry, or to dispute a return.
type ReturnCode struct {
	Code    string `json:"code"` // R01 to R90
	Step    Step   `json:"step"`
	Title   string `json:"title"`
	Meaning string `json:"meaning"`

	By       []Party  `json:"by"`                 // who may use it
	Accounts Accounts `json:"accounts"`           // whose accounts it is for
	Entries  Entries  `json:"entries"`            // which direction it is for
	SECs     []string `json:"secs,omitempty"`     // limited to these SEC codes; empty: any but NotSECs
	NotSECs  []string `json:"not_secs,omitempty"` // never with these
	Answers  []string `json:"answers,omitempty"`  // disputes: the codes it may answer; empty: any

	TimeFrame TimeFrame `json:"time_frame"`
	Again     Again     `json:"again"`           // may the entry be presented again
	Class     Class     `json:"class,omitempty"` // for which return rate it counts

	NeedsStatement   bool `json:"needs_statement"`           // the receiver signs a written statement of unauthorized debit first
	NeedsInformation bool `json:"needs_addenda_information"` // the addenda information must say more
	DateOfDeath      bool `json:"date_of_death"`             // the return contains the date of death

	WhatToDo string `json:"what_to_do"` // for the client that receives it

	From  calendar.Date `json:"valid_from,omitzero"`  // first day it may be used; zero: always
	Until calendar.Date `json:"valid_until,omitzero"` // last day; zero: no end
}

// Step is the link of the chain a code belongs to.
type Step string

// Steps. An entry may be returned, the return dishonored, the dishonored
// return contested; there the chain ends. A notification of change may be
// refused.
const (
	Returned   Step = "return"
	Dishonored Step = "dishonor"
	Contested  Step = "contest"
	Changed    Step = "change"
	Refused    Step = "refusal"
)

// Party is who may use a code.
type Party string

// Parties.
const (
	RDFI     Party = "RDFI"     // the receiving bank
	ODFI     Party = "ODFI"     // the originating bank
	Operator Party = "operator" // the Federal Reserve or another ACH operator
	Gateway  Party = "gateway"  // the bank through which an IAT entry crosses the border
	Agency   Party = "agency"   // a federal agency answering an enrollment
)

// Accounts says whose accounts a code is for.
type Accounts string

// Accounts.
const (
	AnyAccount  Accounts = "both"
	Consumer    Accounts = "consumer"
	NonConsumer Accounts = "non-consumer"
)

// Entries is the direction of the entries that a code is for.
type Entries string

// Entries.
const (
	AnyEntry Entries = "both"
	Debits   Entries = "debits"
	Credits  Entries = "credits"
)

// Again says whether a returned entry may be presented again.
type Again string

// Ways to present again. Only the first is a retry of the same entry, which the
// rules call reinitiation; the others are new entries.
const (
	Twice            Again = "twice-in-180-days"      // unchanged, at most twice within 180 days of the original settlement
	AfterFixing      Again = "after-fixing"           // corrected, as a new entry
	WithNewAuthority Again = "with-new-authorization" // only if the receiver authorizes it again
	Never            Again = "no"
)

// Class is the return rate a code counts for, besides the overall one.
type Class string

// Classes. Source: NACHA Operating Rules, return rate levels.
const (
	Unauthorized   Class = "unauthorized"   // at most 0.5 % of debits
	Administrative Class = "administrative" // an inquiry above 3.0 % of debits
)

// Return returns a code as of a day; ok is false if it cannot be used that day.
// A code that is valid at another time is returned nevertheless, so that an old
// file can be explained; an unknown one is empty.
func Return(code string, on calendar.Date) (found ReturnCode, ok bool) {
	for _, c := range returnCodes {
		if c.Code != code {
			continue
		}
		if found = c; valid(c.From, c.Until, on) {
			return c, true
		}
	}
	return found, false
}

// Returns lists the codes that may be used on a day, in order.
func Returns(on calendar.Date) []ReturnCode {
	return slices.DeleteFunc(slices.Clone(returnCodes), func(c ReturnCode) bool { return !valid(c.From, c.Until, on) })
}

// returnCodes is the whole table, in order of code and then of time.
var returnCodes = slices.SortedStableFunc(slices.Values(slices.Concat(
	fill(bankReturns, ReturnCode{Step: Returned, By: []Party{RDFI}}),
	fill(operatorReturns, ReturnCode{Step: Returned, By: []Party{Operator}, TimeFrame: NextFile}),
	fill(checkReturns, ReturnCode{Step: Returned, By: []Party{RDFI}, Entries: Debits, Again: Never}),
	fill(enrollmentReturns, ReturnCode{Step: Returned, By: []Party{Agency}, TimeFrame: ByAgreement, Again: AfterFixing, SECs: []string{"ENR"}}),
	fill(gatewayReturns, ReturnCode{Step: Returned, By: []Party{Gateway}, TimeFrame: TwoBankingDays, SECs: []string{"IAT"}}),
	fill(dishonors, ReturnCode{Step: Dishonored, By: []Party{ODFI}, TimeFrame: FiveAfterReturn, Again: Never, NotSECs: []string{"IAT"}}),
	fill(contests, ReturnCode{Step: Contested, By: []Party{RDFI}, TimeFrame: TwoAfterDishonor, Again: Never, NotSECs: []string{"IAT"}}),
)), func(a, b ReturnCode) int { return strings.Compare(a.Code, b.Code) })

// fill sets fields that a row leaves empty to the usual values of its table.
func fill(rows []ReturnCode, usual ReturnCode) []ReturnCode {
	filled := slices.Clone(rows)
	for i := range filled {
		row := &filled[i]
		row.Step = usual.Step
		row.TimeFrame = cmp.Or(row.TimeFrame, usual.TimeFrame)
		row.Again = cmp.Or(row.Again, usual.Again)
		row.Accounts = cmp.Or(row.Accounts, AnyAccount)
		row.Entries = cmp.Or(row.Entries, usual.Entries, AnyEntry)
		if row.By == nil {
			row.By = usual.By
		}
		if row.SECs == nil && row.NotSECs == nil {
			row.SECs, row.NotSECs = usual.SECs, usual.NotSECs
		}
	}
	return filled
}

func valid(from, until, on calendar.Date) bool {
	return !on.Before(from) && (until.IsZero() || !on.After(until))
}
