package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
)

// page holds what every page has in common, and the data of the one shown.
type page struct {
	Title   string
	Section string // of the navigation
	Who     person
	Now     time.Time
	UTC     bool // show times in UTC instead of New York time
	Sandbox bool
	Here    string // path and query of this page, without those of the action just taken
	Done    string // the action just taken
	Asked   string // path of the approval request created instead of acting
	Subject string // what a page is about, in the names of its CSV files; empty for lists of everything
	Live    bool   // the page keeps its counts up to date
	Data    any

	clientName func(id string) string
	query      url.Values
	// Forms are the actions offered by a list page.
	Forms []form
	// Requests are those about what the page shows that wait for another person.
	Requests []openRequest
	// After returns the way on from the action just taken; nil if there is none.
	After func() (*after, error)
	once  string
	// Short reports that the page omits an action because the person's role
	// does not allow it.
	Short bool
}

// Client returns a client's name.
func (p *page) Client(id string) string { return p.clientName(id) }

// client is a client's name, linked to its page, as lists show it.
func (p *page) client(id string) cell { return linked(p.Client(id), Path+"/clients/"+id) }

// person is the signed-in user.
type person struct {
	Name   string
	Scopes []string
	caller api.Caller
}

// By is the e-mail address of the person to whom the page is shown.
func (p *page) By() string { return p.Who.caller.Person }

// May reports whether the person's role includes an operations scope.
func (p person) May(scope string) bool { return p.caller.May("ops:" + scope) }

func (s *surface) newPage(c echo.Context, who api.Caller, title, section string) *page {
	utc := false
	if cookie, err := c.Cookie(timesCookie); err == nil {
		utc = cookie.Value == "utc"
	}
	asked := ""
	if id, err := uuid.Parse(c.QueryParam("asked")); err == nil {
		asked = Path + "/approvals/" + id.String()
	}
	ctx := c.Request().Context()
	p := &page{
		Asked: asked, query: c.QueryParams(),
		clientName: func(id string) string {
			if client, err := s.Directory.Client(ctx, id); err == nil && client.Settings.Name != "" {
				return client.Settings.Name
			}
			return id
		},
		Title: title, Section: section, Who: person{Name: nameOf(who), Scopes: who.Scopes, caller: who}, Now: s.LedgerNow().Now(),
		UTC: utc, Sandbox: s.Sandbox != nil, Here: here(c.Request().URL), Done: doneText(c.QueryParam("done")),
	}
	p.After = func() (*after, error) { return s.afterwards(ctx, p, cmp.Or(c.QueryParam("of"), c.QueryParam("done"))) }
	return p
}

// onceField holds what identifies a form of one page. A form that is sent twice,
// as by a double click, is done once.
const onceField = "once"

// Once identifies the forms of this page.
func (p *page) Once() string {
	p.once = cmp.Or(p.once, uuid.NewString())
	return p.once
}

// nameOf is the name by which pages refer to a person.
func nameOf(who api.Caller) string { return who.Key }

// timesCookie stores the time zone in which this browser shows times.
const timesCookie = "console_times"

