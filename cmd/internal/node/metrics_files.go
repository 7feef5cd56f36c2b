package node

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// countEvery is the minimum interval between counts of the files, however many
// scrapers there are.
const countEvery = 15 * time.Second

// fileCounts caches how many files are in each state, and how many await the
// operator's acknowledgement.
type fileCounts struct {
	mu      sync.Mutex
	counted time.Time
	counts  map[string]int
	waiting int
}

// read returns both; waiting is negative if it cannot be read.
func (f *fileCounts) read(ctx context.Context, v *projections.Views, now time.Time) (counts map[string]int, waiting int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.counted.IsZero() && time.Since(f.counted) < countEvery {
		return maps.Clone(f.counts), f.waiting
	}
	counts, err := v.FileCounts(ctx)
	if err != nil {
		return nil, -1
	}
	late, err := v.UnacknowledgedFiles(ctx, now.Add(-workers.AcknowledgedWithin))
	if err != nil {
		return counts, -1
	}
	f.counted, f.counts, f.waiting = time.Now(), counts, len(late)
	return maps.Clone(counts), f.waiting
}
