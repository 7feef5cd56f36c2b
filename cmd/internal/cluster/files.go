package cluster

import (
	"context"
	"errors"
	"path/filepath"
	"time"
)

// FirstFile waits for a file in the outbox and names it.
func (c *Cluster) FirstFile(ctx context.Context) (string, error) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if files, err := filepath.Glob(filepath.Join(c.Outbox, "*.ach")); err != nil || len(files) > 0 {
			return files[0], err
		}
	}
	return "", errors.Join(ctx.Err(), errors.New("no file came into the outbox within a minute"))
}
