package relay

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
)

const (
	// Stream is the name of the stream with the log's events.
	Stream = "LEDGER"
	// Subjects are all subjects of the stream.
	Subjects = "ledger.>"
	// MinPayload is the least max_payload that a server must have: an event of
	// eventstore.MaxEventBytes with its headers, and some reserve.
	MinPayload = 2 * eventstore.MaxEventBytes
)

// Open creates the stream, or checks that an existing one is a copy of the log,
// and returns the position it has reached. Run does the same; Open lets a
// process detect a fork before it starts.
//
// Errors: those that Fatal reports, and any other while the broker cannot be
// reached.
func (r *Relay) Open(ctx context.Context) (position int64, err error) {
	r.setDefaults()
	js, err := r.jetStream()
	if err != nil {
		return 0, err
	}
	position, _, err = r.open(ctx, js)
	return position, err
}

// open also returns the stream's settings, which contain its epoch.
func (r *Relay) open(ctx context.Context, js jetstream.JetStream) (position int64, as jetstream.StreamConfig, err error) {
	if r.Conn.IsClosed() {
		return 0, as, nats.ErrConnectionClosed
	}
	if !r.Conn.IsConnected() {
		return 0, as, nats.ErrDisconnected
	}
	if err := TakesEvents(r.Conn); err != nil {
		return 0, as, err
	}
	s, err := r.ensure(ctx, js)
	if err != nil {
		return 0, as, err
	}
	if position, err = r.compare(ctx, s); err != nil {
		return 0, as, err
	}
	r.moved(position)
	return position, s.CachedInfo().Config, nil
}

// TakesEvents returns ErrPayload if the server takes no message of the size of an event.
func TakesEvents(conn *nats.Conn) error {
	if have := conn.MaxPayload(); have < MinPayload {
		return fmt.Errorf("%w: %d bytes, events need %d: set max_payload: 8MB in its configuration", ErrPayload, have, MinPayload)
	}
	return nil
}

// ensure creates the stream or corrects its settings.
func (r *Relay) ensure(ctx context.Context, js jetstream.JetStream) (jetstream.Stream, error) {
	r.creating.Lock()
	defer r.creating.Unlock()
	s, err := js.Stream(ctx, Stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = r.create(ctx, js)
	}
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", Stream, err)
	}
	have := s.CachedInfo().Config
	if want := r.settings(have); !reflect.DeepEqual(have, want) {
		if s, err = js.UpdateStream(ctx, want); err != nil {
			return nil, fmt.Errorf("correct the settings of stream %s: %w", Stream, err)
		}
	}
	return s, nil
}

// epochKey is the key of the epoch in the stream's metadata.
const epochKey = "achledger_epoch"

func epochOf(s jetstream.Stream) string { return s.CachedInfo().Config.Metadata[epochKey] }

// create creates the stream with a new epoch, however the previous one ended:
// by a reset, by the loss of the broker's folder, or by a move to another
// broker. If another relay was first, its epoch is used.
func (r *Relay) create(ctx context.Context, js jetstream.JetStream) (jetstream.Stream, error) {
	epoch, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	for range createTries {
		s, err := js.CreateStream(ctx, r.settings(jetstream.StreamConfig{
			Name: Stream, Replicas: 1, PersistMode: r.persistMode(), Metadata: map[string]string{epochKey: epoch.String()},
		}))
		switch {
		case errors.Is(err, jetstream.ErrStreamNameAlreadyInUse):
			return js.Stream(ctx, Stream)
		case err != nil && !storeFailed(err):
			return nil, err
		case err == nil && s.CachedInfo().State.LastSeq == 0:
			return s, nil
		case err == nil: // it has read the files of the stream before, which the server was removing
			if err := js.DeleteStream(ctx, Stream); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
				return nil, err
			}
		}
		if !follow.Sleep(ctx, createPause) {
			return nil, ctx.Err()
		}
	}
	return nil, errors.New("the server does not remove the files of the stream before it")
}

const (
	createTries = 20
	createPause = 50 * time.Millisecond
)

// storeFailed reports whether the server could not make a folder for a stream: it
// removes the folders of the stream before after it has answered.
func storeFailed(err error) bool {
	const code = 10049 // JSStreamStoreFailedF of the server
	var failed *jetstream.APIError
	return errors.As(err, &failed) && failed.ErrorCode == code
}

