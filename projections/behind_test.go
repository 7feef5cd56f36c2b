package projections

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// repaired is a world with a client, an entry that left, and one in the queue,
// whose views were just emptied because their file was damaged.
func repaired(t *testing.T) (w *world, v *Views, trace, waits string) {
	w = newWorld(t)
	w.openClient("gym", ours)
	i := w.originate("gym")
	w.cutAndDeliver(i)
	w.came("f", "A")
	waits = "5f0c1d70-0000-8000-8000-000000000002"
	w.queue("f", waits, func(*domain.EntryQueued) {})
	v = w.caughtUp(Options{})
	w.must(v.readOnce(w.ctx, func(s snapshot) error {
		row, err := s.c.Row(of(s.generation, `SELECT trace FROM items@ WHERE trace <> ''`))
		if err == nil {
			trace = fmt.Sprint(row[0])
		}
		return err
	}))
	v.pass.Lock()
	defer v.pass.Unlock()
	w.must(v.makeAnew(w.ctx, errors.New("a page is damaged")))
	return w, v, trace, waits
}

// asked calls back whenever a page of the log is read.
type asked struct {
	eventstore.Store
	back func()
}

func (a asked) ReadAll(ctx context.Context, after int64, limit int) ([]eventstore.Recorded, error) {
	a.back()
	return a.Store.ReadAll(ctx, after, limit)
}

// An account that a notification of change corrected is one, and an entry for it gets
// its warning, while the views are made again.
func TestNoCorrectedAccountIsForgottenWhileTheViewsAreMadeAnew(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.append(ledger.Change{Stream: domain.AccountStream("gym", "there"), Client: "gym", Events: []domain.Event{
		domain.AccountOpened{Routing: theirs, AccountType: domain.Checking, Account: domain.Account{Tail: "0001"}},
		domain.AccountCorrected{Code: "C01", To: "elsewhere"},
	}})
	v := w.caughtUp(Options{})
	if !v.Corrected("gym", "there") || v.Corrected("gym", "elsewhere") {
		t.Error("the accounts that were corrected are not known")
	}
	v.pass.Lock()
	w.must(v.makeAnew(w.ctx, errors.New("a page is damaged")))
	v.pass.Unlock()
	v.store = asked{w.store, func() {
		if !v.Corrected("gym", "there") {
			t.Error("the account was not corrected, it says")
		}
	}}
	w.must(v.CatchUp(w.ctx))
	if !v.Corrected("gym", "there") || v.Corrected("gym", "elsewhere") {
		t.Error("the accounts that were corrected are not known afterwards")
	}
}

// Whoever decides where an entry goes must not hear that it is nowhere, that
// no trace number was used, or that nobody has an account.
func TestWhatTheViewsHaveShownIsThereWhileTheyAreMadeAnew(t *testing.T) {
	for name, ask := range map[string]func(ctx context.Context, v *Views, trace, waits string) (int, error){
		"where an entry is": func(ctx context.Context, v *Views, _, waits string) (int, error) {
			places, err := v.Places(ctx, []string{waits})
			return len(places), err
		},
		"what left under a trace number": func(ctx context.Context, v *Views, trace, _ string) (int, error) {
			found, err := v.FiledUnder(ctx, []string{trace})
			return len(found[trace]), err
		},
		"who receives": func(ctx context.Context, v *Views, _, _ string) (int, error) {
			r, err := v.Receivers(ctx)
			return len(r.Clients), err
		},
		"when a setting changed": func(ctx context.Context, v *Views, _, _ string) (int, error) {
			at, err := v.SettingsChanged(ctx)
			return int(min(at, 1)), err
		},
		"what is unfinished": func(ctx context.Context, v *Views, _, _ string) (int, error) {
			files, err := v.UnfinishedInbound(ctx)
			return len(files), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, v, trace, waits := repaired(t)
			type answer struct {
				n   int
				err error
			}
			answered := make(chan answer, 1)
			go func() {
				n, err := ask(w.ctx, v, trace, waits)
				answered <- answer{n, err}
			}()
			for v.waiters.Load() == 0 && len(answered) == 0 {
				time.Sleep(time.Millisecond)
			}
			w.must(v.CatchUp(w.ctx))
			if a := <-answered; a.n != 1 && !errors.Is(a.err, ErrBehind) {
				t.Errorf("found %d, %v", a.n, a.err)
			}
			if n, err := ask(w.ctx, v, trace, waits); n != 1 || err != nil {
				t.Errorf("afterwards: %d, %v", n, err)
			}
		})
	}
}

func TestViewsThatStayBehindWhatTheyHaveShownSaySo(t *testing.T) {
	w, v, _, waits := repaired(t)
	if places, err := v.Places(w.ctx, []string{waits}); !errors.Is(err, ErrBehind) {
		t.Errorf("%v, %v", places, err)
	}
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	if _, err := v.Places(ctx, []string{waits}); err == nil || errors.Is(err, ErrBehind) {
		t.Errorf("a caller who went away hears %v", err)
	}
}
