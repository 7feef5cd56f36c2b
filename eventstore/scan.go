package eventstore

import (
	"context"
	"fmt"
)

// scanPage is how many events Scan reads at a time.
const scanPage = 2000

// Scan visits the events after a position up to another one that the log has
// reached, in order.
func Scan(ctx context.Context, s Store, after, upTo int64, visit func(*Recorded)) error {
	for after < upTo {
		page, err := s.ReadAll(ctx, after, int(min(scanPage, upTo-after)))
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return fmt.Errorf("the log ends at position %d and had reached %d", after, upTo)
		}
		for i := range page {
			visit(&page[i])
		}
		after = page[len(page)-1].Position
	}
	return nil
}
