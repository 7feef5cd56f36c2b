package guard

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// File judges a cut file that its client made, as a whole. Its entries count
// from its cut on, also while it is held.
func (g *Guard) File(ctx context.Context, file domain.File) (*guard.Verdict, error) {
	return g.file(ctx, file, file.Waived)
}

// fileAllowed judges a file by the other rules after an engine allowed all of
// it. They include the engine of another owner.
func (g *Guard) fileAllowed(ctx context.Context, file domain.File, rule string) (*guard.Verdict, error) {
	return g.file(ctx, file, slices.Concat(file.Waived, guard.AllowedWith(rule)))
}

func (g *Guard) file(ctx context.Context, file domain.File, waived []string) (*guard.Verdict, error) {
	if err := g.Views.CatchUp(ctx); err != nil { // they show its cut
		return nil, fmt.Errorf("wait for the views: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.judge(ctx); err != nil || g.evaluator == nil || !g.evaluator.Concerns(file.Opened.Client, file.Opened.ODFI) {
		return nil, err
	}
	p := pass{Guard: g, ctx: ledger.WithWorker(ctx, "guard")}
	var uses []guard.Use
	var found []guard.Verdict
	var asks *guard.Verdict
	err := g.Views.Guarding(ctx, func(shown *projections.Guarding) (err error) {
		p.shown = shown
		if uses, err = shown.UsedByFile(file.ID); err == nil && g.evaluator.LooksBack(file.Opened.Client, file.Opened.ODFI) {
			found, err = p.lookBackInFile(file)
		}
		if err == nil && g.evaluator.Hooks(file.Opened.Client, file.Opened.ODFI) {
			asks, err = p.asksAbout(shown, file, waived)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sum up file %s: %w", file.ID, err)
	}
	verdict := g.evaluator.JudgeFile(waived, uses, found...)
	if asks != nil && (verdict == nil || verdict.Action == guard.Hold) {
		return asks, nil // the other rules judge it after the engine
	}
	if verdict == nil {
		for _, u := range uses {
			g.warn(math.MaxInt64, u, nil, "file", file.ID)
		}
	}
	return verdict, nil
}

// asksAbout is the verdict over a file with an entry that an engine is to be
// asked about.
func (p *pass) asksAbout(shown *projections.Guarding, file domain.File, waived []string) (asks *guard.Verdict, err error) {
	err = shown.EachOfFile(file.ID, func(_ projections.Sent, _ int64, e guard.Entry) error {
		e.Waived = waived
		if asks = p.evaluator.AskFile(e); asks != nil {
			return errAsks
		}
		return nil
	})
	if errors.Is(err, errAsks) {
		err = nil
	}
	return asks, err
}

// errAsks ends the iteration over a file's entries at the first such entry.
var errAsks = errors.New("an engine is asked about the file")
