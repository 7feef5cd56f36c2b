package node

import (
	"encoding/csv"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

var csvLinks = regexp.MustCompile(`href="([^"]*format=csv[^"]*)"`)

// Beside every list is its CSV, with a line of names and as many values in each
// line.
func TestEveryListHasItsCSV(t *testing.T) {
	day := newBankDay(t)
	person := day.signsIn("m.ortiz@lantern.example", domain.RoleApprover)
	offered := 0
	for _, p := range day.pages() {
		_, text := person.send("GET", "/console"+p[1], nil)
		for _, found := range csvLinks.FindAllStringSubmatch(text, -1) {
			offered++
			response, content := person.send("GET", html.UnescapeString(found[1]), nil)
			if kind := response.Header.Get("Content-Type"); response.StatusCode != 200 || !strings.HasPrefix(kind, "text/csv") {
				t.Errorf("%s of %s answers %d, %s: %.200s", found[1], p[0], response.StatusCode, kind, content)
				continue
			}
			if rows, err := csv.NewReader(strings.NewReader(content)).ReadAll(); err != nil || len(rows) == 0 || rows[0][0] == "" {
				t.Errorf("%s of %s is no CSV: %v, %.200s", found[1], p[0], err, content)
			}
		}
	}
	if offered < 15 {
		t.Errorf("%d lists have one", offered)
	}
}
