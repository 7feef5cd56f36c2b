package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// compareStream compares the log in the database with the stream in NATS: they
// must have the same hash at every position, without gaps.
func (x *chaos) compareStream(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	hashes, err := x.readLog(within)
	if err == nil {
		err = x.followStream(within, hashes)
	}
	if err != nil && ctx.Err() == nil {
		x.model.fail("log and stream differ, or could not be read: %v", err)
	}
}

// readLog returns the hashes of the log, by position.
func (x *chaos) readLog(ctx context.Context) (hashes []string, err error) {
	c, err := pgx.Connect(ctx, x.Store)
	if err != nil {
		return nil, err
	}
	defer c.Close(context.WithoutCancel(ctx))
	rows, err := c.Query(ctx, `SELECT position, hash FROM achledger.events ORDER BY position`)
	if err != nil {
		return nil, err
	}
	var position int64
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&position, &hash}, func() error {
		hashes = append(hashes, hex.EncodeToString(hash))
		if position != int64(len(hashes)) {
			return fmt.Errorf("the log has position %d where %d is due", position, len(hashes))
		}
		return nil
	})
	return hashes, err
}

// followStream compares one message for each event, and waits for messages that
// are still to be published.
func (x *chaos) followStream(ctx context.Context, hashes []string) error {
	conn, err := nats.Connect(x.NATS)
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	reader, err := readerOf(ctx, js)
	if err != nil {
		return err
	}
	messages, err := reader.Messages()
	if err != nil {
		return err
	}
	defer messages.Stop()
	for i, hash := range hashes {
		m, err := messages.Next(jetstream.NextMaxWait(30 * time.Second))
		if err != nil {
			return fmt.Errorf("after message %d: %w", i, err)
		}
		at, err := m.Metadata()
		switch header := m.Headers(); {
		case err != nil:
			return err
		case at.Sequence.Stream != uint64(i+1) || header.Get("Ledger-Position") != strconv.Itoa(i+1):
			return fmt.Errorf("message %d has sequence %d and position %s", i+1, at.Sequence.Stream, header.Get("Ledger-Position"))
		case header.Get("Ledger-Hash") != hash:
			return fmt.Errorf("message %d has hash %s, the event %s", i+1, header.Get("Ledger-Hash"), hash)
		}
	}
	return nil
}

// readerOf repeats its request until there is a response: the servers drop a
// request while they elect a leader.
func readerOf(ctx context.Context, js jetstream.JetStream) (reader jetstream.Consumer, err error) {
	for {
		soon, cancel := context.WithTimeout(ctx, 5*time.Second)
		reader, err = js.OrderedConsumer(soon, "LEDGER", jetstream.OrderedConsumerConfig{})
		cancel()
		if err == nil || ctx.Err() != nil {
			return reader, err
		}
		pause(ctx, time.Second)
	}
}
