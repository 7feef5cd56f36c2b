package console

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// clients serves the list of clients, ordered by id.
func (s *surface) clients(c echo.Context, who api.Caller) error {
	p := s.newPage(c, who, "Clients", "Clients")
	p.Forms = allowed([]form{formOf(p, "open-client", "new", "Add a client").filled("settings", newClient)})
	return s.list(c, p, "Who originates and receives through this ledger.", nil, func(ctx context.Context, limit int, cursor string) (table, string, error) {
		t := table{Name: "clients", Caption: "Clients", Columns: columns("Client", "State", "Banks", "Waiting#", "Dollars#", "Since"), Empty: "There is no client yet.", page: p}
		queues, err := s.Views.QueueTotals(ctx)
		if err != nil {
			return t, "", err
		}
		rows, next, err := s.Views.Clients(ctx, limit, cursor)
		for _, r := range rows {
			entries, cents := 0, int64(0)
			for _, q := range queues {
				if q.Client == r.ID {
					entries, cents = entries+q.Entries, cents+q.Cents
				}
			}
			state := badge("active", good)
			if r.Suspended {
				state = badge("suspended", warn)
			}
			t.add(linked(r.Name, Path+"/clients/"+r.ID).sub(r.ID), state, say(strings.Join(r.ODFIs, ", ")), waitingOf(r.ID, count(entries), entries), waitingOf(r.ID, money(cents), entries), at(r.OpenedAt))
		}
		return t, next, err
	})
}

// waitingOf links a sum to the list of the client's waiting entries.
func waitingOf(client string, sum cell, entries int) cell {
	return leadsTo(sum, Path+"/waiting?client="+client, entries)
}

// leadsTo links a sum to the entries that it counts, if there are any.
func leadsTo(sum cell, path string, entries int) cell {
	if entries > 0 {
		sum.Href = path
	}
	return sum
}

type settingsPage struct {
	Title, State string
	Lead         string
	FactsTitle   string // "Settings" if empty
	NoHistory    bool
	Tone         tone
	Links        []textLink
	Facts        []fact
	Actions      []form
	Tables       []table
	Settings     string
	History      []change
}

func (d settingsPage) lists() []table { return d.Tables }

// change is one version of the settings, with its differences from the version
// before.
type change struct {
	At   time.Time
	By   string
	Says []string

	Reason string
}

// clientForms are the actions on a client.
func (s *surface) clientForms(c echo.Context, p *page, id string) ([]form, error) {
	forms := []form{formOf(p, "change-client", id, "Change the settings"), formOf(p, "issue-credential", id, "Issue a credential")}
	if !p.Who.caller.May(domain.ScopeOpsAdmin) {
		return allowed(forms), nil
	}
	version, err := s.clientVersion(c.Request().Context(), id)
	if err != nil {
		return nil, err
	}
	settings, err := s.settingsOf(c, p.Who.caller, "/v1/ops/clients/"+url.PathEscape(id), "{}")
	if err != nil {
		return nil, err
	}
	forms[0] = forms[0].filled("settings", settings).seeing(version)
	rows, err := s.Views.Credentials(c.Request().Context(), id)
	if err != nil {
		return nil, err
	}
	var live []choice
	for _, r := range rows {
		if full, err := s.Directory.Credential(c.Request().Context(), r.Key); err == nil && !r.Revoked {
			live = append(live, choice{r.Key, named(full.Name) + ", " + r.Key[:min(len(r.Key), 8)] + "…"})
		}
	}
	if len(live) > 0 {
		forms = append(forms, formOf(p, "revoke-credential", id, "Revoke a credential").choosing("key", live))
	}
	return allowed(forms), nil
}

