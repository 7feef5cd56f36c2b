package projections

import (
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// What is due later presses nobody to cut what is due now.
func TestTheDeadlineOfAQueueIsThatOfWhatIsDue(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	entry := w.originate("gym")
	w.cutAndDeliver(entry)
	in := incoming(w.id("item"), entry.item)
	in.Entry.Return = &nacha.Return{Code: "R01"}
	w.append(about(entry, domain.TransactionReturned{Incoming: in}))
	asked := testItem{entry.client, entry.transaction, w.id("item")}
	leaveBy := w.now.Add(5 * time.Hour).Truncate(time.Second)
	w.append(about(asked, domain.TransactionDishonorRequested{Outgoing: domain.Outgoing{
		ItemID: asked.item, ReplyTo: in.ItemID, Code: "R68", LeaveBy: leaveBy.Format(time.RFC3339),
	}}))
	f := w.openFile("gym", "window")
	w.fill(f, []testItem{asked})
	w.append(about(asked, domain.TransactionReleasedFromFile{
		ItemID: asked.item, File: f.id, Reason: "refused", NotBefore: w.now.Add(2 * time.Hour).Format(time.RFC3339),
	}))
	other := testItem{entry.client, entry.transaction, w.id("item")}
	w.append(about(other, domain.TransactionRefusalRequested{Outgoing: domain.Outgoing{ItemID: other.item, ReplyTo: in.ItemID, Code: "C61"}}))
	w.must(v.CatchUp(w.ctx))
	for _, tt := range []struct {
		now     time.Time
		entries int
		leaveBy time.Time
	}{{w.now, 1, time.Time{}}, {w.now.Add(3 * time.Hour), 2, leaveBy}} {
		queues, err := v.Queues(w.ctx, tt.now)
		w.must(err)
		if len(queues) != 1 || queues[0].Entries != tt.entries || !queues[0].LeaveBy.Equal(tt.leaveBy) {
			t.Errorf("at %s: %+v; want %d with the deadline %s", tt.now, queues, tt.entries, tt.leaveBy)
		}
	}
}
