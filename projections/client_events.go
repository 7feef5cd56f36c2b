package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
)

const (
	// scanLimit bounds the events that one call reads. A caller that got less
	// than it asked for continues after upTo.
	scanLimit = 50_000
	// scanPage is how many events are read at a time. At most scansAtOnce calls
	// at a time may read more than one page. A call that has to wait longer
	// than scanWait for that returns what it has.
	scanPage    = 2000
	scansAtOnce = 2
	scanWait    = 10 * time.Second
	// clientBytes is the approximate size of the events that one call returns.
	clientBytes = 4 << 20
)

// ClientEvents returns at most limit events of a client after a log position,
// in log order, of one type if that is set, and the position up to which the
// log was read. It reads the log itself, so it is always current. The number of
// events that a call reads and the bytes that it returns are bounded; the
// caller then continues after upTo.
func (v *Views) ClientEvents(ctx context.Context, client string, after int64, eventType string, limit int) (events []eventstore.Recorded, upTo int64, err error) {
	upTo = after
	var leave func()
	for looked, bytes := 0, 0; looked < scanLimit; {
		page, err := v.store.ReadAll(ctx, upTo, scanPage)
		if err != nil {
			return nil, after, fmt.Errorf("read the events of client %s: %w", client, err)
		}
		for _, r := range page {
			upTo = r.Position
			if r.Client != client || eventType != "" && r.Type != eventType {
				continue
			}
			events, bytes = append(events, r), bytes+len(r.Data)
			if len(events) == limit || bytes >= clientBytes {
				return events, upTo, nil
			}
		}
		if len(page) == 0 {
			break
		}
		if looked += len(page); looked >= scanPage && leave == nil {
			var ok bool
			if leave, ok = v.lookFar(ctx); !ok {
				break
			}
			defer leave()
		}
	}
	return events, upTo, nil
}

// lookFar waits for a place among the calls that read much of the log.
func (v *Views) lookFar(ctx context.Context) (leave func(), ok bool) {
	ctx, cancel := context.WithTimeout(ctx, scanWait)
	defer cancel()
	select {
	case v.scans <- struct{}{}:
		return func() { <-v.scans }, true
	case <-ctx.Done():
		return nil, false
	}
}
