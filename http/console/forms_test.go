package console

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// An entry is assigned to any of the transactions that it may belong to by one
// button, without an id to copy.
func TestAnEntryIsAssignedWithoutCopyingAnId(t *testing.T) {
	pages, err := parseTemplates()
	if err != nil {
		t.Fatal(err)
	}
	p := &page{Who: person{caller: api.Caller{Scopes: []string{domain.ScopeOpsWork}}}, clientName: func(string) string { return "Harbor Gym" }}
	fits := []projections.Transaction{{Client: "gym", ID: "first", Name: "Ada Marsh", AmountCents: 4900}, {Client: "gym", ID: "second", Name: "Ada Marsh", AmountCents: 4900}}
	for n, open := range map[int]bool{1: true, 2: false} {
		var b strings.Builder
		if err := pages.pages["list"].ExecuteTemplate(&b, "actions", pair(p, assignForms(p, "u1", fits[:n]))); err != nil {
			t.Fatal(err)
		}
		for _, fit := range fits[:n] {
			for _, want := range []string{`name="transaction_id" value="` + fit.ID + `"`, `name="client" value="gym"`, "Assign it to Ada Marsh, $49.00, of Harbor Gym"} {
				if !strings.Contains(b.String(), want) {
					t.Errorf("of %d, %s is not offered with %s: %s", n, fit.ID, want, b.String())
				}
			}
		}
		if strings.Contains(b.String(), "<details open>") != open {
			t.Errorf("of %d, one is open: %v", n, !open)
		}
	}
}

// The next item of a queue is that after the one on the page, also where that has
// left the queue.
func TestWhatFollowsInAQueue(t *testing.T) {
	var t3 table
	for _, id := range []string{"a", "b", "c"} {
		t3.add(linked(id, "/console/files/"+id))
	}
	for name, tt := range map[string]struct {
		rows       []row
		here, next string
	}{
		"in the middle": {t3.Rows, "/console/files/b?cursor=1", "c"},
		"at the end":    {t3.Rows, "/console/files/c", "a"},
		"left already":  {t3.Rows, "/console/files/gone", "a"},
		"the only one":  {t3.Rows[:1], "/console/files/a", ""},
		"none":          {nil, "/console/files/a", ""},
	} {
		next, ok := following(tt.rows, tt.here)
		if ok != (tt.next != "") || ok && next.Cells[0].Text != tt.next {
			t.Errorf("%s: %v, %v", name, next, ok)
		}
	}
}
