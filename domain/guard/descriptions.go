package guard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Company has the facts about a company that determine its descriptions.
type Company struct {
	Identification string `json:"identification"`
	SellsGoods     bool   `json:"sells_goods,omitempty"`
	PaysWages      bool   `json:"pays_wages,omitempty"`
}

// wages are words in a description that indicate wages.
var wages = []string{"PAY", "SALARY", "WAGE", "BONUS"}

// wrong returns what is wrong with the description of a company's entries;
// empty if nothing is, or if they settle before the rule began. Source: NACHA
// Operating Rules since 2026-03-20, company entry descriptions PAYROLL and
// PURCHASE. A reserved description replaces both.
func (c Company) wrong(u Use) string {
	sent := strings.ToUpper(strings.TrimSpace(u.Description))
	has := func(word string) bool { return strings.Contains(sent, word) }
	switch {
	case nacha.Reserved(sent) || !calendar.DescribedEntries.Holds(u.SettlesOn):
	case c.PaysWages && u.SEC == "PPD" && !u.Debit && slices.ContainsFunc(wages, has) && !strings.HasPrefix(sent, nacha.Payroll):
		return fmt.Sprintf("company %s pays wages, and a PPD credit described %q does not begin with %s", c.Identification, sent, nacha.Payroll)
	case c.SellsGoods && u.SEC == "WEB" && u.Debit && !has(nacha.Purchase):
		return fmt.Sprintf("company %s sells goods, and a WEB debit described %q is not a %s", c.Identification, sent, nacha.Purchase)
	}
	return ""
}

// Misdescribed returns what is wrong with a description according to one
// owner's rules; empty if nothing is, or no rule examines it.
func (r Rules) Misdescribed(u Use) string {
	if r.Descriptions == "" {
		return ""
	}
	for _, c := range r.Companies {
		if c.Identification == u.Company {
			return c.wrong(u)
		}
	}
	return ""
}

// described returns the verdicts over a description, of the client's and the
// ODFI's rules.
func (l looking) described(u Use) (list []Verdict) {
	for _, o := range l.of(u.Client, u.ODFI) {
		if why := o.Misdescribed(u); why != "" {
			list = append(list, Verdict{Action: o.Descriptions, Reason: why,
				HeldBy: HeldBy{Rule: o.prefix() + "descriptions", Saw: u.Description, AtDeadline: Keep}})
		}
	}
	return list
}

func (r Rules) checkDescriptions(bad Checker) {
	enum(bad, "/descriptions", string(r.Descriptions), "", string(Warn), string(Hold))
	if r.Descriptions != "" && len(r.Companies) == 0 {
		bad("/companies", "required", "descriptions looks at companies that sell goods or pay wages: at least one is needed")
	}
	for i, c := range r.Companies {
		at := "/companies/" + strconv.Itoa(i)
		if n := len(c.Identification); n < 1 || n > 10 {
			bad(at+"/identification", "length", "must be 1 to 10 characters")
		}
		if slices.ContainsFunc(r.Companies[:i], func(o Company) bool { return o.Identification == c.Identification }) {
			bad(at+"/identification", "twice", "company %s is listed already", c.Identification)
		}
	}
}
