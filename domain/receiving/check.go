package receiving

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// MaxFilters bounds the filters of one account: each payment is compared with
// all of them.
const MaxFilters = 500

// Checker reports a wrong field.
type Checker func(pointer, code, format string, args ...any)

var (
	timeOfDay = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	tenChars  = regexp.MustCompile(`^[0-9A-Za-z ]{1,10}$`)
	secForm   = regexp.MustCompile(`^[A-Z]{3}$`)
)

// Check reports to bad what is wrong with the rules, at a pointer.
func (r Rules) Check(at string, bad Checker) {
	enum(bad, at+"/holder", r.Holder, Business, Consumer)
	enum(bad, at+"/default", string(r.Default), string(Pay), string(Return), string(Decide))
	if r.Default == Decide {
		enum(bad, at+"/at_deadline", string(r.AtDeadline), string(Return), string(Pay))
	} else if r.AtDeadline != "" || r.DecideBy != "" {
		bad(at+"/default", "decide", "decide_by and at_deadline are for an account whose default is decide")
	}
	if r.DecideBy != "" && !timeOfDay.MatchString(r.DecideBy) {
		bad(at+"/decide_by", "time", "must be a time of day in New York, as HH:MM")
	}
	if len(r.Filters) > MaxFilters {
		bad(at+"/filters", "length", "at most %d filters", MaxFilters)
	}
	for i, f := range r.Filters {
		f.check(at+"/filters/"+strconv.Itoa(i), bad)
	}
	r.checkCode(at+"/return_code", bad)
}

func (f Filter) check(at string, bad Checker) {
	enum(bad, at+"/then", string(f.Then), string(Pay), string(Return))
	if f.Direction != "" {
		enum(bad, at+"/direction", f.Direction, Debit, Credit)
	}
	if f.SEC != "" && !secForm.MatchString(f.SEC) {
		bad(at+"/sec", "sec-code", "must be three capital letters, such as CCD")
	}
	if f.Company != "" && !tenChars.MatchString(f.Company) {
		bad(at+"/company_identification", "company-identification", "must be 1 to 10 letters, digits and spaces")
	}
	if f.MinCents < 0 || f.MaxCents < 0 || f.MaxCents > 0 && f.MaxCents < f.MinCents {
		bad(at+"/max_cents", "range", "must be cents, and the minimum must not be above the maximum")
	}
}

// checkCode checks the code with which payments are returned automatically: it
// must not need information that only a person has. On days on which the code
// is not in force another one is used.
func (r Rules) checkCode(at string, bad Checker) {
	if r.ReturnCode == "" {
		if r.Holder == Consumer && r.returnsDebits() {
			bad(at, "required", "debits to a consumer have no default code: name one, such as R08")
		}
		return
	}
	c, _ := codes.Return(r.ReturnCode, calendar.Date{})
	switch {
	case c.Code == "":
		bad(at, "return-code", "%q is not a return code", r.ReturnCode)
	case c.Step != codes.Returned || !slices.Contains(c.By, codes.RDFI):
		bad(at, "return-code", "%s is not a code by which a receiving bank returns an entry", r.ReturnCode)
	case c.NeedsStatement || c.NeedsInformation || c.DateOfDeath || c.TimeFrame == codes.ByAgreement:
		bad(at, "return-code", "%s needs what only a person can give: a statement, an agreement, a text or a date", r.ReturnCode)
	case c.Accounts == codes.Consumer && r.Holder == Business, c.Accounts == codes.NonConsumer && r.Holder == Consumer:
		bad(at, "return-code", "%s is for %s accounts", r.ReturnCode, c.Accounts)
	}
}

// returnsDebits reports whether a debit may be returned automatically.
func (r Rules) returnsDebits() bool {
	return r.Default == Return || r.Default == Decide || slices.ContainsFunc(r.Filters, func(f Filter) bool {
		return f.Then == Return && f.Direction != Credit
	})
}

func enum(bad Checker, at, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		bad(at, "enum", "must be one of %s", strings.Join(allowed, ", "))
	}
}

func trimmed(company string) string { return strings.TrimSpace(company) }
