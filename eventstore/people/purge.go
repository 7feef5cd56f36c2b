package people

import (
	"context"
	"sync"
	"time"
)

// purge is when expired rows were last deleted.
type purge struct {
	mu sync.Mutex
	at time.Time
}

func (p *purge) due(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.at) < purgeAtLeast {
		return false
	}
	p.at = now
	return true
}

// purge deletes expired rows, at most once within purgeAtLeast.
func (s *SignIns) purge(ctx context.Context) error {
	if now := s.Now(); s.purged.due(now) {
		return s.Rows.PurgePersonRows(ctx, now)
	}
	return nil
}
