package guard

import (
	"context"
	"fmt"
	"math"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// File judges a cut file that its client made, as a whole. Its entries count
// from its cut on, also while it is held.
func (g *Guard) File(ctx context.Context, file domain.File) (*guard.Verdict, error) {
	if err := g.Views.CatchUp(ctx); err != nil { // they show its cut
		return nil, fmt.Errorf("wait for the views: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.judge(ctx); err != nil || g.book == nil || !g.book.Concerns(file.Opened.Client, file.Opened.ODFI) {
		return nil, err
	}
	p := pass{Guard: g, ctx: ledger.WithWorker(ctx, "guard")}
	var uses []guard.Use
	var found []guard.Verdict
	err := g.Views.Guarding(ctx, func(shown *projections.Guarding) (err error) {
		p.shown = shown
		if uses, err = shown.UsedByFile(file.ID); err == nil && g.book.LooksBack(file.Opened.Client, file.Opened.ODFI) {
			found, err = p.lookBackInFile(file)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sum up file %s: %w", file.ID, err)
	}
	verdict := g.book.JudgeFile(uses, found...)
	if verdict == nil {
		for _, u := range uses {
			g.warn(math.MaxInt64, u, nil, "file", file.ID)
		}
	}
	return verdict, nil
}