// settings returns c with every setting corrected that could lose a message,
// add one, show one client another's messages, or double the disk space.
func (r *Relay) settings(c jetstream.StreamConfig) jetstream.StreamConfig {
	c.Subjects = []string{Subjects}
	c.Storage = jetstream.FileStorage
	c.Retention = jetstream.LimitsPolicy
	c.Discard = jetstream.DiscardNew
	c.DiscardNewPerSubject = false
	c.MaxMsgs, c.MaxBytes, c.MaxMsgsPerSubject, c.MaxMsgSize, c.MaxAge = -1, -1, -1, -1, 0
	c.MaxConsumers = -1
	c.DenyDelete, c.DenyPurge, c.AllowRollup = true, true, false
	c.AllowDirect, c.AllowMsgTTL, c.NoAck = false, false, false
	c.Sources, c.SubjectTransform, c.RePublish = nil, nil, nil
	if r.Replicas > 0 {
		c.Replicas = r.Replicas
	}
	c.Compression = compression(c.Replicas)
	return c
}

// compression applies to each block once it is full: events of one kind differ
// little. A stream with several replicas is not compressed: after a server had
// been killed, consumers of a compressed one received nothing for more than a
// minute.
func compression(replicas int) jetstream.StoreCompression {
	if replicas > 1 {
		return jetstream.NoCompression
	}
	return jetstream.S2Compression
}

// persistMode is how the server writes a new stream to its files; it cannot be
// changed later.
func (r *Relay) persistMode() jetstream.PersistModeType {
	if r.WriteLater {
		return jetstream.AsyncPersistMode
	}
	return jetstream.DefaultPersistMode
}

// compare checks that the stream's messages are the log's first events and
// returns their number. As the hashes are chained, equal hashes at one position
// mean equal events up to it.
func (r *Relay) compare(ctx context.Context, s jetstream.Stream) (int64, error) {
	info, err := s.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("look at stream %s: %w", Stream, err)
	}
	last := int64(info.State.LastSeq)
	if last == 0 {
		return 0, nil
	}
	if have := int64(info.State.Msgs); have != last {
		return 0, fmt.Errorf("%w: it holds %d of %d: delete it (the folder nats/ of an embedded broker, or achledger stream reset), and it is filled again",
			ErrGaps, have, last)
	}
	head, err := r.Store.Reached(ctx, "") // read after the stream, so that it is not behind it, whichever relay filled the stream
	if err != nil {
		return 0, fmt.Errorf("read the log's head: %w", err)
	}
	if last > head {
		return 0, fmt.Errorf("%w: it holds %d events, the log %d: if the log was restored from a backup, "+
			"delete the stream (the folder nats/ of an embedded broker, or achledger stream reset), and it is filled again",
			ErrFork, last, head)
	}
	m, err := s.GetMsg(ctx, info.State.LastSeq)
	if err != nil {
		return 0, fmt.Errorf("read message %d of stream %s: %w", last, Stream, err)
	}
	events, err := r.Store.ReadAll(ctx, last-1, 1)
	if err != nil {
		return 0, fmt.Errorf("read event %d: %w", last, err)
	}
	if len(events) != 1 || events[0].Position != last || m.Header.Get(HashHeader) != hashText(events[0]) {
		return 0, fmt.Errorf("%w: message %d is another event than the log's: connect the broker that belongs "+
			"to this log, or delete the stream, and it is filled again", ErrFork, last)
	}
	return last, nil
}

// OfThisLog reports whether the stream begins as the log does. A fork that does holds
// events that this log lost, or another log has in their place; a fork that does not is
// the stream of another ledger.
func (r *Relay) OfThisLog(ctx context.Context) (bool, error) {
	js, err := r.jetStream()
	if err != nil {
		return false, err
	}
	s, err := js.Stream(ctx, Stream)
	if err != nil {
		return false, fmt.Errorf("open stream %s: %w", Stream, err)
	}
	m, err := s.GetMsg(ctx, 1)
	if err != nil {
		return false, fmt.Errorf("read message 1 of stream %s: %w", Stream, err)
	}
	events, err := r.Store.ReadAll(ctx, 0, 1)
	if err != nil {
		return false, fmt.Errorf("read event 1: %w", err)
	}
	return len(events) == 1 && m.Header.Get(HashHeader) == hashText(events[0]), nil
}

// Reset replaces the stream by an empty one, with a new epoch, which Run then fills.
// Its consumers are deleted with it. The server forgets a stream before it removes the
// files, and one that is created in between has the messages again: so nothing of this
// relay creates it meanwhile, and when Reset returns the new one is there and empty.
func (r *Relay) Reset(ctx context.Context) error {
	r.creating.Lock()
	defer r.creating.Unlock()
	js, err := r.jetStream()
	if err == nil {
		err = js.DeleteStream(ctx, Stream)
	}
	if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("delete stream %s: %w", Stream, err)
	}
	if _, err := r.create(ctx, js); err != nil {
		return fmt.Errorf("create stream %s: %w", Stream, err)
	}
	return nil
}
