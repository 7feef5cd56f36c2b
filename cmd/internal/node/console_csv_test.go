package node

import (
	"encoding/csv"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

var (
	csvLinks = regexp.MustCompile(`href="([^"]*format=csv[^"]*)"`)
	panels   = regexp.MustCompile(`(?s)<section class="panel" id="([a-z0-9-]+)".*?</section>`)
)

// notLists are tables of pages that are not lists and have no CSV: the ledger's
// health, figures, and explanations of records.
var notLists = []string{"health", "figures", "records"}

// Every list of a page has a link to its CSV. The CSV has a line of column names, as
// many values in each line, and at least the rows that the page shows.
func TestEveryListHasItsCSV(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	person := day.signsIn("m.ortiz@lantern.example", domain.RoleApprover)
	offered := map[string]bool{}
	for _, p := range day.pages() {
		_, text := person.send("GET", "/console"+p[1], nil)
		for _, panel := range panels.FindAllStringSubmatch(text, -1) {
			shown := strings.Count(panel[0], "<tr") - 1
			if shown < 1 || slices.Contains(notLists, panel[1]) {
				continue
			}
			link := csvLinks.FindStringSubmatch(panel[0])
			if link == nil {
				t.Errorf("%s has a list %s without CSV", p[0], panel[1])
				continue
			}
			offered[panel[1]] = true
			if strings.Contains(link[1], "list=") && strings.Contains(panel[0], `rel="next"`) {
				t.Errorf("%s of %s has more pages, and a CSV of what the first shows", panel[1], p[0])
			}
			response, content := person.send("GET", html.UnescapeString(link[1]), nil)
			if kind := response.Header.Get("Content-Type"); response.StatusCode != 200 || !strings.HasPrefix(kind, "text/csv") {
				t.Errorf("%s of %s answers %d, %s: %.200s", link[1], p[0], response.StatusCode, kind, content)
				continue
			}
			if rows, err := csv.NewReader(strings.NewReader(content)).ReadAll(); err != nil || len(rows) <= shown || rows[0][0] == "" {
				t.Errorf("%s of %s, which shows %d rows, is %d lines: %v, %.200s", link[1], p[0], shown, len(rows), err, content)
			}
		}
	}
	for _, name := range []string{"batches", "credentials", "entries", "sessions", "reasons", "all-queues", "waiting", "day-files"} {
		if !offered[name] {
			t.Errorf("no list %s was seen", name)
		}
	}
}
