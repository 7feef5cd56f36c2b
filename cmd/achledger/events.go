package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
)

type eventsCommand struct {
	placeFlags
	Last   *int64 `short:"n" help:"Start with this many of the newest events; 20 by default." placeholder:"N" xor:"from"`
	After  *int64 `help:"Start after this position; 0 is the beginning." placeholder:"POSITION" xor:"from"`
	Follow bool   `short:"f" help:"Show new events as they come, until stopped."`
	Client string `help:"Only events of this client." placeholder:"ID"`
	Type   string `help:"Only events whose type starts with this, such as file or transaction.filed."`
	JSON   bool   `name:"json" help:"One JSON object per line, for programs."`
}

func (eventsCommand) Help() string {
	return `Works beside a running server. Account numbers are sealed in the log, so
none appear.

  achledger events -f                      watch what happens
  achledger events --after 0 --type file   every step of every file
  achledger events --json --after 0        the whole log, for jq`
}

// Validate refuses what nobody can mean.
func (c eventsCommand) Validate() error {
	switch {
	case c.Last != nil && *c.Last < 0:
		return fmt.Errorf("--last=%d is below zero", *c.Last)
	case c.After != nil && *c.After < 0:
		return fmt.Errorf("--after=%d is below zero; 0 is the beginning", *c.After)
	case !someTypeStartsWith(c.Type):
		return fmt.Errorf("--type=%s: no type of event starts so; docs/events.md lists them, as does: achledger events", c.Type)
	default:
		return nil
	}
}

// someTypeStartsWith reports whether the type of any event starts with a text.
func someTypeStartsWith(start string) bool {
	for name := range domain.Types() {
		if strings.HasPrefix(name, start) {
			return true
		}
	}
	return false
}

// newest is how many events are shown by default. It is not the flag's default:
// a flag with a default counts as given, and would contradict --after.
const newest = 20

// pageSize bounds what one read takes from the log.
const pageSize = 500

// Run prints events.
func (c eventsCommand) Run(ctx context.Context, s streams) error {
	store, done, err := c.log(ctx)
	if err != nil {
		return err
	}
	defer done()
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	after := max(0, head.Position-newest)
	switch {
	case c.After != nil:
		after = *c.After
	case c.Last != nil:
		after = max(0, head.Position-*c.Last)
	}
	for {
		if after, err = c.print(ctx, store, after, s.out); err != nil || !c.Follow {
			return err
		}
		if !follow.Sleep(ctx, 200*time.Millisecond) {
			return nil
		}
	}
}

// log opens the log alone: the keys are not needed.
func (c eventsCommand) log(ctx context.Context) (log eventstore.Store, done func() error, err error) {
	if c.Store == "" {
		store, err := openReadOnly(c.folder())
		if err != nil {
			return nil, nil, err
		}
		return store, store.Close, nil
	}
	r, err := c.reader(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	return r.Store, r.Close, nil
}

// print writes the events after a position and returns the newest one.
func (c eventsCommand) print(ctx context.Context, store eventstore.Store, after int64, out io.Writer) (int64, error) {
	for {
		events, err := store.ReadAll(ctx, after, pageSize)
		if err != nil || len(events) == 0 {
			return after, err
		}
		for _, e := range events {
			after = e.Position
			if c.Client != "" && e.Client != c.Client || !strings.HasPrefix(e.Type, c.Type) {
				continue
			}
			line := c.text(e)
			if c.JSON {
				line = asJSON(e)
			}
			if _, err := fmt.Fprintln(out, line); err != nil {
				return after, err
			}
		}
	}
}

func (eventsCommand) text(e eventstore.Recorded) string {
	return fmt.Sprintf("%8d  %s  %-28s %s  %s", e.Position, e.RecordedAt.UTC().Format("2006-01-02 15:04:05.000"), e.Type, e.Stream, e.Data)
}

// asJSON is an event as a line. Data and meta stand in it byte for byte as they are in
// the log, so that the hash can be computed from the line (docs/operations.md).
func asJSON(e eventstore.Recorded) string {
	var line strings.Builder
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(map[string]any{
		"position": e.Position, "stream": e.Stream, "version": e.Version,
		"id": uuid.UUID(e.EventID), "client": e.Client, "type": e.Type,
		"time": e.RecordedAt.UTC(), "data": e.Data, "meta": e.Meta, "hash": fmt.Sprintf("%x", e.Hash),
	})
	if err != nil {
		return fmt.Sprintf(`{"position":%d,"error":%q}`, e.Position, err)
	}
	return strings.TrimSuffix(line.String(), "\n")
}
