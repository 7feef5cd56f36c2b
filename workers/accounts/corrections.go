package accounts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Views is what Corrections read from the views.
type Views interface {
	CatchUp(ctx context.Context) error
	CatchUpIfQuiet(ctx context.Context) (current bool, err error)
	OpenCorrections(ctx context.Context, after int64, limit int) ([]projections.Change, error)
	StaleAccountTransactions(ctx context.Context, client string) ([]projections.StaleAccountTransaction, error)
	CorrectedClients(ctx context.Context, after int64) (clients []string, newest int64, err error)
}

// Config is what Corrections need.
type Config struct {
	Ledger *ledger.Ledger
	Views  Views
	Log    *slog.Logger // discards by default
}

// Corrections acts on notifications of change. The views list those not acted
// on yet, and every notification ends in one event of the account that it is
// about, so that after a crash the work continues and nothing is done twice.
type Corrections struct {
	Config
	pass sync.Mutex
	// swept is the position of the newest correction, or refusal of one, that
	// the last sweep read. Every pass repeats the later ones until the next
	// sweep: a transaction may have been written meanwhile.
	swept int64
}

// New checks the configuration.
func New(c Config) (*Corrections, error) {
	if c.Ledger == nil || c.Views == nil {
		return nil, errors.New("corrections need a ledger and views")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Corrections{Config: c}, nil
}

// page is how many notifications are read at once.
const page = 500

// Pass acts on new notifications of change. It then applies the corrections,
// and refusals of corrections, since the last sweep to the transactions that
// wait.
func (c *Corrections) Pass(ctx context.Context) error {
	c.pass.Lock()
	defer c.pass.Unlock()
	_, err := c.follow(ctx, c.swept)
	return err
}

// Sweep does the same for all corrections. It finds transactions that wait
// again, because their file was rejected after their account was corrected.
func (c *Corrections) Sweep(ctx context.Context) error {
	c.pass.Lock()
	defer c.pass.Unlock()
	newest, err := c.follow(ctx, 0)
	if err == nil {
		c.swept = newest
	}
	return err
}

// follow acts on new notifications and applies the corrections after a log
// position to what waits. It returns the position of the newest correction.
func (c *Corrections) follow(ctx context.Context, after int64) (newest int64, err error) {
	acted, err := c.notices(ctx)
	if acted { // the views must have the new corrections before they are asked
		err = errors.Join(err, c.Views.CatchUp(ctx))
	}
	clients, newest, e := c.Views.CorrectedClients(ctx, after)
	return newest, errors.Join(err, e, c.applyToWaiting(ctx, clients))
}

// notices acts on each open notification, in log order. When one fails, the
// later ones of its client wait, because the newest one wins; those of other
// clients do not.
func (c *Corrections) notices(ctx context.Context) (acted bool, err error) {
	ctx = ledger.WithWorker(ctx, "accounts")
	if _, err := c.Views.CatchUpIfQuiet(ctx); err != nil {
		return false, fmt.Errorf("wait for the views: %w", err)
	}
	var errs []error
	failed := map[string]bool{}
	for after := int64(0); ; {
		list, err := c.Views.OpenCorrections(ctx, after, page)
		if err != nil {
			return acted, errors.Join(append(errs, fmt.Errorf("read which notifications of change are undone: %w", err))...)
		}
		for _, n := range list {
			after = n.Position
			if failed[n.Client] {
				continue
			}
			acted = true
			if err := c.notice(ctx, n); err != nil {
				failed[n.Client] = !ledger.Exchanged(err) // sealed data that was exchanged needs a person; the later ones need not wait
				errs = append(errs, fmt.Errorf("correct the account of transaction %s: %w", n.TransactionID, err))
			}
		}
		if len(list) < page || ctx.Err() != nil {
			return acted, errors.Join(errs...)
		}
	}
}

// notice acts on one notification of change.
func (c *Corrections) notice(ctx context.Context, n projections.Change) error {
	t, err := c.Ledger.Transaction(ctx, n.Client, n.TransactionID)
	if err != nil {
		return err
	}
	item, ok := t.Item(n.ItemID)
	if !ok || item.Incoming == nil || t.Originated == nil {
		return fmt.Errorf("transaction %s of client %s has no notification of change %s", n.TransactionID, n.Client, n.ItemID)
	}
	t = t.SentTo(item.ReplyTo)
	_, err = ledger.ExecuteWith(ctx, c.Ledger, ledger.AccountStream(n.Client, t.Account.Fingerprint), func(account domain.BankAccount) (ledger.Decision, error) {
		return c.decide(ctx, t, item, account)
	})
	return err
}

// decide returns what a notification of change does to the account that it is
// about.
func (c *Corrections) decide(ctx context.Context, t domain.Transaction, item *domain.Item, account domain.BankAccount) (d ledger.Decision, err error) {
	if account.Acted(item.ID) {
		return d, nil
	}
	if account.Version == 0 { // the client never named it, but other entries may wait for it
		opened, err := c.Ledger.OpensAccountOf(t)
		if err != nil {
			return d, err
		}
		d.Events = []domain.Event{opened}
	}
	acts := domain.CorrectAccount{TransactionID: t.ID, ItemID: item.ID, Code: item.Incoming.Entry.Correction.Code}
	to, opened, err := c.corrected(ctx, t, item, account)
	var left leftAlone
	switch {
	case errors.As(err, &left):
		c.Log.Warn("a notification of change was left alone", "client", t.Client, "transaction", t.ID, "code", acts.Code, "reason", string(left))
		acts.Left = string(left)
	case err != nil:
		return ledger.Decision{}, err
	default:
		acts.To = to
		d.Before = opened // in the log before the event that leads to it, as the views need it
	}
	events, err := acts.Decide(account)
	d.Events = append(d.Events, events...)
	return d, err
}
