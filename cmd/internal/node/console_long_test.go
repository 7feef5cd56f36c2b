package node

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// widest is the width of the widest cell of a page's tables.
const widest = `Math.max(0, ...[...document.querySelectorAll("main tbody td")].map(td => td.offsetWidth))`

// A name without a space in it makes no page wider than its window, and its column
// leaves the others their room.
func TestALongNameFitsItsPage(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	client, gym := r.client("Harbor Gym")
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+client, object{"name": strings.Repeat("W", 100)}, nil)
	var made struct{ TransactionID string }
	r.must(201, gym, "POST", "/api/transaction", object{"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882",
		"ToAccount": "30488174411", "ToAccountType": "checking", "ToName": strings.Repeat("W", 22), "Description": "PAYROLL", "Amount": 12.34}, &made)
	r.must(200, r.ops, "POST", "/v1/ops/events/"+r.told(gym, made.TransactionID).Events[0].EventID+"/hold", object{"reason": "a question"}, nil)
	web := newBrowser(t, r.Base)
	(&bankDay{running: r}).signIn(web, "m.ortiz@lantern.example", domain.RoleAdmin)
	for _, wide := range []int64{1280, 360} {
		web.looks(wide, 800, "light")
		for _, page := range []string{"/clients", "/clients/" + client, "/transactions", "/transactions/" + client + "/" + made.TransactionID, "/queues/held"} {
			web.visit("/console" + page)
			web.fits(page, wide)
			if cell := value[int64](web, widest); cell > 600 {
				t.Errorf("%s has a cell of %d in a window of %d", page, cell, wide)
			}
		}
	}
}
