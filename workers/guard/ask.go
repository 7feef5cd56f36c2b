package guard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// AskerConfig is what an Asker needs.
type AskerConfig struct {
	Guard *Guard
	Views AskerViews
	Files AskedFiles
	Log   *slog.Logger
	// Answered is called with an outcome (allow, hold, reject or unanswered)
	// and the number of entries that had it.
	Answered func(outcome string, entries int)
}

// AskerViews are the views that an Asker reads.
type AskerViews interface {
	CatchUp(ctx context.Context) error
	Asked(ctx context.Context) ([]projections.AskedQueue, error)
	AskedItems(ctx context.Context, of projections.AskedQueue, limit int) ([]projections.Held, error)
	Files(ctx context.Context, f projections.FileFilter) ([]projections.File, string, error)
	Guarding(ctx context.Context, f func(*projections.Guarding) error) error
}

// AskedFiles records an engine's answer about a client's own file.
type AskedFiles interface {
	Decided(ctx context.Context, id string, answer domain.RecordEngineAnswerOnFile) error
}

// Asker asks the decision engines of clients and ODFIs about the entries that
// wait for their decision. Such an entry is held in the log until the answer is
// recorded there. After a stop in between, the engine is asked again with the
// same ids, and the entry leaves once. Clients are asked for independently, so
// an engine that does not answer delays only its own client.
type Asker struct {
	AskerConfig
	post poster

	mu   sync.Mutex
	busy map[string]bool // what is being asked about, by client and rule or by file
}

// NewAsker sets defaults for Log and Answered.
func NewAsker(c AskerConfig) *Asker {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Answered == nil {
		c.Answered = func(string, int) {}
	}
	return &Asker{AskerConfig: c, post: newPoster(), busy: map[string]bool{}}
}

// How often Run looks for entries and files to ask about. Files are looked at
// less often, because only the stream of a held file tells whether an engine is
// to be asked.
const (
	every      = 250 * time.Millisecond
	everyFiles = 8 // rounds of every
)

// Run asks until ctx ends.
func (a *Asker) Run(ctx context.Context) error {
	var asking sync.WaitGroup
	defer asking.Wait()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for round := 0; ; round++ {
		if err := a.begin(ctx, round%everyFiles == 0, func(f func()) { asking.Go(f) }); err != nil && ctx.Err() == nil {
			a.Log.Error("what waits for a decision was not found", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Pass asks about everything that waits, and returns when the answers are
// recorded.
func (a *Asker) Pass(ctx context.Context) error {
	if err := a.Views.CatchUp(ctx); err != nil {
		return err
	}
	var asking sync.WaitGroup
	err := a.begin(ctx, true, func(f func()) { asking.Go(f) })
	asking.Wait()
	return err
}

// begin starts to ask for each client, and about each held file, for which no
// question is under way.
func (a *Asker) begin(ctx context.Context, files bool, run func(func())) error {
	ctx = ledger.WithWorker(ctx, "guard")
	queues, err := a.Views.Asked(ctx)
	if err != nil {
		return fmt.Errorf("read what waits for a decision: %w", err)
	}
	for _, q := range queues {
		a.once(q.Client+" "+q.Rule, run, func() error { return a.queue(ctx, q) })
	}
	if !files {
		return nil
	}
	held, _, err := a.Views.Files(ctx, projections.FileFilter{States: []domain.FileState{domain.FileIsHeld}, Limit: 100})
	if err != nil {
		return fmt.Errorf("read which files are held: %w", err)
	}
	for _, f := range held {
		a.once("file "+f.ID, run, func() error { return a.file(ctx, f.ID) })
	}
	return nil
}

// once runs f unless it is already running under that name.
func (a *Asker) once(name string, run func(func()), f func() error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.busy[name] {
		return
	}
	a.busy[name] = true
	run(func() {
		defer func() {
			a.mu.Lock()
			defer a.mu.Unlock()
			delete(a.busy, name)
		}()
		if err := f(); err != nil && !errors.Is(err, context.Canceled) {
			a.Log.Error("asking for a decision failed; it is asked for again", "of", name, "err", err)
		}
	})
}

// mostAsked bounds how many entries of a client are read at a time.
const mostAsked = 1000

// queue asks about a client's waiting entries in batches of the size that the
// engine takes. It lets the views catch up first: while they rest they still show what
// was answered in the round before, and the next entries would wait for them.
func (a *Asker) queue(ctx context.Context, q projections.AskedQueue) error {
	if err := a.Views.CatchUp(ctx); err != nil {
		return err
	}
	list, err := a.Views.AskedItems(ctx, q, mostAsked)
	if err != nil {
		return err
	}
	hook, engine, err := a.hookOf(ctx, q.Client, q.Rule)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(list, atATime(hook)) {
		if err := a.batch(ctx, q, some, hook, engine); err != nil {
			return err
		}
	}
	return nil
}

// atATime is how many entries the engine takes in one question.
func atATime(hook *guard.DecisionHook) int {
	if hook == nil {
		return mostAsked
	}
	return hook.Batch
}

// batch asks about some entries and records the answers. Entries that no longer
// wait for this rule are left out.
func (a *Asker) batch(ctx context.Context, q projections.AskedQueue, list []projections.Held, hook *guard.DecisionHook, engine string) error {
	var question question
	for _, h := range list {
		t, err := a.Guard.Ledger.Transaction(ctx, h.Client, h.TransactionID)
		if err != nil {
			return err
		}
		if i, ok := t.Item(h.ItemID); ok && i.State == domain.Held && i.HeldBy != nil && i.HeldBy.Rule == q.Rule {
			if err := question.add(a.Guard.Ledger, &t, i); err != nil {
				return err
			}
		}
	}
	answers, err := a.ask(ctx, hook, engine, question)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, e := range question.Entries {
		group.Go(func() error {
			_, err := ledger.Execute(ctx, a.Guard.Ledger, ledger.TransactionStream(q.Client, e.TransactionID),
				domain.RecordEngineAnswer{ItemID: e.EventID, Rule: q.Rule, EngineAnswer: answers[e.EventID]}.Decide)
			return err
		})
	}
	return group.Wait()
}

// hookOf returns the hook behind a rule and the name of the engine, from which
// its signing secret is derived. The hook is nil when it was removed.
func (a *Asker) hookOf(ctx context.Context, client, rule string) (*guard.DecisionHook, string, error) {
	odfi, _ := guard.IsAsked(rule)
	if odfi != "" {
		bank, err := a.Guard.Ledger.Bank(ctx, odfi)
		return bank.Decision, "odfi/" + odfi, err
	}
	c, err := a.Guard.Ledger.Client(ctx, client)
	return c.Settings.Decision, "client/" + client, err
}
