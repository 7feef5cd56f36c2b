package node

import (
	"encoding/csv"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

var (
	drawings      = regexp.MustCompile(`(?s)<svg class="plot[^>]*aria-label="([^"]*)".*?</svg>`)
	points        = regexp.MustCompile(`(?s)<a href="([^"]+)"[^>]*aria-label="([^"]*)"`)
	returnsListed = regexp.MustCompile(`(?s)id="returns">.*?<tbody>(.*?)</tbody>`)
)

// Each point of a plot leads to exactly what it counts.
func TestEachPointOfAPlotLeadsToWhatItCounts(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	day.do(day.ops, "PATCH", "/v1/ops/clients/"+day.diner, map[string]any{"limits": []map[string]any{
		{"direction": "credit", "per": "banking_days", "days": 3, "cents": 9_000_000, "action": "hold"},
		{"direction": "credit", "per": "banking_day", "cents": 9_000_000, "company_identification": "1840000025", "action": "hold"},
	}}, nil)
	day.do(day.ops, "PUT", "/v1/ops/odfis/231380104", map[string]any{"delivery": map[string]any{"method": "outbox"}, "limits": []map[string]any{
		{"direction": "credit", "per": "settlement_date", "cents": 90_000_000, "action": "hold"},
		{"direction": "credit", "per": "banking_day", "cents": 90_000_000, "action": "hold"},
	}}, nil)
	day.asks()
	person, seen := day.signsIn("m.ortiz@lantern.example", domain.RoleApprover), map[string]int{}
	for _, p := range day.pages() {
		_, text := person.send("GET", "/console"+p[1], nil)
		for _, drawing := range drawings.FindAllStringSubmatch(text, -1) {
			title := html.UnescapeString(drawing[1])
			if rate := " returns in percent of debits"; strings.HasSuffix(title, rate) {
				title = rate
			}
			counts := countedBy[title]
			if title == "Settlement by day" && !strings.Contains(drawing[0], "#came") {
				t.Error("no bar of the settlement leads to what came")
			}
			if counts == nil {
				t.Fatalf("%s has a plot %q, of whose points this test does not know what they count", p[0], drawing[1])
			}
			for _, point := range points.FindAllStringSubmatch(drawing[0], -1) {
				seen[p[0]]++
				to, _, _ := strings.Cut(html.UnescapeString(point[1]), "#")
				says := html.UnescapeString(point[2])
				if response, text := person.send("GET", to, nil); response.StatusCode != 200 {
					t.Errorf("%s: %q leads to %s, which answers %d: %.200s", p[0], says, to, response.StatusCode, text)
					continue
				}
				if strings.HasPrefix(says, "It crosses its limit on ") {
					continue // a forecast counts nothing
				}
				if listed := counts(listing{t, person, to}, says); !strings.Contains(says, listed) {
					t.Errorf("%s: %q leads to %s, which has %s", p[0], says, to, listed)
				}
			}
		}
	}
	for page, most := range map[string]int{"today": 6, "queues": 4, "returns": 4, "money": 3, "rates-company": 3, "exposure": 10} {
		if seen[page] < most {
			t.Errorf("%s has plots with %d points that lead anywhere", page, seen[page])
		}
	}
}

// listing is the page that a point of a plot links to.
type listing struct {
	t      *testing.T
	person *visitor
	path   string
}

// rows reads the CSV of a list of the page by its name; "" is the page's only list.
func (l listing) rows(name string) (list []map[string]string) {
	l.t.Helper()
	mark := "?"
	if strings.Contains(l.path, "?") {
		mark = "&"
	}
	path := l.path + mark + "format=csv"
	if name != "" {
		path += "&list=" + name
	}
	response, text := l.person.send("GET", path, nil)
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || response.StatusCode != 200 || len(lines) == 0 {
		l.t.Fatalf("%s answers %d, %v: %.200s", path, response.StatusCode, err, text)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, value := range line {
			row[lines[0][i]] = value
		}
		list = append(list, row)
	}
	return list
}

// sum adds up columns of rows, in cents.
func (l listing) sum(rows []map[string]string, columns ...string) (cents int64) {
	l.t.Helper()
	for _, row := range rows {
		for _, column := range columns {
			if row[column] == "" {
				continue
			}
			one, err := strconv.ParseInt(strings.Replace(row[column], ".", "", 1), 10, 64)
			if err != nil {
				l.t.Fatalf("%s: %s is %q in %v", l.path, column, row[column], row)
			}
			cents += one
		}
	}
	return cents
}

func dollarsOf(cents int64) string {
	whole := strconv.FormatInt(cents/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("$%s.%02d", whole, cents%100)
}

func several(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", more)
}

// countedBy has a function for each plot, by its title or the end of it. From the
// page that a point links to, it computes the text that the point should have.
var countedBy = map[string]func(l listing, says string) string{
	"Waiting by window, New York time, against the last five same weekdays": func(l listing, says string) string {
		if rows := l.rows(""); strings.Contains(says, "waiting entr") {
			return several(len(rows), "waiting entry", "waiting entries") + " in " + dollarsOf(l.sum(rows, "Amount"))
		} else {
			return ": " + dollarsOf(l.sum(rows, "Debits", "Credits"))
		}
	},
	"Files of the day, from the cut to the delivery": func(l listing, _ string) string {
		rows := l.rows("")
		return several(len(rows), "entry", "entries") + ", " + dollarsOf(l.sum(rows, "Amount"))
	},
	"Queues by age":                     func(l listing, _ string) string { return fmt.Sprintf(": %d ", len(l.rows(""))) },
	"Codes by week":                     func(l listing, _ string) string { return ": " + several(len(l.rows("")), "entry", "entries") },
	"Days from the entry to its return": func(l listing, _ string) string { return ": " + several(len(l.rows("")), "return", "returns") },
	"Use of limits": func(l listing, _ string) string {
		rows := l.rows("")
		return ": " + several(len(rows), "entry", "entries") + ", " + dollarsOf(l.sum(rows, "Amount")) + " of "
	},
	" returns in percent of debits": func(l listing, _ string) string {
		sent := l.sum(l.rows("rate-sent"), "Debits")
		return ": " + strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", 100*float64(len(l.rows("rate-returned")))/float64(max(sent, 1))), "0"), ".") + "%"
	},
	"Settlement by day": func(l listing, _ string) string {
		var sent, came []map[string]string
		all := l.rows("settlement")
		for _, row := range all {
			if row["Direction"] == "to the bank" {
				sent = append(sent, row)
			} else {
				came = append(came, row)
			}
		}
		batches := slices.DeleteFunc(l.rows("batches"), func(row map[string]string) bool { return row["File (detail)"] == "answers" })
		if behind := l.sum(batches, "Debits", "Credits"); behind != l.sum(sent, "Debits", "Credits") {
			return dollarsOf(behind) + " in batches"
		}
		answers := slices.DeleteFunc(l.rows("batches"), func(row map[string]string) bool { return row["File (detail)"] != "answers" })
		files := l.rows("")
		if behind := l.sum(files, "Debits", "Credits"); behind != l.sum(came, "Debits", "Credits") {
			return dollarsOf(behind) + " in files that came"
		}
		returned := l.sum(answers, "Debits", "Credits") + l.sum(files, "Returned debits", "Returned credits")
		if returned != l.sum(all, "Returned debits", "Returned credits") {
			return dollarsOf(returned) + " of returns in files"
		}
		l.eachFileHas(files)
		return fmt.Sprintf(": %s sent, %s of it acknowledged, %s came, %s in returns", dollarsOf(l.sum(sent, "Debits", "Credits")), dollarsOf(l.sum(all, "Acknowledged")),
			dollarsOf(l.sum(came, "Debits", "Credits")), dollarsOf(l.sum(all, "Returned debits", "Returned credits")))
	},
}

var (
	cameFrom   = regexp.MustCompile(`(?s)id="came">.*?<tbody>(.*?)</tbody>`)
	filesOfRow = regexp.MustCompile(`href="(/console/inbound/[^"#]+)#entries"`)
)

// eachFileHas checks that each of a settlement day's files from the bank leads to
// the entries that it counts.
func (l listing) eachFileHas(files []map[string]string) {
	l.t.Helper()
	_, text := l.person.send("GET", l.path, nil)
	var links [][]string
	if list := cameFrom.FindStringSubmatch(text); list != nil {
		links = filesOfRow.FindAllStringSubmatch(list[1], -1)
	}
	if len(links) != len(files) {
		l.t.Fatalf("%s has %d links for %d files", l.path, len(links), len(files))
	}
	for n, row := range files {
		of, counts := listing{l.t, l.person, html.UnescapeString(links[n][1])}, 0
		columns := []string{"Debits", "Credits", "Returned debits", "Returned credits"}
		for _, column := range columns {
			var one int
			if _, err := fmt.Sscanf(strings.ReplaceAll(row[column+" (detail)"], ",", ""), "%d", &one); err != nil {
				l.t.Errorf("%s: %q in %v: %v", l.path, row[column+" (detail)"], row, err)
			}
			counts += one
		}
		entries := of.rows("")
		if got, want := of.sum(entries, "Amount"), l.sum(files[n:n+1], columns...); got != want || len(entries) != counts || counts == 0 {
			l.t.Errorf("%s: %v leads to %s, which has %d entries, %s", l.path, row, of.path, len(entries), dollarsOf(got))
		}
	}
}

// A list shows a held transaction as Held, like the transaction's own page, and one
// that waits for a file as Pending.
func TestAListSaysWhatIsHeld(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	person := day.signsIn("m.ortiz@lantern.example", domain.RoleViewer)
	for status, want := range map[string][2]bool{"": {true, true}, "Held": {true, false}, "Pending": {false, true}, "Transmitted": {false, false}} {
		_, text := person.send("GET", "/console/transactions?format=csv&status="+status, nil)
		held, waits := false, false
		for line := range strings.Lines(text) {
			held = held || strings.HasPrefix(line, "Marta Svensson,") && strings.Contains(line, ",Held,")
			waits = waits || strings.HasPrefix(line, "Cook Two,") && strings.Contains(line, ",Pending,")
		}
		if got := [2]bool{held, waits}; got != want {
			t.Errorf("status %q shows what is held and what waits: %v, not %v: %s", status, got, want, text)
		}
	}
}

// A bar of the returns links to a list of exactly the entries that it counts.
func TestABarLeadsToTheReturnsThatItCounts(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	person := day.signsIn("m.ortiz@lantern.example", domain.RoleViewer)
	_, text := person.send("GET", "/console/returns", nil)
	bars := map[string]string{}
	for _, drawing := range drawings.FindAllString(text, -1) {
		for _, point := range points.FindAllStringSubmatch(drawing, -1) {
			bars[point[2]], _, _ = strings.Cut(html.UnescapeString(point[1]), "#")
		}
	}
	for says, want := range map[string][]string{
		"R01, week from 11 Nov: 2 entries": {"Pat Quill", "Member 1"},
		"C01, week from 11 Nov: 1 entry":   {"Ines Okafor"},
		"0-1 days: 1 return":               {"Pat Quill"},
		"3 days: 3 returns":                {"Member 1", "Member 2", "Member 3"},
	} {
		_, text := person.send("GET", bars[says], nil)
		rows := returnsListed.FindStringSubmatch(text)
		if rows == nil || strings.Count(rows[1], "<tr") != len(want) {
			t.Errorf("%q of %v leads to %q, where other rows are: %v", says, bars, bars[says], rows)
			continue
		}
		for _, name := range want {
			if !strings.Contains(rows[1], name) {
				t.Errorf("%q leads to %s, where %s is not", says, bars[says], name)
			}
		}
	}
}
