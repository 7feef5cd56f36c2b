package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/relay"
)

// unopened is the reason for which delivery is paused while the embedded broker
// opens its streams.
const unopened = "the stream is being opened, and no file is sent before it was compared with the log"

// pauseDelivery pauses delivery until the embedded broker's stream has been compared
// with the log; the workers wait for that too. A stream that is ahead shows that the
// log lost events, and what the lost events recorded must not be done again. An
// external broker is not waited for: it may be away for days.
func (s *Server) pauseDelivery() {
	s.compared = make(chan struct{})
	if s.broker.embedded == nil {
		close(s.compared)
		return
	}
	s.Switch.Pause(unopened)
}

// streamOpening reports whether delivery still waits for the comparison.
func (s *Server) streamOpening() bool {
	select {
	case <-s.compared:
		return false
	default:
		return true
	}
}

// awaitStream waits until the stream has been compared with the log.
func (s *Server) awaitStream(ctx context.Context) error {
	select {
	case <-s.compared:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the stream is being opened: %w", ctx.Err())
	}
}

// openStream waits, without a limit, until the embedded broker has opened its
// streams, and then compares the stream with the log. It returns at once if the
// stream was compared at the start. An error ends the server.
func (s *Server) openStream(ctx context.Context) error {
	if !s.streamOpening() {
		return nil
	}
	begin := time.Now()
	if err := s.broker.embedded.WaitUntilOpen(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	for end := time.Now().Add(connectWait); !s.broker.conn.IsConnected(); {
		if !follow.Sleep(ctx, briefly) {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("connect to the broker: no answer within %v", connectWait)
		}
	}
	for s.streamOpening() {
		if err := s.compareStream(ctx); err != nil {
			return err
		}
		if s.streamOpening() && !follow.Sleep(ctx, witnessEvery) {
			return nil
		}
	}
	s.log.Info("the stream is open", "after", time.Since(begin).Round(time.Millisecond))
	return nil
}

const (
	connectWait = time.Minute     // to connect to the embedded broker once its streams are open
	answerWait  = 5 * time.Second // for the broker's answer about what its stream holds
)

// compareStream compares the stream with the log and then ends the pause of
// pauseDelivery. If the stream is not a copy of the log it returns an error, or with an
// external broker switches delivery off: the server then serves until a person resets the
// stream, as it does while that lacks messages. A broker that does not answer is not an
// error, and ends no pause: the embedded one is asked again, and of an external one the
// relay compares once it is connected.
func (s *Server) compareStream(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	_, err := s.relay.Open(asking)
	switch {
	case relay.Fatal(err) && s.broker.embedded != nil:
		if errors.Is(err, relay.ErrFork) { // the stream will be removed, and nothing else may know what left
			err = errors.Join(err, s.distrust(ctx, err.Error()))
		}
		return fmt.Errorf("%w. With the server stopped, that folder is %s", err, s.Folder.NATS())
	case errors.Is(err, relay.ErrFork) && s.switched != nil:
		return s.distrust(ctx, err.Error()) // the node serves, but delivers no file
	case errors.Is(err, relay.ErrFork):
		return s.distrustFolder(ctx, err)
	case errors.Is(err, relay.ErrGaps):
		return nil // the relay says it, until a person resets the stream
	case relay.Fatal(err):
		return err
	case ctx.Err() != nil:
		return nil // the server is stopping
	case err != nil:
		s.log.Warn("the broker does not answer; the stream catches up when it does", "err", err)
		return nil
	}
	if s.streamOpening() {
		s.Switch.Pause("")
		close(s.compared)
	}
	return nil
}

// errOtherLedger says that the external broker has the stream of another ledger, which
// nobody should delete for this one.
var errOtherLedger = fmt.Errorf("%w: it begins with another event, so it is the stream of another ledger: "+
	"name another broker with --nats-url or, if that ledger is gone, delete the stream", relay.ErrFork)

// distrustFolder switches delivery off because the stream at an external broker, which
// this process has not compared before, has more than the log of this folder, or other
// events: nothing else may know what left. The stream of another ledger says nothing about
// this log: errOtherLedger.
func (s *Server) distrustFolder(ctx context.Context, fork error) error {
	asking, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	if own, err := s.relay.OfThisLog(asking); err == nil && !own {
		return errOtherLedger
	}
	return s.distrust(ctx, fork.Error())
}
