package console

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// roleChoices are the roles, with what each permits.
var roleChoices = []choice{
	{domain.RoleViewer, "viewer: sees"}, {domain.RoleOperator, "operator: works queues, holds, rejects"},
	{domain.RoleApprover, "approver: also approves and releases"}, {domain.RoleAdmin, "admin: changes clients, banks, people, policy"},
	{domain.RoleRevealer, "revealer: sees full account numbers, with a reason"},
}

// personPath is the path of a person's page.
func personPath(email string) string { return Path + "/people/" + url.PathEscape(email) }

// people serves the list of operators.
func (s *surface) people(c echo.Context, who api.Caller) error {
	all, err := s.Ledger.Operators(c.Request().Context())
	if err != nil {
		return err
	}
	p := s.newPage(c, who, "People", "People")
	t := table{Name: "people", Caption: "People", Columns: columns("Person", "State", "Roles", "Added"), Empty: "Nobody has been added.", page: p}
	for _, one := range all.People {
		state := badge("enabled", good)
		if one.Disabled {
			state = badge("disabled", bad)
		}
		t.add(linked(one.Email, personPath(one.Email)).sub(one.Name), state, say(strings.Join(one.Roles, ", ")), at(one.AddedAt))
	}
	open, err := s.SignIns.OpenSessions(c.Request().Context())
	if err != nil {
		return err
	}
	return s.serve(c, p, "settings", settingsPage{
		Title: "People", Lead: "Who works with this ledger, and what each can do. The policy can require two people only once at least two can approve, and while it does, two must remain.",
		NoHistory: true, Tables: []table{t, sessionTable(p, open, people.SessionID(sessionSecret(c))), roleTable(p)}, Actions: allowed(append([]form{formOf(p, "add-person", "new", "Add a person")}, endForms(p, open)...)),
	})
}

// roleTable lists what each role includes.
func roleTable(p *page) table {
	t := table{Name: "roles", Caption: "What each role includes", Columns: columns("Role", "Sees everything", "Works queues, holds", "Approves, releases", "Changes settings", "Sees full numbers"), page: p}
	for _, role := range domain.Roles {
		may := domain.Operator{Roles: []string{role}}.Scopes()
		cells := []cell{say(role)}
		for _, scope := range []string{domain.ScopeOpsRead, domain.ScopeOpsWork, domain.ScopeOpsApprove, domain.ScopeOpsAdmin, domain.ScopeReveal} {
			if slices.Contains(may, scope) {
				cells = append(cells, say("yes"))
			} else {
				cells = append(cells, say(""))
			}
		}
		t.add(cells...)
	}
	return t
}

// personPage serves one person: roles, recent actions, and the actions on the
// account.
func (s *surface) personPage(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	email, err := url.PathUnescape(c.Param("email"))
	if err != nil {
		email = c.Param("email")
	}
	all, err := s.Ledger.Operators(ctx)
	if err != nil {
		return err
	}
	one, ok := all.Find(email)
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no operator %.80q", email)
	}
	p := s.newPage(c, who, one.Email, "People")
	p.Subject = one.Email
	if err := s.findRequests(ctx, p, one.Email); err != nil {
		return err
	}
	acts, err := s.actTable(ctx, p, one.Email, c.QueryParam("cursor"))
	if err != nil {
		return err
	}
	if isCSV(c) {
		return asCSV(c, acts)
	}
	acts.CSV = p.Link("format", "csv")
	open, err := s.SignIns.OpenSessions(ctx)
	if err != nil {
		return err
	}
	open = slices.DeleteFunc(open, func(o people.OpenSession) bool { return o.Email != one.Email })
	data := settingsPage{Title: one.Email, FactsTitle: "The person", State: "enabled", Tone: good, Tables: []table{sessionTable(p, open, people.SessionID(sessionSecret(c))), acts}, Actions: personForms(p, one, open), Facts: []fact{
		{"Name", say(named(one.Name))}, {"Roles", say(strings.Join(one.Roles, ", "))}, {"Added", at(one.AddedAt)},
	}}
	credentials := fact{"Password and app", say("not set yet").sub("The owner of the data folder prints a link to set them: achledger operators link " + one.Email)}
	if set, err := s.SignIns.IsSetUp(ctx, one.Email); err != nil {
		return err
	} else if set {
		credentials.Cell = say("set by the person").sub("To replace both, the owner of the data folder runs: achledger operators link " + one.Email)
	}
	data.Facts = append(data.Facts, credentials)
	if one.Disabled {
		data.State, data.Tone = "disabled", bad
	}
	if data.History, err = s.changesOf(ctx, domain.OperatorsStream, func(r eventstore.Recorded) bool {
		return isOf(one.Email, r.Data)
	}); err != nil {
		return err
	}
	return s.serve(c, p, "settings", data)
}

// isOf reports whether an event of the people is about one of them.
func isOf(email string, data []byte) bool {
	return strings.Contains(string(data), fmt.Sprintf("%q", email))
}

// personForms are the actions on a person's account.
func personForms(p *page, one domain.Operator, open []people.OpenSession) []form {
	toggle := formOf(p, "disable-person", one.Email, "Disable the person")
	if one.Disabled {
		toggle = formOf(p, "enable-person", one.Email, "Enable the person")
	}
	return allowed(append([]form{
		formOf(p, "change-person", one.Email, "Change roles or name").filled("name", one.Name).filled("roles", strings.Join(one.Roles, " ")),
		formOf(p, "sign-out-person", one.Email, "End all the person's sessions"), toggle,
	}, endForms(p, open)...))
}

// actTable lists what a person did, newest first.
func (s *surface) actTable(ctx context.Context, p *page, email, cursor string) (table, error) {
	t := table{Name: "acts", Caption: "Actions, newest first", Columns: columns("When", "What", "About", "Event"), Empty: "No action yet.", page: p}
	before, err := api.After(cursor, "/cursor")
	if err != nil {
		return t, err
	}
	if cursor == "" {
		before = math.MaxInt64
	}
	names, err := s.ActorsOf(ctx, email)
	if err != nil {
		return t, err
	}
	acts, err := s.Views.Acts(ctx, projections.ActFilter{Actors: names, Before: before, Limit: pageRows})
	if err != nil {
		return t, err
	}
	for _, r := range acts {
		f, err := ledger.Fact(r)
		if err != nil {
			return t, err
		}
		what, about := s.describeAct(f)
		t.add(at(f.Meta.At), what, about, code(number(r.Position)))
	}
	if len(acts) == pageRows {
		t.More = p.Link("cursor", fmt.Sprint(acts[len(acts)-1].Position)) + "#acts"
	}
	if cursor != "" {
		t.First = p.withoutCursor() + "#acts"
	}
	return t, nil
}
