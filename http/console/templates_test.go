package console

import (
	"strings"
	"testing"
	"time"
)

func TestThePagesParse(t *testing.T) {
	if _, err := parseTemplates(); err != nil {
		t.Fatal(err)
	}
}

// A page of a list that has no rows, as by a filter, is not the end of the list.
func TestAnEmptyPageOfAListLeadsOn(t *testing.T) {
	pages, err := parseTemplates()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		list         table
		says, avoids string
	}{
		"a page of many": {table{Empty: "Nobody.", More: "/console/rates?cursor=7"}, `<a href="/console/rates?cursor=7" rel="next">Next page</a>`, "Nobody."},
		"the last page":  {table{Empty: "Nobody.", First: "/console/rates"}, `<a href="/console/rates">First page</a>`, "Next page"},
		"the only page":  {table{Empty: "Nobody."}, "Nobody.", "pager"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.list.page = &page{}
			var b strings.Builder
			if err := pages.pages["list"].ExecuteTemplate(&b, "rows", tt.list); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), tt.says) || strings.Contains(b.String(), tt.avoids) {
				t.Errorf("shows %s", b.String())
			}
		})
	}
}

func TestACSVFileIsNamedAfterWhatItHas(t *testing.T) {
	p := &page{Now: time.Date(2026, 11, 18, 3, 0, 0, 0, time.UTC), Subject: "returns 17/11 \"late\".ach"}
	if name := (table{Name: "entries", page: p}).fileName(); name != "entries-returns_17_11__late_.ach-2026-11-17.csv" {
		t.Errorf("of a file: %s", name)
	}
	p.Subject = ""
	if name := (table{Name: "held", page: p}).fileName(); name != "held-2026-11-17.csv" {
		t.Errorf("of a queue: %s", name)
	}
}
