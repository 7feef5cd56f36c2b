package domain

import (
	"cmp"
	"strings"
	"time"
)

// Policy says which actions need two people. By default none does.
type Policy struct {
	Version           int64
	FourEyes          bool
	ReleaseAboveCents int64         // held items up to this amount may be released by one person
	ApprovalExpires   time.Duration // how long a request waits for approval
}

// PolicyStream is the stream of the ledger's policy.
const PolicyStream = "policy/ledger"

// PolicyChanged replaces the policy of the ledger.
type PolicyChanged struct {
	FourEyes          bool   `json:"four_eyes"`
	ReleaseAboveCents int64  `json:"release_above_cents"`
	ApprovalExpires   string `json:"approval_expires"` // "24h"
	Reason            string `json:"reason,omitempty"`
}

// Type names the event in the log.
func (PolicyChanged) Type() string { return "policy.changed" }

func init() { register(empty[PolicyChanged]) }

// DefaultExpiry is how long a request waits for approval by default.
const DefaultExpiry = 24 * time.Hour

// Evolve applies one event of the policy's stream.
func (p *Policy) Evolve(f Fact) {
	p.Version = f.Version
	if e, ok := f.Event.(*PolicyChanged); ok {
		p.FourEyes, p.ReleaseAboveCents = e.FourEyes, e.ReleaseAboveCents
		p.ApprovalExpires, _ = time.ParseDuration(e.ApprovalExpires)
	}
}

// Expires is how long a request waits for approval.
func (p Policy) Expires() time.Duration { return cmp.Or(p.ApprovalExpires, DefaultExpiry) }

// TwoToRelease reports whether releasing a held item of an amount needs two
// people.
func (p Policy) TwoToRelease(cents int64) bool { return p.FourEyes && cents > p.ReleaseAboveCents }

// ChangePolicy replaces the policy.
type ChangePolicy struct {
	FourEyes          bool
	ReleaseAboveCents int64
	ApprovalExpires   string // empty: 24h
	Approvers         int    // how many people can approve at present
	Reason            string
}

// Bounds of how long a request waits.
const (
	shortestExpiry = time.Minute
	longestExpiry  = 30 * 24 * time.Hour
)

// Decide records a policy that differs. Requiring two people needs two
// approvers.
func (c ChangePolicy) Decide(now Policy) ([]Event, error) {
	c.ApprovalExpires = cmp.Or(c.ApprovalExpires, ShortDuration(DefaultExpiry))
	var f fields
	expires, err := time.ParseDuration(c.ApprovalExpires)
	if err != nil || expires < shortestExpiry || expires > longestExpiry {
		f.bad("/approval_expires", "duration", `a time from %s to %s, as in "24h"`, ShortDuration(shortestExpiry), ShortDuration(longestExpiry))
	}
	if c.ReleaseAboveCents < 0 {
		f.bad("/release_above_cents", "range", "must be cents, zero or more")
	}
	if c.FourEyes && !now.FourEyes && c.Approvers < fewestApprovers {
		f.against("/four_eyes", "people", "needs two operators with the role approver, and there are %d: nobody could approve what another asks for", c.Approvers)
	}
	checkReason(&f, c.Reason)
	if err := f.refusal(); err != nil {
		return nil, err
	}
	if now.FourEyes == c.FourEyes && now.ReleaseAboveCents == c.ReleaseAboveCents && now.Expires() == expires {
		return nil, nil
	}
	return []Event{PolicyChanged{c.FourEyes, c.ReleaseAboveCents, ShortDuration(expires), c.Reason}}, nil
}

// ForPeople returns what the change adds to the stream of the people, if it is made:
// two who can approve are required from now on.
func (c ChangePolicy) ForPeople(now Policy) []Event {
	if !c.FourEyes || now.FourEyes {
		return nil
	}
	return []Event{ApproversRequired{c.Approvers}}
}

// ShortDuration formats a duration without trailing zero units.
func ShortDuration(d time.Duration) string {
	s := d.String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}
