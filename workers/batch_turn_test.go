package workers

import (
	"testing"

	"github.com/achledger/achledger/domain"
)

// head is the log's newest position.
func (b *bank) head() int64 {
	b.t.Helper()
	head, err := b.Ledger.Store.Head(b.t.Context())
	must(b.t, err)
	return head.Position
}

// entriesFiled counts the filed entries of a client.
func (b *bank) entriesFiled(client string) (n int) {
	for _, f := range b.cutFiles() {
		if f.Opened.Client == client && f.Cut != nil {
			n += f.Cut.Totals.Entries
		}
	}
	return n
}

func (b *bank) pass() {
	b.t.Helper()
	must(b.t, b.views.CatchUp(b.t.Context()))
	must(b.t, b.batcher.cutDue(b.t.Context()))
}

// The gym brings many files' worth for a window; in the middle of them the
// school reaches its number.
func TestAClientWithManyFilesHoldsUpNobody(t *testing.T) {
	b := openBank(t)
	b.limits = Limits{FileEntries: 2}
	b.newWorkers()
	b.client(school, batching(func(s *domain.Batching) { s.MaxEntries = 1 }))
	b.posts(gym, 9)
	b.clock.Set(at("2026-11-20 14:30"))
	b.pass()
	if n := b.entriesFiled(gym); n != 2 {
		t.Fatalf("the first pass filed %d entries, want one file", n)
	}
	b.posts(school, 1)
	b.pass()
	if gyms, schools := b.entriesFiled(gym), b.entriesFiled(school); gyms != 4 || schools != 1 {
		t.Errorf("the second pass left %d entries of the gym and %d of the school filed", gyms, schools)
	}
	for range 6 {
		b.pass()
	}
	if n := b.entriesFiled(gym); n != 9 {
		t.Errorf("%d entries of the gym are filed, want those of the window", n)
	}
	b.verify()
}

// Another node led while this one had turns left.
func TestWhoLeadsAgainDecidesAnew(t *testing.T) {
	b := openBank(t)
	b.limits = Limits{FileEntries: 2}
	b.newWorkers()
	b.posts(gym, 6)
	b.clock.Set(at("2026-11-20 14:30"))
	b.pass()
	b.batcher.forget()
	for range 4 {
		b.pass()
	}
	if n := b.entriesFiled(gym); n != 6 {
		t.Errorf("%d of 6 entries are filed", n)
	}
	b.verify()
}
