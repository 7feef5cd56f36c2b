package console

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
)

// forTwo are the actions that the policy can require two people for, most
// consequential first.
var forTwo = []struct {
	action domain.Action
	note   string
}{
	{domain.ActRelease, "only above the amount that one person may release alone"},
	{domain.ActFileRelease, ""}, {domain.ActFileConfirm, ""}, {domain.ActFileResend, ""},
	{domain.ActAcknowledge, "one that a person hands in"}, {domain.ActInbound, "one that a person hands in"},
	{domain.ActClient, "its limits and scopes; one person is enough to suspend it"}, {domain.ActBank, ""}, {domain.ActOperator, "and a person's roles"},
	{domain.ActCredential, "one with reveal or a scope of operations"}, {domain.ActPolicy, ""},
}

// byOwner are the actions that can be taken only by a command on the data folder.
// Its owner can read the keys and write the log, and needs nobody.
var byOwner = []domain.Action{domain.ActDelivery, domain.ActDestroy}

// policyPage serves the policy of what needs two people, with its history.
func (s *surface) policyPage(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	policy, err := s.Ledger.Policy(ctx)
	if err != nil {
		return err
	}
	all, err := s.Ledger.Operators(ctx)
	if err != nil {
		return err
	}
	p := s.newPage(c, who, "Policy", "Policy")
	if err := s.findRequests(ctx, p, "policy"); err != nil {
		return err
	}
	expires := domain.ShortDuration(policy.Expires())
	data := settingsPage{
		Title: "Policy", FactsTitle: "The policy", State: "one person is enough", Tone: warn, Lead: "What one person cannot do alone, and what each role can do.",
		Facts: []fact{
			{"Two people", say("not needed for anything").sub(plural(all.Approvers(), "person", "people") + " can approve")},
			{"One person may release alone up to", money(policy.ReleaseAboveCents)}, {"A request expires after", say(expires)},
		},
		Tables: []table{twoTable(p, policy), roleTable(p)},
	}
	toggle := "true"
	if policy.FourEyes {
		data.State, data.Tone, data.Facts[0].Cell.Text = "two people are needed", good, "needed for the actions below"
	} else {
		data.Facts[1].Cell = say("everything: two people are not needed")
		toggle = "false"
	}
	data.Actions = allowed([]form{
		formOf(p, "policy", "ledger", "Change the policy").filled("four_eyes", toggle).filled("release_above_cents", text.FormatDollars(policy.ReleaseAboveCents)).filled("approval_expires", expires).seeing(policy.Version),
	})
	if data.History, err = s.changes(ctx, domain.PolicyStream); err != nil {
		return err
	}
	return s.serve(c, p, "settings", data)
}

// twoTable lists what needs two people.
func twoTable(p *page, policy domain.Policy) table {
	t := table{Name: "two", Caption: "What needs two people", Columns: columns("Action", "Needs"), page: p,
		Note: "The person who asks cannot approve. A credential counts as the person who owns it. A request that nobody decides expires, and nothing is done."}
	needs := badge("one person", warn)
	if policy.FourEyes {
		needs = badge("two people", good)
	}
	for _, one := range forTwo {
		t.add(say(actText(one.action)).sub(one.note), needs)
	}
	for _, action := range byOwner {
		t.add(say(actText(action)).sub("by a command, and on record"), badge("the folder's owner", plain))
	}
	return t
}
