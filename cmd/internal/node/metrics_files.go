package node

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/achledger/achledger/projections"
)

// countEvery bounds how often the files are counted, whoever scrapes.
const countEvery = 15 * time.Second

// fileCounts remembers how many files are in which state.
type fileCounts struct {
	mu      sync.Mutex
	counted time.Time
	counts  map[string]int
}

func (f *fileCounts) read(ctx context.Context, v *projections.Views) map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.counted) < countEvery {
		return maps.Clone(f.counts)
	}
	counts, cursor := map[string]int{}, ""
	for {
		files, next, err := v.Files(ctx, projections.FileFilter{Limit: 1000, Cursor: cursor})
		if err != nil {
			return nil
		}
		for _, file := range files {
			counts[string(file.State)]++
		}
		if next == "" {
			break
		}
		cursor = next
	}
	f.counted, f.counts = time.Now(), counts
	return maps.Clone(counts)
}
