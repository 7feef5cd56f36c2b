package eventstore

import (
	"context"
	"fmt"
)

// historyWindow is how many positions EachHistory reads at a time, so that no
// read transaction lasts long.
const historyWindow = 512

// windowOf reads the streams of the events of a type in [from, to].
type windowOf func(ctx context.Context, eventType string, from, to int64) ([][]Recorded, error)

// EachHistory implements ReadHistories for stores. The next window is read
// while yield processes the previous one.
func EachHistory(ctx context.Context, s Store, eventType string, first, last int64, read windowOf, yield func([]Recorded) error) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	windows, ended := make(chan [][]Recorded, 1), make(chan error, 1)
	go func() {
		defer close(windows)
		ended <- eachWindow(ctx, eventType, max(first, 1), min(last, head.Position), read, windows)
	}()
	for histories := range windows {
		for _, history := range histories {
			if err := yield(history); err != nil {
				cancel()
				_ = <-ended // the error of yield is the one to return
				return err
			}
		}
	}
	cancel()
	return <-ended
}

func eachWindow(ctx context.Context, eventType string, from, last int64, read windowOf, to chan<- [][]Recorded) error {
	for ; from <= last; from += historyWindow {
		histories, err := read(ctx, eventType, from, min(from+historyWindow-1, last))
		if err != nil {
			return fmt.Errorf("read the streams of %s events after position %d: %w", eventType, from-1, err)
		}
		select {
		case to <- histories:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
