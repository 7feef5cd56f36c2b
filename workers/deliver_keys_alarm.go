package workers

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/pgp"
)

// keysEvery is the time between two checks of the keys, by the machine's clock.
const keysEvery = 24 * time.Hour

// BankKeys raises an alarm for keys of banks that cannot be used, and warns of
// keys that expire soon.
type BankKeys struct {
	Ledger *ledger.Ledger
	Views  interface {
		Receivers(ctx context.Context) (projections.Receivers, error)
	}
	Log *slog.Logger
}

// Run looks at once and then every day until ctx ends.
func (w BankKeys) Run(ctx context.Context) error {
	tick := time.NewTicker(keysEvery)
	defer tick.Stop()
	for {
		if err := w.look(ctx, time.Now()); err != nil && ctx.Err() == nil {
			w.Log.Error("the keys of banks were not looked at", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (w BankKeys) look(ctx context.Context, now time.Time) error {
	known, err := w.Views.Receivers(ctx)
	if err != nil {
		return fmt.Errorf("list our banks: %w", err)
	}
	for _, routing := range known.Banks {
		bank, err := w.Ledger.Bank(ctx, routing)
		if err != nil {
			return err
		}
		if bank.PGP == nil {
			continue
		}
		faults, warnings := pgp.Check(bank.PGP, now)
		for _, fault := range faults {
			w.Log.Error("a key is of no use: files of the ODFI do not leave, or are not read", "odfi", routing, "err", fault)
		}
		for _, warning := range warnings {
			w.Log.Warn("a key of the ODFI ends", "odfi", routing, "warning", warning)
		}
	}
	return nil
}
