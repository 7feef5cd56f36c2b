package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// callersDuringCut post single payments while the big file is cut.
const callersDuringCut = 16

// cut fills a queue and lets it be cut, beside moov-io/ach building and
// writing the same entries, while other payments come in.
func (b *bench) cut(ctx context.Context) error {
	big, err := b.ledger.open(b.Entries + 1)
	if err != nil {
		return err
	}
	if _, err := b.ledger.bulk(big, "big", b.Entries); err != nil {
		return err
	}
	quiet, err := b.ledger.post(ctx, callersDuringCut, b.Each)
	if err != nil {
		return err
	}
	before, err := b.ledger.head(ctx)
	if err != nil {
		return err
	}
	// One more entry reaches the threshold.
	if _, err := b.ledger.bulk(big, "last", 1); err != nil {
		return err
	}
	busy, took, name, err := b.ledger.postUntilCut(ctx, before)
	if err != nil {
		return err
	}
	moov, err := moovTime(filepath.Join(b.ledger.folder, "outbox", name), b.Rounds)
	if err != nil {
		return err
	}
	ratio := took.Seconds() / moov.Seconds()
	b.table.add(row{
		path: fmt.Sprintf("cut to checked file, %s pending", thousands(float64(b.Entries))), against: "moov-io/ach building and writing the same entries",
		measured: fmt.Sprintf("%.1f times", ratio), budget: "at most 20 times", kept: ratio <= 20,
		details: fmt.Sprintf("%.2f s under load, moov-io/ach %.2f s", took.Seconds(), moov.Seconds()),
	})
	b.duringCut(quiet, busy)
	return b.memory()
}

// duringCut compares the waiting times of single POSTs.
func (b *bench) duringCut(quiet, busy load) {
	_, without := percentiles(quiet.waits)
	p50, during := percentiles(busy.waits)
	ratio := during.Seconds() / without.Seconds()
	b.table.add(row{
		path: "p99 of single POST during that cut", against: "without it", measured: fmt.Sprintf("%.1f times", ratio),
		budget: "at most 4 times", kept: ratio <= 4,
		details: fmt.Sprintf("%d connections; p50 %s, p99 %s, without the cut p99 %s", callersDuringCut, milliseconds(p50), milliseconds(during), milliseconds(without)),
	})
}

// memory reports the server's peak over all of the above.
func (b *bench) memory() error {
	peak, err := b.ledger.peak()
	if err != nil {
		return err
	}
	const limit = 512 << 20
	b.table.add(row{
		path: "memory", against: "serving and that cut", measured: fmt.Sprintf("%d MiB at most", peak>>20),
		budget: "under 512 MiB", kept: peak < limit,
	})
	return nil
}

// postUntilCut posts single payments until the file is rendered and checked,
// and returns how long that took by the log.
func (p *process) postUntilCut(ctx context.Context, after int64) (busy load, took time.Duration, name string, err error) {
	loading, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	var loadErr error
	wg.Go(func() { busy, loadErr = p.post(loading, callersDuringCut, time.Hour) })
	took, name, err = p.awaitRendered(ctx, after)
	stop()
	wg.Wait()
	if err == nil {
		err = loadErr
	}
	return busy, took, name, err
}

// awaitRendered follows the log from a position on, from file.opened to
// file.delivered; the time is that until file.rendered.
func (p *process) awaitRendered(ctx context.Context, after int64) (took time.Duration, name string, err error) {
	store, err := eventstore.OpenSQLite(p.folder, eventstore.SQLiteOptions{ReadOnly: true})
	if err != nil {
		return 0, "", err
	}
	defer store.Close()
	var opened time.Time
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		events, err := store.ReadAll(ctx, after, 2000)
		if err != nil {
			return 0, "", err
		}
		for _, e := range events {
			after = e.Position
			switch e.Type {
			case "file.opened":
				opened = e.RecordedAt
			case "file.rendered":
				took = e.RecordedAt.Sub(opened)
			case "file.delivered":
				name, err := newest(filepath.Join(p.folder, "outbox"))
				return took, name, err
			}
		}
	}
	return 0, "", fmt.Errorf("no file was cut within ten minutes")
}

// newest is the one file in a folder.
func newest(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		return "", fmt.Errorf("the outbox holds %d files, want one (%w)", len(entries), err)
	}
	return entries[0].Name(), nil
}

// head is the newest position of the log.
func (p *process) head(ctx context.Context) (int64, error) {
	store, err := eventstore.OpenSQLite(p.folder, eventstore.SQLiteOptions{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	defer store.Close()
	head, err := store.Head(ctx)
	return head.Position, err
}
