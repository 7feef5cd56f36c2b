package console

import (
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

// page is what every page has, and what it shows.
type page struct {
	Title   string
	Section string // of the navigation
	Who     person
	Now     time.Time
	UTC     bool // times are shown in UTC instead of New York's
	Sandbox bool
	Here    string // path and query of this page
	Done    string // what was just done
	Asked   string // path of the request that was made instead of doing it
	Live    bool   // counts on it are kept up to date
	Data    any

	clientName func(id string) string
	query      url.Values
	// Forms are what may be done on a page that lists something.
	Forms []form
	// Short says that the person's role leaves out something that could be done
	// here.
	Short bool
}

// Client is a client by name.
func (p *page) Client(id string) string { return p.clientName(id) }

// client is a client by name, as lists show it.
func (p *page) client(id string) cell { return linked(p.Client(id), Path+"/clients/"+id) }

// person is who signed in.
type person struct {
	Name   string
	Scopes []string
	caller api.Caller
}

// May reports whether the person's role includes a scope of operations.
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
	return &page{
		Asked: asked, query: c.QueryParams(),
		clientName: func(id string) string {
			if client, err := s.Directory.Client(ctx, id); err == nil && client.Settings.Name != "" {
				return client.Settings.Name
			}
			return id
		},
		Title: title, Section: section, Who: person{Name: nameOf(who), Scopes: who.Scopes, caller: who}, Now: s.LedgerNow().Now(),
		UTC: utc, Sandbox: s.Sandbox != nil, Here: c.Request().URL.RequestURI(), Done: doneText(c.QueryParam("done")),
	}
}

// nameOf is how a person is called on pages.
func nameOf(who api.Caller) string { return who.Key }

// timesCookie keeps in which zone a browser shows times.
const timesCookie = "console_times"

// times chooses the zone in which times are shown, and goes back.
func (s *surface) times(c echo.Context, _ api.Caller) error {
	zone := "new-york"
	if c.QueryParam("zone") == "utc" {
		zone = "utc"
	}
	c.SetCookie(&http.Cookie{Name: timesCookie, Value: zone, Path: Path, MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return c.Redirect(http.StatusSeeOther, back(c))
}

// section is an entry of the navigation. Key is the letter that opens it
// after g.
type section struct{ Name, Path, Key string }

// Sections are the navigation.
func (p *page) Sections() []section {
	return []section{
		{"Today", Path, "t"}, {"Queues", Path + "/queues", "q"}, {"Transactions", Path + "/transactions", "x"},
		{"Files out", Path + "/files", "f"}, {"Files in", Path + "/inbound", "i"}, {"Returns", Path + "/returns", "r"},
		{"Rates", Path + "/rates", "a"}, {"Money", Path + "/money", "m"}, {"Exposure", Path + "/exposure", "e"},
		{"Clients", Path + "/clients", "c"}, {"Banks", Path + "/banks", "b"}, {"People", Path + "/people", "p"},
		{"Policy", Path + "/policy", "y"}, {"System", Path + "/system", "s"},
	}
}

// Zone is the name of the zone in which times are shown.
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

// stamp is an instant as a page shows it: short in the chosen zone, and whole
// in both.
type stamp struct{ Machine, Short, Whole string }

// At shows an instant. The day is left out where it is today's.
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

// sameDay is an instant without its day, where that is another instant's.
func (p *page) sameDay(t, as time.Time) cell {
	c := at(t)
	c.Brief = !t.IsZero() && p.in(t).Format(time.DateOnly) == p.in(as).Format(time.DateOnly)
	return c
}

// Brief is an instant's time of day.
func (p *page) Brief(t time.Time) stamp {
	s := p.At(t)
	s.Short = p.in(t).Format("15:04")
	return s
}

// Full is an instant with its seconds, for timelines.
func (p *page) Full(t time.Time) stamp {
	s := p.At(t)
	if !t.IsZero() {
		s.Short = p.in(t).Format("Mon 2 Jan 2006 15:04:05")
	}
	return s
}

// Until says how long it is until an instant, or how long ago it was.
func (p *page) Until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if d := t.Sub(p.Now); d >= 0 {
		return "in " + span(d)
	}
	return span(p.Now.Sub(t)) + " ago"
}

// Age is how long ago an instant was.
func (p *page) Age(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return span(p.Now.Sub(t))
}

// Urgent reports whether a deadline is close: an hour or less.
func (p *page) Urgent(t time.Time) bool { return !t.IsZero() && t.Sub(p.Now) <= time.Hour }

// Link is the path of this page with a parameter set.
func (p *page) Link(name, value string) string {
	path, query, _ := strings.Cut(p.Here, "?")
	var kept []string
	for _, part := range strings.Split(query, "&") {
		if n, _, _ := strings.Cut(part, "="); part != "" && n != name && n != "cursor" && n != "done" && n != "asked" {
			kept = append(kept, part)
		}
	}
	kept = append(kept, name+"="+value)
	return path + "?" + strings.Join(kept, "&")
}

// ListCSV is the path of a list of this page as CSV.
func (p *page) ListCSV(name string) string { return withQuery(p.Link("format", "csv"), "list", name) }

// Roles are the person's scopes in words.
func (p person) Roles() string {
	var words []string
	for _, scope := range p.Scopes {
		words = append(words, strings.TrimPrefix(scope, "ops:"))
	}
	if slices.Contains(p.Scopes, domain.ScopeOps) {
		return "everything"
	}
	return strings.Join(words, ", ")
}

// Day is the business day of this moment in New York.
func (p *page) Day() string { return p.Now.In(calendar.Eastern).Format("Monday 2 January 2006") }

// Local and Host are the parts of the person's address, between which a line
// may end.
func (p person) Local() string { local, _, _ := strings.Cut(p.Name, "@"); return local }

// Host is the part of the address from its @ on.
func (p person) Host() string { return strings.TrimPrefix(p.Name, p.Local()) }