// client serves one client: its waiting entries, its settings with their
// history, and its credentials.
func (s *surface) client(c echo.Context, who api.Caller) error {
	ctx, id := c.Request().Context(), c.Param("client")
	client, err := s.ClientSettings(ctx, id)
	if err != nil {
		return err
	}
	set := client.Settings
	p := s.newPage(c, who, set.Name, "Clients")
	p.Subject = id
	if err := s.findRequests(ctx, p, id); err != nil {
		return err
	}
	data := settingsPage{Title: set.Name, State: "active", Tone: good, Links: []textLink{
		{"Transactions", Path + "/transactions?client=" + id}, {"Files", Path + "/files?client=" + id}, {"Returns", Path + "/returns?client=" + id}, {"Exposure", Path + "/exposure?client=" + id},
		{"Waiting for a file", Path + "/waiting?client=" + id}, {"Held", Path + "/queues/held?client=" + id},
	}}
	toggle := formOf(p, "suspend", id, "Suspend the client")
	if client.Suspended {
		data.State, data.Tone, toggle = "suspended", warn, formOf(p, "resume", id, "Resume the client")
	}
	if data.Actions, err = s.clientForms(c, p, id); err != nil {
		return err
	}
	data.Actions = append(data.Actions, allowed([]form{toggle})...)
	b := set.Batching
	data.Facts = []fact{
		{"Id", code(id)}, {"Company", say(set.CompanyName).sub(strings.Join(set.CompanyIdentifications, ", "))}, {"Banks", say(strings.Join(set.ODFIs, ", "))},
		{"SEC codes", say(strings.Join(set.SECCodes, ", "))}, {"Same day", say(yes(set.SameDay))}, {"Windows", say(cmp.Or(strings.Join(b.Windows, ", "), "none")).sub("New York, on banking days")},
		{"Cut at this many entries", say(orNone(int64(b.MaxEntries), number(b.MaxEntries)))}, {"Cut at this amount", say(orNone(b.MaxAmountCents, dollars(b.MaxAmountCents)))}, {"Cut when the oldest entry has waited", say(cmp.Or(b.MaxAge, "none"))},
		{"Client since", at(client.OpenedAt)},
	}
	for _, o := range set.Balance {
		data.Facts = append(data.Facts, fact{"Offsets of " + o.CompanyID, say(o.Routing + " " + o.Account.Masked()).sub(o.AccountType)})
	}
	credentials, err := s.credentialTable(ctx, p, id)
	if err != nil {
		return err
	}
	data.Tables = []table{credentials}
	if data.Settings, err = readable(set); err != nil {
		return err
	}
	if data.History, err = s.changes(ctx, domain.ClientStream(id)); err != nil {
		return err
	}
	return s.serve(c, p, "settings", data)
}

func yes(b bool) string {
	if b {
		return "allowed"
	}
	return "not allowed"
}

func orNone(n int64, text string) string {
	if n == 0 {
		return "none"
	}
	return text
}

func (s *surface) credentialTable(ctx context.Context, p *page, client string) (table, error) {
	t := table{Name: "credentials", Caption: "Credentials", Columns: columns("Name", "State", "Scopes", "Issued", "Key"), Empty: "This client has no credential.", page: p}
	rows, err := s.Views.Credentials(ctx, client)
	for _, r := range rows {
		full, err := s.Directory.Credential(ctx, r.Key)
		if err != nil {
			return t, err
		}
		state := badge("valid", good)
		switch {
		case r.Revoked:
			state = badge("revoked", bad)
		case !full.Good(s.Now()):
			state = badge("expired", warn)
		}
		t.add(say(named(full.Name)).sub(full.Owner), state, say(strings.Join(r.Scopes, ", ")), at(r.IssuedAt), code(r.Key[:min(len(r.Key), 8)]+"…"))
	}
	return t, err
}

// sealedNames are settings that hold encrypted or secret values, which pages
// never show.
var sealedNames = map[string]bool{"sealed": true, "secret": true, "password": true, "private_key": true, "fingerprint": true, "cipher": true}

// readable renders settings as text, with sealed values left out.
func readable(settings any) (string, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return "", err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	text, err = json.MarshalIndent(cleared(v), "", "  ")
	return string(text), err
}

func cleared(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if sealedNames[name] {
				v[name] = "(kept sealed)"
				continue
			}
			v[name] = cleared(value)
		}
	case []any:
		for i := range v {
			v[i] = cleared(v[i])
		}
	}
	return v
}

// changes lists the versions of the settings in a stream, newest first, each
// with its differences from the one before.
func (s *surface) changes(ctx context.Context, stream string) (list []change, err error) {
	return s.changesOf(ctx, stream, func(eventstore.Recorded) bool { return true })
}

// changesOf is changes restricted to the events that the predicate selects.
func (s *surface) changesOf(ctx context.Context, stream string, of func(eventstore.Recorded) bool) (list []change, err error) {
	events, err := s.Ledger.Store.ReadStream(ctx, stream, 0)
	if err != nil {
		return nil, err
	}
	before := map[string]string{}
	for _, r := range events {
		if !of(r) {
			continue
		}
		f, err := ledger.Fact(r)
		if err != nil {
			return nil, err
		}
		c := change{At: f.Meta.At, By: s.by(ctx, f.Meta)}
		switch r.Type {
		case "client.suspended":
			c.Says = []string{"Suspended"}
			if _, c.Reason, err = settingsIn(r.Data); err != nil {
				return nil, err
			}
		case "client.resumed":
			c.Says = []string{"Resumed"}
		default:
			after, why, err := settingsIn(r.Data)
			if err != nil {
				return nil, err
			}
			c.Says, c.Reason = differences(before, after), why
			if r.Type == (domain.OperatorAdded{}).Type() {
				c.Says = []string{"Added"}
			}
			before = after
		}
		list = append([]change{c}, list...)
	}
	return list, nil
}

// settingsIn returns the settings that an event contains, by path, and the reason
// for them.
func settingsIn(data []byte) (values map[string]string, reason string, err error) {
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, "", err
	}
	reason, _ = v["reason"].(string)
	delete(v, "reason")
	delete(v, "client_id") // only the first version contains it
	values = map[string]string{}
	flatten("", cleared(v), values)
	return values, reason, nil
}
