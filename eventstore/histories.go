package eventstore

import "context"

// historyWindow is how many positions EachHistory reads at a time: no read
// transaction lasts long.
const historyWindow = 512

// EachHistory is how stores implement ReadHistories: read returns the streams of
// the events in [from, to]. The next window is read while yield works on the one
// before.
func EachHistory(ctx context.Context, first, last int64, read func(ctx context.Context, from, to int64) ([][]Recorded, error), yield func([]Recorded) error) error {
	ctx, cancel := context.WithCancel(ctx)
	windows, ended := make(chan [][]Recorded, 1), make(chan error, 1)
	go func() {
		defer close(windows)
		ended <- eachWindow(ctx, first, last, read, windows)
	}()
	for histories := range windows {
		for _, history := range histories {
			if err := yield(history); err != nil {
				cancel()
				_ = <-ended // the error of yield is the one to tell
				return err
			}
		}
	}
	cancel()
	return <-ended
}

func eachWindow(ctx context.Context, from, last int64, read func(ctx context.Context, from, to int64) ([][]Recorded, error), to chan<- [][]Recorded) error {
	for ; from <= last; from += historyWindow {
		histories, err := read(ctx, from, min(from+historyWindow-1, last))
		if err != nil {
			return err
		}
		select {
		case to <- histories:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