// times sets the time zone and redirects back.
func (s *surface) times(c echo.Context, _ api.Caller) error {
	zone := "new-york"
	if c.QueryParam("zone") == "utc" {
		zone = "utc"
	}
	c.SetCookie(&http.Cookie{Name: timesCookie, Value: zone, Path: Path, MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return c.Redirect(http.StatusSeeOther, back(c))
}

// section is an entry of the navigation. Key is the shortcut: g, then this
// letter.
type section struct{ Name, Path, Key string }

// Sections are the entries of the navigation.
func (p *page) Sections() []section {
	return []section{
		{"Today", Path, "t"}, {"Queues", Path + "/queues", "q"}, {"Transactions", Path + "/transactions", "x"},
		{"Files out", Path + "/files", "f"}, {"Files in", Path + "/inbound", "i"}, {"Returns", Path + "/returns", "r"},
		{"Rates", Path + "/rates", "a"}, {"Money", Path + "/money", "m"}, {"Exposure", Path + "/exposure", "e"},
		{"Clients", Path + "/clients", "c"}, {"Banks", Path + "/banks", "b"}, {"People", Path + "/people", "p"},
		{"Policy", Path + "/policy", "y"}, {"System", Path + "/system", "s"},
	}
}

// Zone names the time zone in which times are shown.
func (p *page) Zone() string {
	if p.UTC {
		return "UTC"
	}
	return "New York"
}

func (p *page) in(t time.Time) time.Time {
	if p.UTC {
		return t.UTC()
	}
	return t.In(calendar.Eastern)
}

// stamp is an instant as a page shows it: short in the chosen zone, and in
// full in both zones.
type stamp struct{ Machine, Short, Whole string }

// At formats an instant, without the date if it is today.
func (p *page) At(t time.Time) stamp {
	if t.IsZero() {
		return stamp{}
	}
	form := "Mon 2 Jan 15:04"
	local, now := p.in(t), p.in(p.Now)
	switch {
	case local.Format(time.DateOnly) == now.Format(time.DateOnly):
		form = "15:04"
	case local.Year() != now.Year():
		form = "2 Jan 2006 15:04"
	}
	return stamp{
		Machine: t.UTC().Format(time.RFC3339), Short: local.Format(form),
		Whole: t.In(calendar.Eastern).Format("Mon 2 Jan 2006 15:04:05 MST") + " / " + t.UTC().Format("15:04:05 UTC"),
	}
}

// sameDay formats t, without the date if it is the same as as's.
func (p *page) sameDay(t, as time.Time) cell {
	c := at(t)
	c.Brief = !t.IsZero() && p.in(t).Format(time.DateOnly) == p.in(as).Format(time.DateOnly)
	return c
}

// Brief formats the time of day only.
func (p *page) Brief(t time.Time) stamp {
	s := p.At(t)
	s.Short = p.in(t).Format("15:04")
	return s
}

// Full formats an instant with seconds, for timelines.
func (p *page) Full(t time.Time) stamp {
	s := p.At(t)
	if !t.IsZero() {
		s.Short = p.in(t).Format("Mon 2 Jan 2006 15:04:05")
	}
	return s
}

// Until says how far away an instant is, in the future or the past.
func (p *page) Until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if d := t.Sub(p.Now); d >= 0 {
		return "in " + span(d)
	}
	return span(p.Now.Sub(t)) + " ago"
}

// Age says how long ago an instant was.
func (p *page) Age(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return span(p.Now.Sub(t))
}

// Urgent reports whether a deadline is an hour away or less.
func (p *page) Urgent(t time.Time) bool { return !t.IsZero() && t.Sub(p.Now) <= time.Hour }

// Link is the path of the first page of this list with one query parameter set.
func (p *page) Link(name, value string) string {
	path, query, _ := strings.Cut(p.Here, "?")
	kept := partsWithout(query, name, "cursor")
	return path + "?" + strings.Join(append(kept, name+"="+value), "&")
}

// withoutCursor is the path of the first page of this list.
func (p *page) withoutCursor() string {
	path, query, _ := strings.Cut(p.Here, "?")
	if kept := partsWithout(query, "cursor"); len(kept) > 0 {
		path += "?" + strings.Join(kept, "&")
	}
	return path
}

// partsWithout are the parameters of a query, as they are written, but for some.
func partsWithout(query string, names ...string) (kept []string) {
	for _, part := range strings.Split(query, "&") {
		if name, _, _ := strings.Cut(part, "="); part != "" && !slices.Contains(names, name) {
			kept = append(kept, part)
		}
	}
	return kept
}

// ListCSV is the path of one of the page's lists as CSV.
func (p *page) ListCSV(name string) string { return withQuery(p.Link("format", "csv"), "list", name) }

// scopeWords say what a scope lets a person do, as the roles are explained.
var scopeWords = map[string]string{
	domain.ScopeOpsRead: "sees", domain.ScopeOpsWork: "works queues", domain.ScopeOpsApprove: "approves", domain.ScopeOpsAdmin: "changes settings", domain.ScopeReveal: "sees full numbers",
}

// Roles describes the person's scopes in words.
func (p person) Roles() string {
	var words []string
	for _, scope := range p.Scopes {
		words = append(words, cmp.Or(scopeWords[scope], scope))
	}
	if slices.Contains(p.Scopes, domain.ScopeOps) {
		return "everything"
	}
	return strings.Join(words, ", ")
}

// Day is today's date in New York.
func (p *page) Day() string { return p.Now.In(calendar.Eastern).Format("Monday 2 January 2006") }

// Local is the part of the person's address before the @; a line may break
// between it and Host.
func (p person) Local() string { local, _, _ := strings.Cut(p.Name, "@"); return local }

// Host is the person's address from the @ on.
func (p person) Host() string { return strings.TrimPrefix(p.Name, p.Local()) }
