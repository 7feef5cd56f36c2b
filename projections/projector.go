package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// viewName names the checkpoint. All tables share one because lists join them;
// a view that is never joined with these could have its own.
const viewName = "ledger"

// errMoved says that another process moved or replaced the generation.
var errMoved = errors.New("another projector moved this view")

// projector applies events to the tables of one generation.
type projector struct {
	c          *conn.Conn
	log        *slog.Logger
	generation int64
	position   int64
	hash       [32]byte // of the event at that position
	live       int64    // 1 for the live generation, 0 for one that is being filled

	refs     map[string]int64 // rows of files
	arrivals map[string]int64 // rows of files that came from the bank
	headers  map[batchKey]int64

	lastHeader struct { // of headers
		key batchKey
		ref int64
	}
	actors      map[string]bool            // whether they belong to operations
	terms       map[string]*calendar.Terms // of banks; nil for one without its own
	queue       queueChanges
	settledSums map[settledKey]*sides
	filedSums   map[filedKey]*sides
	days        map[int64]stretch
	shown       map[int64]stretch // positions of the transactions that are shown in files
	itemRuns
	args  []value   // scratch
	items []itemRow // scratch
	block blockKeys // of the block of the log that has not ended
}

func newProjector(c *conn.Conn, log *slog.Logger, generation int64, at eventstore.Head) (*projector, error) {
	p := &projector{
		c: c, log: log, generation: generation, position: at.Position, hash: at.Hash,
		refs: map[string]int64{}, arrivals: map[string]int64{}, headers: map[batchKey]int64{}, actors: map[string]bool{}, terms: map[string]*calendar.Terms{}, queue: queueChanges{}, settledSums: map[settledKey]*sides{}, filedSums: map[filedKey]*sides{},
		days: map[int64]stretch{}, shown: map[int64]stretch{}, args: make([]value, 0, 40),
		itemRuns: newItemRuns(),
	}
	p.block.begin(at.Position/blockSize, at.Position)
	return p, c.Suffix(of(generation, "@"))
}

// moveCheckpoint guards each batch: it changes no row if another process moved
// the position, or if a generation that was live no longer is and will be
// removed.
const moveCheckpoint = `UPDATE checkpoint SET position = ?4, hash = ?5
	WHERE name = ?1 AND generation = ?2 AND position = ?3 AND live >= ?6`

// project passes the log after the projector's position to apply, batch by
// batch, while the next batch is read and decoded.
func (p *projector) project(ctx context.Context, log feed, until int64, apply func([]logEvent) error) error {
	ctx, cancel := context.WithCancel(ctx)
	batches, ended := make(chan []logEvent, 1), make(chan error, 1)
	from := eventstore.Head{Position: p.position, Hash: p.hash}
	go func() {
		ended <- log.batches(ctx, from, until, batches)
		close(batches)
	}()
	for batch := range batches {
		if err := apply(batch); err != nil {
			cancel()
			_ = <-ended // the error of apply is the one to return
			return err
		}
	}
	cancel()
	return <-ended
}

// apply writes a batch to the tables, in one transaction with the checkpoint.
// After an error nothing was written, and the projector is of no further use.
func (p *projector) apply(ctx context.Context, batch []logEvent) error {
	err := p.c.Transact(ctx, func() error { return p.rows(batch) })
	if err == nil {
		p.moveTo(batch)
	}
	return err
}

// moveTo records that a batch was applied.
func (p *projector) moveTo(batch []logEvent) {
	last := &batch[len(batch)-1].recorded
	p.position, p.hash = last.Position, last.Hash
}

func (p *projector) rows(batch []logEvent) error {
	last := batch[len(batch)-1].recorded
	moved, err := p.c.Exec(moveCheckpoint, viewName, p.generation, p.position, last.Position, last.Hash[:], p.live)
	if err != nil {
		return fmt.Errorf("move the checkpoint: %w", err)
	}
	if moved == 0 {
		return errMoved
	}
	for i := range batch {
		c := &batch[i]
		if err := p.indexUntil(c.recorded.Position - 1); err != nil {
			return err
		}
		if !p.collects(c) {
			if err := p.writeRuns(); err != nil {
				return err
			}
		}
		if err := p.event(c); err != nil {
			return fmt.Errorf("project position %d, %s: %w", c.recorded.Position, c.recorded.Type, err)
		}
	}
	if err := p.writeRuns(); err != nil {
		return err
	}
	if err := p.totals(); err != nil {
		return err
	}
	return p.indexUntil(last.Position)
}

// event applies one event. Events of other streams concern no view.
func (p *projector) event(c *logEvent) error {
	aggregate, _, _ := cutStream(c.recorded.Stream)
	if err := p.act(c, aggregate); err != nil {
		return err
	}
	switch aggregate {
	case "transaction":
		return p.transaction(c)
	case "file":
		return p.file(c)
	case "client":
		return p.client(c)
	case "credential":
		return p.credential(c)
	case "company":
		return p.company(c)
	case "bank":
		return p.putBank(c)
	case "inbound":
		return p.inbound(c)
	case "unmatched":
		return p.unmatched(c)
	case "holder":
		return p.holder(c)
	case "account":
		return p.account(c)
	case "recipient", "achfile", "webhook":
		return p.name(c)
	case "approval":
		return p.approval(c)
	default:
		return nil
	}
}

// exec runs a statement.
func (p *projector) exec(sql string, args ...value) error {
	_, err := p.c.Exec(sql, args...)
	return err
}

// rowOf returns the position of the row that a query finds by an id, from a
// cache if it is there; 0 for none.
func (p *projector) rowOf(cache map[string]int64, sql, id string) (int64, error) {
	if position, ok := cache[id]; ok {
		return position, nil
	}
	row, err := p.c.Row(sql, id)
	if err != nil || row == nil {
		return 0, err
	}
	keep(cache, id, row[0].(int64))
	return cache[id], nil
}

// maxKept bounds each cache of a projector.
const maxKept = 10_000

// keep adds a value to a cache, which is emptied before if it is full.
func keep[K comparable, V any](cache map[K]V, key K, v V) {
	if len(cache) >= maxKept {
		clear(cache)
	}
	cache[key] = v
}

// cutStream splits a stream's name at its first slash.
func cutStream(stream string) (aggregate, id string, ok bool) { return strings.Cut(stream, "/") }

// cutClientStream splits the name of a stream that consists of aggregate, client
// and id.
func cutClientStream(stream string) (aggregate, client, id string) {
	aggregate, rest, _ := cutStream(stream)
	client, id, _ = strings.Cut(rest, "/")
	return aggregate, client, id
}
