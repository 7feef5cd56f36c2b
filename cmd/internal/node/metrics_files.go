package node

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// countEvery bounds how often the files are counted, whoever scrapes.
const countEvery = 15 * time.Second

// fileCounts remembers how many files are in which state, and how many wait
// for the operator's answer.
type fileCounts struct {
	mu      sync.Mutex
	counted time.Time
	counts  map[string]int
	waiting int
}

// read answers both; waiting is below zero when it cannot be read.
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
	late, err := workers.Unacknowledged(ctx, v, now, workers.AcknowledgedWithin)
	if err != nil {
		return counts, -1
	}
	f.counted, f.counts, f.waiting = time.Now(), counts, len(late)
	return maps.Clone(counts), f.waiting
}
