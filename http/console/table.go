package console

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
)

// table is a list, rendered as HTML or as CSV.
type table struct {
	Name    string // begins that of its CSV file, and is its anchor
	Caption string
	Note    string
	Columns []column
	Rows    []row
	Most    int    // rows that the page shows; 0: all
	Empty   string // text if there are no rows
	First   string // path of the first page, on the others
	More    string // path of the next page
	CSV     string // path of the full list as CSV, if the page does not hold all of it
	page    *page
}

type column struct {
	Title string
	Class string // num for numbers, day for values that must not wrap, words for sentences
}

type row struct {
	Cells []cell
	Class string
}

// cell is a value with its link. Only one of Text, Time and Money is set.
type cell struct {
	Text  string
	Sub   string // second line
	Href  string
	Tone  tone // shown as a state
	Time  time.Time
	Brief bool // show only the time of day
	Money bool
	Cents int64
	Count bool
	N     int
	Mono  bool
	Whole bool // an id shown in full
}

// idBegin and idEnd are how many characters of an id lists show. The beginning
// is a timestamp, the end distinguishes ids made at the same time.
const idBegin, idEnd = 8, 6

// Short is the id in the form idBegin…idEnd; empty if the cell shows it in
// full.
func (c cell) Short() string {
	if c.Whole || len(c.Text) < 32 || strings.Count(c.Text, "-") != 4 {
		return ""
	}
	return c.Text[:idBegin] + "…" + c.Text[len(c.Text)-idEnd:]
}

func say(s string) cell            { return cell{Text: s} }
func code(s string) cell           { return cell{Text: s, Mono: true} }
func whole(s string) cell          { return cell{Text: s, Mono: true, Whole: true} }
func linked(s, href string) cell   { return cell{Text: s, Href: href} }
func money(cents int64) cell       { return cell{Money: true, Cents: cents} }
func count(n int) cell             { return cell{Count: true, N: n} }
func at(t time.Time) cell          { return cell{Time: t} }
func badge(s string, t tone) cell  { return cell{Text: s, Tone: t} }
func (c cell) sub(s string) cell   { c.Sub = s; return c }
func (t *table) add(cells ...cell) { t.Rows = append(t.Rows, row{Cells: cells}) }

// Blank reports whether a cell is empty.
func (c cell) Blank() bool {
	return c.Text == "" && c.Sub == "" && !c.Money && !c.Count && c.Time.IsZero()
}

// Page is the page that the table is on.
func (t table) Page() *page { return t.page }

// Download is the path of the list as CSV; empty if the list is.
func (t table) Download() string {
	switch {
	case len(t.Rows) == 0:
		return ""
	case t.CSV != "":
		return t.CSV
	default:
		return t.page.ListCSV(t.Name)
	}
}

// Visible are the rows that the page shows.
func (t table) Visible() []row {
	if t.Most > 0 {
		return t.Rows[:min(len(t.Rows), t.Most)]
	}
	return t.Rows
}

// Left says that the page does not show all rows, and that the CSV does.
func (t table) Left() string {
	if t.Most == 0 || len(t.Rows) <= t.Most {
		return ""
	}
	return "The first " + number(t.Most) + " of " + number(len(t.Rows)) + "; the CSV has all."
}

// lister is page data that contains complete lists.
type lister interface{ lists() []table }

// listOf returns the list requested as CSV.
func listOf(c echo.Context, p *page) (table, bool) {
	l, ok := p.Data.(lister)
	if name := c.QueryParam("list"); ok && name != "" && c.QueryParam("format") == "csv" {
		for _, t := range l.lists() {
			if t.Name == name {
				return t, true
			}
		}
	}
	return table{}, false
}

// ofPages reads the query parameters that every page accepts; what the page did
// not read before is refused.
func ofPages(q *api.QueryReader) error {
	for _, name := range append([]string{"cursor", "format", "list"}, afterAction...) {
		q.Text(name)
	}
	q.NothingElse()
	return q.Refusal()
}

// columns builds columns from titles. A title that ends in # is a column of
// numbers, one that ends in @ a column whose values must not wrap, one that ends
// in ~ the column of sentences, which gets more room than the others.
func columns(titles ...string) (list []column) {
	for _, title := range titles {
		name, numeric := strings.CutSuffix(title, "#")
		name, day := strings.CutSuffix(name, "@")
		name, words := strings.CutSuffix(name, "~")
		c := column{Title: name}
		switch {
		case numeric:
			c.Class = "num"
		case day:
			c.Class = "day"
		case words:
			c.Class = "words"
		}
		list = append(list, c)
	}
	return list
}

// plainText is a cell's CSV value: instants in UTC, money in dollars.
func (c cell) plainText() string {
	switch {
	case c.Money:
		return text.FormatDollars(c.Cents)
	case c.Count:
		return strconv.Itoa(c.N)
	case !c.Time.IsZero():
		return c.Time.UTC().Format(time.RFC3339)
	default:
		return api.Unformula(c.Text)
	}
}

// asCSV serves a table as CSV. If any cell of a column has a second line, the
// second lines become a column of their own.
func asCSV(c echo.Context, t table) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+t.fileName()+`"`)
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	subs := make([]bool, len(t.Columns))
	for _, r := range t.Rows {
		for i, cell := range r.Cells {
			subs[i] = subs[i] || cell.Sub != ""
		}
	}
	var head []string
	for i, column := range t.Columns {
		head = append(head, column.Title)
		if subs[i] {
			head = append(head, column.Title+" (detail)")
		}
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for _, r := range t.Rows {
		var line []string
		for i, cell := range r.Cells {
			line = append(line, cell.plainText())
			if subs[i] {
				line = append(line, api.Unformula(cell.Sub))
			}
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// fileName is the name of the table's CSV file: of what it is a list, and the day in
// New York on which it was made, so that those of several days differ.
func (t table) fileName() string {
	name := t.Name
	if t.page.Subject != "" {
		name += "-" + strings.Map(plainName, t.page.Subject)
	}
	return name + "-" + calendar.DateOf(t.page.Now).String() + ".csv"
}

// plainName replaces what is not safe in the name of a file.
func plainName(r rune) rune {
	if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
		return r
	}
	return '_'
}

// isCSV reports whether the request asks for CSV.
func isCSV(c echo.Context) bool {
	return c.QueryParam("format") == "csv" && c.QueryParam("list") == ""
}
