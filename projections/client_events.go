package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
)

const (
	// scanLimit bounds how much of the log one call looks at. A caller that got
	// less than it asked for continues behind upTo.
	scanLimit = 50_000
	// scanPage is how many events are read at a time. Calls that look further
	// do so scansAtOnce at a time, and those that find no place in scanWait
	// answer what they have.
	scanPage    = 2000
	scansAtOnce = 2
	scanWait    = 10 * time.Second
	// clientBytes is about how much of what was found one call answers.
	clientBytes = 4 << 20
)

// ClientEvents returns at most limit events of a client behind a log
// position, in log order, of one type if that is set, and the position up to
// which the log was looked at. It reads the log itself, so it is always
// current. Whatever there is to find, a call looks at so much of the log and
// answers so many bytes, and then the caller continues after upTo.
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

// lookFar takes one of the places for calls that look at much of the log.
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
