package console

import (
	"testing"
	"time"

	"github.com/achledger/achledger/http/api"
)

// A caller complains of one payment of several that are alike: the day tells them
// apart.
func TestWhatIsFoundHasItsDay(t *testing.T) {
	made := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	cells := foundCells(&page{clientName: func(string) string { return "Harbor Gym" }}, api.Found{What: "transaction", Client: "gym", ID: "one",
		Transaction: &api.TransactionRow{Amount: "49.00", Name: "Ada Marsh", Status: "Transmitted", CreatedAt: made}})
	if titles := columns("What", "Kind", "Made@", "Client"); len(cells) != len(titles) || !cells[2].Time.Equal(made) {
		t.Errorf("it is shown as %+v", cells)
	}
	for _, what := range []string{"event", "file", "inbound_file", "unmatched", "client"} {
		if n := len(foundCells(&page{clientName: func(string) string { return "" }}, api.Found{What: what})); n != len(cells) {
			t.Errorf("%s has %d cells", what, n)
		}
	}
}
