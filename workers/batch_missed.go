package workers

import (
	"context"
	"time"
)

// WindowsMissed counts the queues that should have been cut at a window and
// still hold something. It leaves out suspended clients and ODFIs whose files
// may not leave.
func (b *Batcher) WindowsMissed(ctx context.Context, now time.Time) (n int, err error) {
	all, err := b.queues(ctx, now)
	if err != nil {
		return 0, err
	}
	for _, queues := range all {
		c, err := b.client(ctx, queues[0].Client)
		if err != nil {
			return n, err
		}
		for _, q := range queues {
			if c.Suspended && !q.Answers {
				continue
			}
			if _, missed, err := b.window(ctx, now, c, q); err != nil {
				return n, err
			} else if missed {
				n++
			}
		}
	}
	return n, nil
}
