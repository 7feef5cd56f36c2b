package calendar

import "slices"

// Rule names a rule of ACH that is in force from a day on.
type Rule string

// Rules with a first day. Code that depends on one calls Holds with the day for
// which it decides.
const (
	StatementSixDays  Rule = "statement-six-days" // an unauthorized return leaves in time for the sixth banking day after its statement was reviewed
	RequestAnsweredIn Rule = "request-answered"   // a request for return is answered within ten banking days
	DescribedEntries  Rule = "described-entries"  // PPD credits for wages are PAYROLL, WEB debits for goods PURCHASE
	MorningCredits    Rule = "morning-credits"    // credits are available at 9:00 of their settlement day
	DatesOfBirth      Rule = "dates-of-birth"     // addenda 12 and 16 of IAT may name a date of birth
	SanctionsReturn   Rule = "sanctions-return"   // R90; R16 is then for frozen accounts only, and gateways no longer use it
)

// DatedRule is a rule with the day from which it is in force.
type DatedRule struct {
	Rule   Rule   `json:"rule"`
	From   Date   `json:"from"`
	Says   string `json:"says"`
	Source string `json:"source"`
	// Unconfirmed says that only one secondary source has the day: nothing is
	// decided by it, but people are warned.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
}

// datedRules is the calendar of rules, oldest first.
var datedRules = []DatedRule{
	{Rule: StatementSixDays, From: NewDate(2024, 10, 1), Source: "NACHA Operating Rules, risk management topics of 2024-10-01",
		Says: "A return that needs a written statement reaches the originating bank by the opening of the sixth banking day after the bank has reviewed it, within the sixty days."},
	{Rule: RequestAnsweredIn, From: NewDate(2025, 4, 1), Source: "NACHA Operating Rules, risk management topic of 2025-04-01",
		Says: "The receiving bank answers a request for return within ten banking days."},
	{Rule: DescribedEntries, From: NewDate(2026, 3, 20), Source: "NACHA Operating Rules, company entry descriptions PAYROLL and PURCHASE",
		Says: "The description of PPD credits for wages begins with PAYROLL, that of WEB debits of consumers for goods bought online is PURCHASE; RETRY PYMT stands in place of both."},
	{Rule: MorningCredits, From: NewDate(2026, 9, 18), Source: "NACHA Operating Rules, funds availability of non-same-day credits",
		Says: "Credits that do not settle the same day are available at 9:00 local time of their settlement day."},
	{Rule: DatesOfBirth, From: NewDate(2027, 3, 19), Source: "NACHA Operating Rules, international ACH transactions",
		Says: "Addenda 12 and 16 of an IAT entry may name a person's date of birth."},
	{Rule: SanctionsReturn, From: NewDate(2028, 3, 17), Source: "NACHA Operating Rules, return reason code for sanctions compliance",
		Says: "R90 returns an entry for sanctions; R16 is for frozen accounts alone, and used by receiving banks only."},
}

// DatedRules lists all rules, oldest first.
func DatedRules() []DatedRule { return slices.Clone(datedRules) }

// Holds reports whether a rule is in force on a day.
func (r Rule) Holds(on Date) bool {
	return slices.ContainsFunc(datedRules, func(d DatedRule) bool {
		return d.Rule == r && !d.Unconfirmed && !on.Before(d.From)
	})
}

// From is the first day of a rule.
func (r Rule) From() Date {
	for _, d := range datedRules {
		if d.Rule == r {
			return d.From
		}
	}
	return Date{}
}
