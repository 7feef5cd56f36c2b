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

// Views is what the corrections ask the views.
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
	Log    *slog.Logger // nothing by default
}

// Corrections acts on notifications of change. What is undone stands in the
// views, and every notice ends in one event of the account it is about, so a
// crash resumes where it was and nothing is done twice.
type Corrections struct {
	Config
	pass sync.Mutex
	// swept is the newest correction or refusal of one that the last sweep
	// knew. Later ones are looked at in every pass until the next sweep: a
	// transaction may have been on its way into the log meanwhile.
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

// page bounds how much is read at once.
const page = 500

// Pass acts on the notifications of change and the refusals of such that came
// since the last sweep, and leads what waits of the clients they are about.
func (c *Corrections) Pass(ctx context.Context) error {
	c.pass.Lock()
	defer c.pass.Unlock()
	_, err := c.follow(ctx, c.swept)
	return err
}

// Sweep does all there is to do: also what waits again because its file was
// refused after its account was corrected.
func (c *Corrections) Sweep(ctx context.Context) error {
	c.pass.Lock()
	defer c.pass.Unlock()
	newest, err := c.follow(ctx, 0)
	if err == nil {
		c.swept = newest
	}
	return err
}

// follow acts on notices and leads what waits by what changed after a log
// position; it returns the newest of these changes.
func (c *Corrections) follow(ctx context.Context, after int64) (newest int64, err error) {
	acted, err := c.notices(ctx)
	if acted { // the views are to know where they lead
		err = errors.Join(err, c.Views.CatchUp(ctx))
	}
	clients, newest, e := c.Views.CorrectedClients(ctx, after)
	return newest, errors.Join(err, e, c.lead(ctx, clients))
}

// notices acts on each notification that nobody has acted on, in log order.
// One that fails does not stop other clients'; its own client's wait, as the
// newest one wins.
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
				failed[n.Client] = !ledger.Exchanged(err) // what somebody exchanged is for a person, and holds nothing up
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
	_, err = ledger.ExecuteWith(ctx, c.Ledger, ledger.AccountStream(n.Client, t.Account.Fingerprint), func(account domain.BankAccount) (ledger.Decision, error) {
		return c.decide(ctx, t, item, account)
	})
	return err
}

// decide is what a notification of change makes of the account it is about.
func (c *Corrections) decide(ctx context.Context, t domain.Transaction, item *domain.Item, account domain.BankAccount) (d ledger.Decision, err error) {
	if account.Acted(item.ID) {
		return d, nil
	}
	if account.Version == 0 { // it had no name, but what waits may go there
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
		d.Before = opened // the views want to know it when they are told where it leads
	}
	events, err := acts.Decide(account)
	d.Events = append(d.Events, events...)
	return d, err
}
