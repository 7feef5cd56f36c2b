package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// waits is how many items of a kind wait for a person, and what happens if
// nobody acts.
type waits struct {
	Kind     string     `json:"kind"`
	Rule     string     `json:"rule,omitempty"` // that holds them
	Count    int64      `json:"count"`
	Cents    int64      `json:"cents"`
	Oldest   *time.Time `json:"oldest"`
	Deadline *time.Time `json:"next_deadline"`
	Then     string     `json:"then"` // if nobody acts
	Who      who        `json:"who"`
	// Limits shows how much is used of the limits that hold the items, by day from
	// today on. On a day that is not listed the whole limit is free.
	Limits []exposureLine `json:"limits,omitempty"`
	List   string         `json:"list"` // path of the list of them
}

// who says who may act on the items of a kind.
type who struct {
	Scope string   `json:"scope"`
	Roles []string `json:"roles"` // of the people who have it
	// TwoPeople reports that one of them asks and another approves. For held items
	// that applies only to amounts above AboveCents.
	TwoPeople  bool   `json:"two_people"`
	AboveCents *int64 `json:"above_cents,omitempty"`
}

// whoActs returns who may act on the waiting items of a kind.
func whoActs(kind string, p domain.Policy) who {
	w := who{Scope: domain.ScopeOpsWork}
	switch kind {
	case projections.WaitsHeld, projections.WaitsHeldFile, projections.WaitsDeadline:
		w.Scope, w.TwoPeople = domain.ScopeOpsApprove, p.FourEyes
		if p.FourEyes {
			w.AboveCents = &p.ReleaseAboveCents
		}
	case projections.WaitsUnknown:
		w.Scope, w.TwoPeople = domain.ScopeOpsApprove, p.FourEyes
	case projections.WaitsApproval:
		w.Scope, w.TwoPeople = domain.ScopeOpsApprove, true
	}
	w.Roles = domain.RolesWith(w.Scope)
	return w
}

// unattended says what happens to each kind if nobody acts, and where its list
// is.
var unattended = map[string]struct{ then, list string }{
	projections.WaitsHeld:       {"It stays held, and is dated again when it is approved. An answer is rejected at its deadline.", "/v1/ops/transactions?status=Pending"},
	projections.WaitsHeldFile:   {"It stays held, and is dated again when it is approved. Where its rule says so it is rejected whole at its deadline.", "/v1/ops/files?state=held"},
	projections.WaitsApproval:   {"The request expires and nothing is done.", "/v1/ops/approvals?state=asked"},
	projections.WaitsUnmatched:  {"It stays, with its money accounted for; after the deadline the bank may refuse what we answer.", "/v1/ops/unmatched"},
	projections.WaitsDecision:   {"It is returned at its deadline, under the code of the receiving account.", "/v1/ops/inbound-decisions"},
	projections.WaitsRequest:    {"The request lapses at the end of the tenth banking day, and the entry stands as it does.", "/v1/ops/return-requests"},
	projections.WaitsQuarantine: {"What is in quarantine is not applied; the time to return its entries passes.", "/v1/ops/inbound?state=" + inQuarantine},
	projections.WaitsUnknown:    {"Nothing is sent again, and its entries go into no other file.", "/v1/ops/files?state=delivery_unknown"},
	projections.WaitsDeadline:   {"It leaves with the next file of its ODFI, or is rejected at its deadline if it is held.", "/v1/ops/transactions?status=Pending"},
}

// rejectedThen is what happens to an item held by a rule that rejects.
const rejectedThen = "It is rejected at its deadline."

// paidThen is what happens to an undecided payment for an account that pays by
// default.
const paidThen = "It is paid at its deadline."

// queue answers everything that waits for a person.
func (s *surface) queue(c echo.Context, _ api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	kind := api.Pick(q, "kind", projections.WaitKinds)
	if err := q.Refusal(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return err
	}
	all, err := s.Views.Waits(ctx, s.Ledger.Now())
	if err != nil {
		return fmt.Errorf("count what waits: %w", err)
	}
	policy, err := s.Ledger.Policy(ctx)
	if err != nil {
		return err
	}
	shown := []waits{}
	for _, w := range all {
		if kind == "" || kind == w.What {
			shown = append(shown, shownWaits(w, policy))
		}
	}
	if err := s.roomOf(ctx, shown); err != nil {
		return err
	}
	return api.AnswerWhole(c, shown)
}

// mostLimits bounds the lines that are shown with one rule.
const mostLimits = 100

// roomOf adds to what limits hold how much of each limit is used now. A recall
// frees part of a limit, but does not release held items by itself.
func (s *surface) roomOf(ctx context.Context, shown []waits) error {
	limits := func(w waits) bool { return guard.IsLimit(w.Rule) }
	if !slices.ContainsFunc(shown, limits) {
		return nil
	}
	lines, err := s.exposed(ctx, guard.BankingDay(s.LedgerNow().Now()), "")
	if err != nil {
		return err
	}
	for i, w := range shown {
		for _, l := range lines {
			if w.Kind == projections.WaitsHeld && l.Rule == w.Rule && l.HeldCount > 0 && len(shown[i].Limits) < mostLimits {
				shown[i].Limits = append(shown[i].Limits, l)
			}
		}
	}
	return nil
}

func shownWaits(w projections.Waits, p domain.Policy) waits {
	shown := waits{Who: whoActs(w.What, p), Kind: w.What, Rule: w.Rule, Count: w.Count, Cents: w.Cents, Then: unattended[w.What].then, List: unattended[w.What].list}
	if w.Rejects {
		shown.Then = rejectedThen
	}
	if w.Pays {
		shown.Then = paidThen
	}
	if !w.Oldest.IsZero() {
		shown.Oldest = &w.Oldest
	}
	if !w.Deadline.IsZero() {
		shown.Deadline = &w.Deadline
	}
	return shown
}
