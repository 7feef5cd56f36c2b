package node

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

var (
	drawings      = regexp.MustCompile(`(?s)<svg class="plot.*?</svg>`)
	points        = regexp.MustCompile(`(?s)<a href="([^"]+)"[^>]*aria-label="([^"]*)"`)
	returnsListed = regexp.MustCompile(`(?s)id="returns">.*?<tbody>(.*?)</tbody>`)
)

// Each point of a plot leads to a page that is there.
func TestEachPointOfAPlotLeadsSomewhere(t *testing.T) {
	day := newBankDay(t)
	day.asks()
	person, seen := day.signsIn("m.ortiz@lantern.example", domain.RoleApprover), map[string]bool{}
	for _, p := range day.pages() {
		_, text := person.send("GET", "/console"+p[1], nil)
		for _, drawing := range drawings.FindAllString(text, -1) {
			for _, point := range points.FindAllStringSubmatch(drawing, -1) {
				seen[p[0]] = true
				to, _, _ := strings.Cut(html.UnescapeString(point[1]), "#")
				if response, text := person.send("GET", to, nil); response.StatusCode != 200 {
					t.Errorf("%s: %q leads to %s, which answers %d: %.200s", p[0], point[2], to, response.StatusCode, text)
				}
			}
		}
	}
	for _, page := range []string{"today", "queues", "returns", "money", "rates-company", "exposure"} {
		if !seen[page] {
			t.Errorf("%s has no plot whose points lead anywhere", page)
		}
	}
}

// A list calls a transaction held as its own page does, and what waits for a file
// pending.
func TestAListSaysWhatIsHeld(t *testing.T) {
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

// What a bar of the returns counts is what it leads to.
func TestABarLeadsToTheReturnsThatItCounts(t *testing.T) {
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
