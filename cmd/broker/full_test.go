package broker

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sys/unix"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// filesUpTo lets no file of this process grow beyond a size: writes fail as on a full
// disk.
func filesUpTo(t *testing.T, bytes uint64) {
	t.Helper()
	signal.Ignore(unix.SIGXFSZ)
	var l unix.Rlimit
	must(0, unix.Getrlimit(unix.RLIMIT_FSIZE, &l))
	l.Cur = min(bytes, l.Max)
	must(0, unix.Setrlimit(unix.RLIMIT_FSIZE, &l))
}

// noticed is closed when the broker's log has a message.
type noticed struct {
	text string
	once sync.Once
	done chan struct{}
}

// Write implements io.Writer.
func (n *noticed) Write(line []byte) (int, error) {
	if strings.Contains(string(line), n.text) {
		n.once.Do(func() { close(n.done) })
	}
	return len(line), nil
}

func TestTheStreamContinuesOnceTheDiskHasRoomAgain(t *testing.T) {
	t.Run("events", func(t *testing.T) { fillTheDisk(t, 0, 4) })
	t.Run("one that was acknowledged, and no other", func(t *testing.T) { fillTheDisk(t, 0, 1) })
	t.Run("one of which nothing is written", func(t *testing.T) { fillTheDisk(t, 1, 1) })
}

// upTo is a log of which only the first events are shown.
type upTo struct {
	eventstore.Store
	position *atomic.Int64
}

// ReadAll implements eventstore.Store.
func (u upTo) ReadAll(ctx context.Context, after int64, limit int) ([]eventstore.Recorded, error) {
	return u.Store.ReadAll(ctx, after, int(min(int64(limit), u.position.Load()-after)))
}

// fillTheDisk lets the disk of the stream be full when some events come, after others
// were written, and have room again.
func fillTheDisk(t *testing.T, written, later int64) {
	full := &noticed{text: "JetStream writes no more", done: make(chan struct{})}
	dir := t.TempDir()
	b := must(Start(Options{Dir: dir, Host: "127.0.0.1", Authenticate: authenticate, Log: slog.New(slog.NewTextHandler(full, nil)), lookEvery: 50 * time.Millisecond}))
	t.Cleanup(b.Close)
	must(0, b.WaitUntilOpen(soon(t)))
	conn, _ := owner(t, b)
	log := must(sqlite.Open(t.TempDir(), sqlite.Options{}))
	t.Cleanup(func() { must(0, log.Close()) })
	data := json.RawMessage(`{"a":"` + strings.Repeat("a", 2<<20) + `"}`)
	for i := range written + later {
		must(log.Append(soon(t), eventstore.Append{Stream: "large/1", Client: "acme", Expect: i, Events: []eventstore.New{{Type: "client.opened", Data: data, Meta: json.RawMessage(`{}`)}}}))
	}
	shown := new(atomic.Int64)
	shown.Store(written)
	room := int64(1 << 20)
	r := &relay.Relay{Store: upTo{log, shown}, Conn: conn, WriteLater: true, Lost: b.StreamLost, Every: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
	must(r.Open(soon(t)))
	stream := must(must(jetstream.New(conn)).Stream(soon(t), relay.Stream))
	f := feed(t, subscriber(t, b.URL(), "A1"), "A1")

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() { cancel(); must(0, <-done) })
	for blocks, end := filepath.Join(dir, "jetstream/LEDGER/streams/LEDGER/msgs/1.blk"), soon(t); written > 0; time.Sleep(time.Millisecond) {
		if i, err := os.Stat(blocks); err == nil && i.Size() > written<<21 && r.Position() == written {
			room = i.Size()
			break
		}
		if end.Err() != nil {
			t.Fatal("the first events are not written")
		}
	}
	filesUpTo(t, uint64(room))
	t.Cleanup(func() { filesUpTo(t, math.MaxUint64) })
	shown.Store(written + later)
	select {
	case <-full.done:
	case <-soon(t).Done():
		t.Fatal("nobody noticed that the disk is full")
	}
	filesUpTo(t, math.MaxUint64)
	head := must(log.Head(soon(t)))
	for end := soon(t); ; time.Sleep(10 * time.Millisecond) { // what was lost is noticed only after it was acknowledged
		same, err := relay.Compare(soon(t), conn, log)
		if err == nil && same.Messages == head.Position && same.Problems == nil {
			break
		}
		if end.Err() != nil {
			t.Fatalf("the stream is at %d, the log at %d: %+v %v", r.Position(), head.Position, same, err)
		}
	}
	if again := must(must(jetstream.New(conn)).Stream(soon(t), relay.Stream)); again.CachedInfo().Created != stream.CachedInfo().Created {
		t.Error("it is another stream")
	}
	for n := range head.Position {
		m, err := f.Next(jetstream.FetchMaxWait(5 * time.Second))
		for end := soon(t); err != nil && end.Err() == nil; { // an earlier pull may have the message, and be lost
			m, err = f.Next(jetstream.FetchMaxWait(5 * time.Second))
		}
		if err != nil {
			t.Fatalf("a subscriber gets no event %d: %v", n+1, err)
		}
		must(0, m.Ack())
	}
}
