package projections

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/eventstore"
)

// scanLimit bounds how much of the log one call looks at. A caller that got
// less than it asked for goes on behind upTo.
const scanLimit = 50_000

// ClientEvents returns at most limit events of a client behind a log
// position, in log order, of one type if that is set, and the position up to
// which the log was looked at. It reads the log itself, so it is always
// current.
func (v *Views) ClientEvents(ctx context.Context, client string, after int64, eventType string, limit int) (events []eventstore.Recorded, upTo int64, err error) {
	upTo = after
	for looked := 0; looked < scanLimit; {
		page, err := v.store.ReadAll(ctx, upTo, 2000)
		if err != nil {
			return nil, after, fmt.Errorf("read the events of client %s: %w", client, err)
		}
		for _, r := range page {
			upTo = r.Position
			if r.Client != client || eventType != "" && r.Type != eventType {
				continue
			}
			if events = append(events, r); len(events) == limit {
				return events, upTo, nil
			}
		}
		if looked += len(page); len(page) == 0 {
			break
		}
	}
	return events, upTo, nil
}
