package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// viewName names the checkpoint. All tables move together, because lists join
// them; a view that no list joins with these can have a checkpoint of its own.
const viewName = "ledger"

// errMoved: someone else moved or replaced the generation.
var errMoved = errors.New("another projector moved this view")

// projector applies events to the tables of one generation.
type projector struct {
	c          *conn.Conn
	log        *slog.Logger
	generation int64
	position   int64
	hash       [32]byte // of the event there
	live       int64    // 1 for the generation that is shown, 0 for one that is filled

	refs     map[string]int64 // rows of files
	arrivals map[string]int64 // rows of files that came from the bank
	headers  map[batchKey]int64
	actors   map[string]bool // whether they are of operations
	queue    queueChanges
	money    moneyChanges
	days     map[int64]stretch
	shown    map[int64]stretch // of the transactions that show in files
	args     []value           // scratch
}

func newProjector(c *conn.Conn, log *slog.Logger, generation int64, at eventstore.Head) (*projector, error) {
	p := &projector{
		c: c, log: log, generation: generation, position: at.Position, hash: at.Hash,
		refs: map[string]int64{}, arrivals: map[string]int64{}, headers: map[batchKey]int64{}, actors: map[string]bool{}, queue: queueChanges{}, money: newMoneyChanges(),
		days: map[int64]stretch{}, shown: map[int64]stretch{}, args: make([]value, 0, 40),
	}
	return p, c.Suffix(of(generation, "@"))
}

// moveCheckpoint is the guard: no row changes when someone else was here, or
// when a generation that was live no longer is and only waits to be removed.
const moveCheckpoint = `UPDATE checkpoint SET position = ?4, hash = ?5
	WHERE name = ?1 AND generation = ?2 AND position = ?3 AND live >= ?6`

// project hands the log after the projector's position to apply, batch by
// batch, while the next one is read and decoded.
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
			_ = <-ended // the error of apply is the one to tell
			return err
		}
	}
	cancel()
	return <-ended
}

// apply puts a batch into the tables, in one transaction with the checkpoint.
// errMoved means that nothing was done and that the projector is of no
// further use.
func (p *projector) apply(ctx context.Context, batch []logEvent) error {
	err := p.c.Transact(ctx, func() error { return p.rows(batch) })
	if err != nil {
		clear(p.queue)
		p.money.clear()
		clear(p.days)
		clear(p.shown)
		clear(p.refs)
		clear(p.arrivals)
		clear(p.headers)
		clear(p.actors)
		return err
	}
	p.moveTo(batch)
	return nil
}

// moveTo notes that a batch was applied.
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
	for _, c := range batch {
		if err := p.event(c); err != nil {
			return fmt.Errorf("project position %d, %s: %w", c.recorded.Position, c.recorded.Type, err)
		}
	}
	if err := p.totals(); err != nil {
		return err
	}
	return p.indexBlocks(p.position, last.Position)
}

// event applies one event. Those of other streams are of no view.
func (p *projector) event(c logEvent) error {
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

// cutStream splits a stream's name at its first slash.
func cutStream(stream string) (aggregate, id string, ok bool) { return strings.Cut(stream, "/") }
