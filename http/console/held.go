package console

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/projections"
)

// heldItems lists what is held, oldest first.
func (s *surface) heldItems(ctx context.Context, p *page, of queuePart) (table, string, error) {
	items, next, err := s.Views.HeldItems(ctx, projections.HeldFilter{Client: of.client, Rule: of.rule, Since: of.since, Limit: of.limit, Cursor: of.cursor})
	t := table{Name: "held", Caption: "Held entries, oldest first", Columns: columns("Receiver@", "Amount#", "Why it is held~", "Client", "Held since@", "Who may release it", "If nobody acts", "Id"), Empty: "No entry is held.", page: p}
	if of.rule != "" {
		t.Caption = "Held by " + of.rule + ", oldest first"
	}
	if err != nil {
		return t, "", err
	}
	policy, err := s.Ledger.Policy(ctx)
	if err != nil {
		return t, "", err
	}
	asked, err := s.openRequests(ctx, p)
	if err != nil {
		return t, "", err
	}
	for _, h := range items {
		t.add(
			linked(named(h.Name), transactionPath(h.Client, h.TransactionID)).sub(masked(h.AccountTail)),
			money(h.AmountCents).sub(h.SEC+" "+word(h.PushPull)), heldBy(h), p.client(h.Client),
			at(h.HeldAt).sub(p.Age(h.HeldAt)), heldFor(h, policy, asked), heldThen(h), code(h.TransactionID))
	}
	return t, next, err
}

// heldBy says why an entry is held; a limit leads to what is used of it by now.
func heldBy(h projections.HeldItem) cell {
	why := say(h.Reason).sub(h.Rule)
	if guard.IsLimit(h.Rule) {
		why.Href = Path + "/exposure?client=" + url.QueryEscape(h.Client)
		if !strings.HasPrefix(h.Rule, "limits/") { // the bank's
			why.Href = Path + "/exposure"
		}
	}
	return why
}

// heldFor says who can release a held entry, and leads to the request if somebody
// asked for it already.
func heldFor(h projections.HeldItem, policy domain.Policy, asked []openRequest) cell {
	if i := slices.IndexFunc(asked, func(r openRequest) bool { return r.subject == h.ItemID }); i >= 0 {
		who, _, _ := strings.Cut(asked[i].By, "@") // the column is narrow
		return linked("asked for by "+who, asked[i].Path).sub("another person decides")
	}
	roles := strings.Join(domain.RolesWith(domain.ScopeOpsApprove), " or ")
	if policy.TwoToRelease(h.AmountCents) {
		return say("two people").sub(roles + ": one asks, another approves")
	}
	return say("one person").sub(roles)
}

// heldThen says what happens to a held entry if nobody decides.
func heldThen(h projections.HeldItem) cell {
	switch {
	case h.Rejects:
		return at(h.Deadline).sub("then it is rejected")
	case h.Deadline.IsZero():
		return say("it stays held")
	default:
		return at(h.Deadline).sub("then it settles later, once approved")
	}
}

// ruleFilter offers the rules that hold something now.
func (s *surface) ruleFilter(ctx context.Context, rule string) (filter, error) {
	sums, err := s.Views.HeldByRules(ctx, "")
	var rules []string
	for _, h := range append(sums, projections.HeldSum{Rule: rule}) {
		if h.Rule != "" {
			rules = append(rules, h.Rule)
		}
	}
	f := filter{Name: "rule", Label: "Rule", Value: rule, Choices: []choice{{"", "any"}}}
	slices.Sort(rules)
	for _, r := range slices.Compact(rules) {
		f.Choices = append(f.Choices, choice{r, r})
	}
	return f, err
}
