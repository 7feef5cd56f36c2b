package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
)

// The database goes away, or somebody else begins a term, while a leader begins: the
// node is there for another term.
func TestALeaderThatCannotBeginTriesAgain(t *testing.T) {
	s, _ := fresh(t, postgres.Options{})
	for _, passing := range []error{eventstore.ErrAway, eventstore.ErrNotLeader} {
		ctx, stop := context.WithCancel(t.Context())
		tries := 0
		must(t, s.RunAsLeader(ctx, func(context.Context, int64) error {
			if tries++; tries == 1 {
				return fmt.Errorf("read the switch: %w", passing)
			}
			stop()
			return nil
		}))
		if tries != 2 {
			t.Errorf("after %v it began %d times", passing, tries)
		}
	}
}

// What is dated and when a window has passed follow from the leader's clock.
func TestANodeWithAWrongClockDoesNotLead(t *testing.T) {
	var off atomic.Int64
	s, url := fresh(t, postgres.Options{Node: "a", Inspect: 10 * time.Millisecond, Now: func() time.Time { return time.Now().Add(time.Duration(off.Load())) }})
	other := open(t, postgres.Options{URL: url, Node: "b"})
	l := &led{t: t, terms: make(chan int64, 9)}
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	all.Go(func() { must(t, s.RunAsLeader(ctx, l.work)) })
	l.term()
	off.Store(int64(24 * time.Hour))
	second, end := context.WithCancel(t.Context())
	all.Go(func() { must(t, other.RunAsLeader(second, l.work)) })
	l.term()
	if now, err := other.CurrentTerm(t.Context()); now.Node != "b" {
		t.Errorf("%s leads, %v", now.Node, err)
	}
	off.Store(0)
	end()
	l.term()
	if now, err := other.CurrentTerm(t.Context()); now.Node != "a" {
		t.Errorf("%s leads when its clock is right, %v", now.Node, err)
	}
}

// deaf is a connection that a server took and then stands still: what is asked on
// it does not arrive.
type deaf struct {
	net.Conn
	is *atomic.Bool
}

func (d deaf) Write(b []byte) (int, error) {
	if d.is.Load() && bytes.Contains(b, []byte("pg_backend_pid")) {
		return len(b), nil
	}
	return d.Conn.Write(b)
}

func TestASessionWithAServerThatStandsStillIsGivenUp(t *testing.T) {
	var still atomic.Bool
	s, _ := fresh(t, postgres.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		return deaf{c, &still}, err
	}})
	still.Store(true)
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	led := make(chan struct{})
	all.Go(func() {
		must(t, s.RunAsLeader(ctx, func(ctx context.Context, _ int64) error {
			close(led)
			<-ctx.Done()
			return nil
		}))
	})
	time.Sleep(100 * time.Millisecond)
	still.Store(false)
	select {
	case <-led:
	case <-time.After(20 * time.Second):
		t.Error("nobody leads")
	}
}
