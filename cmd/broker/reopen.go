package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sys/unix"

	"github.com/achledger/achledger/eventstore/follow"
)

const (
	// lookEvery is how often it is looked whether JetStream still writes, and
	// longestRest the longest pause between two attempts to open it again.
	lookEvery   = 5 * time.Second
	longestRest = 5 * time.Minute
	// roomToReopen is the free space without which that is not attempted, in bytes.
	roomToReopen = 64 << 20
)

// keepWritable opens the streams again once JetStream writes no more. After a
// failed write, as on a full disk, it never writes to the stream again, and does not
// answer those who publish there: the log would go on when there is room, and the
// stream only after the next start. It returns when ctx ends.
func (b *Broker) keepWritable(ctx context.Context, o Options) {
	every := cmp.Or(o.lookEvery, lookEvery)
	for rest := every; follow.Sleep(ctx, rest); {
		why := b.unwritable()
		if why == "" {
			rest = every
			continue
		}
		if !room(o.Dir) {
			continue
		}
		b.log.Warn("JetStream writes no more: it is started again", "reason", why)
		if err := b.reopen(o); err != nil {
			b.log.Error("JetStream could not be started again", "err", err)
		}
		rest = min(2*rest, longestRest)
	}
}

// StreamLost says that the stream lacks messages that JetStream acknowledged. It
// acknowledges before it writes, and tells nobody that it could not, unless another
// message follows. The streams are opened again.
func (b *Broker) StreamLost() { b.lost.Store(true) }

// unwritable says why JetStream writes no more; empty if it does.
func (b *Broker) unwritable() string {
	if !b.server.JetStreamEnabled() {
		return "it has stopped"
	}
	if b.lost.Load() {
		return "messages that it acknowledged are lost"
	}
	health := b.server.Healthz(&server.HealthzOptions{})
	if strings.Contains(health.Error, "write error") { // other errors pass: a stream is being deleted
		return health.Error
	}
	return ""
}

func room(folder string) bool {
	var s unix.Statfs_t
	return unix.Statfs(folder, &s) == nil && s.Bavail*uint64(s.Bsize) >= roomToReopen
}

// reopen starts JetStream again. The connections of this process are closed before,
// and not accepted until the streams are open: the relay could be told that there is
// no stream, and would make one. Subscribers stay, and ask again.
func (b *Broker) reopen(o Options) error {
	b.reopening.Store(true)
	err := errors.Join(b.disconnect(ownUser), b.server.ShutdownJetStream(), b.disconnect(ownUser)) // also who was about to connect
	if err != nil {
		return err
	}
	if err := b.server.EnableJetStream(&server.JetStreamConfig{StoreDir: o.Dir, MaxStore: maxStore}); err != nil {
		return err
	}
	if err := b.ledger.EnableJetStream(nil, nil); err != nil {
		return fmt.Errorf("open the streams: %w", err)
	}
	b.lost.Store(false)
	b.reopening.Store(false)
	return nil
}

// inside dials the broker within the process, unless JetStream is being started
// again.
type inside struct{ *Broker }

// InProcessConn implements nats.InProcessConnProvider.
func (i inside) InProcessConn() (net.Conn, error) {
	if i.reopening.Load() {
		return nil, errOpening
	}
	return i.server.InProcessConn()
}
