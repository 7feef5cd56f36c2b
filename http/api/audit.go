package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
)

// errUnrecorded means that data is not shown, because the event that says who
// saw it could not be written.
var errUnrecorded = errors.New("what nobody can record is not shown")

// audits serializes the writes to each client's audit stream. Every caller
// writes to the same stream, so concurrent writes would only fail and be
// retried.
type audits struct{ of sync.Map } // *sync.Mutex by client

func (a *audits) lock(client string) (unlock func()) {
	m, _ := a.of.LoadOrStore(client, new(sync.Mutex))
	m.(*sync.Mutex).Lock()
	return m.(*sync.Mutex).Unlock
}

// showing records in a client's audit stream what the caller is about to be shown,
// and returns once that is durable. On errUnrecorded nothing may be shown. A HEAD
// request shows nothing, so nothing is recorded.
func (s *Kit) showing(ctx context.Context, client string, event domain.Event) error {
	if isHead(ctx) {
		return nil
	}
	return s.audit(ctx, client, event)
}

// audit records an event in a client's audit stream, and returns once it is
// durable.
func (s *Kit) audit(ctx context.Context, client string, event domain.Event) error {
	defer s.audits.lock(client)()
	err := s.Ledger.Audit(ctx, client, event)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnrecorded, err)
	}
	return nil
}

// ActorsOf returns the names under which an actor's events are recorded: for a
// person, also the credentials that the person answers for.
func (s *Kit) ActorsOf(ctx context.Context, actor string) ([]string, error) {
	names := []string{actor}
	if !strings.Contains(actor, "@") {
		return names, nil
	}
	names[0] = domain.NormalEmail(actor)
	keys, err := s.Views.Credentials(ctx, domain.LedgerClient)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		known, err := s.Directory.Credential(ctx, k.Key)
		if err != nil {
			return nil, err
		}
		if domain.NormalEmail(known.Owner) == names[0] {
			names = append(names, k.Key)
		}
	}
	return names, nil
}

// mayReveal records that an account number of a client is shown whole. If
// recording fails, a request that only reads is refused. A request that changed
// something is answered with the masked number instead: it was carried out, and
// an error would make its caller repeat it.
func (s *Kit) mayReveal(c echo.Context, client, what, id string) (bool, error) {
	err := s.showing(c.Request().Context(), client, domain.AccountRevealed{What: what, ID: id})
	if err == nil || c.Request().Method == http.MethodGet {
		return err == nil, err
	}
	s.Log.Error("an account number stays masked, as the log does not take who reads it", "request_id", RequestID(c), "err", err)
	return false, nil
}

// RecordReveal records that the numbers of a transaction are shown to a person
// of operations, and why. On an error nothing may be shown.
func (s *Kit) RecordReveal(c echo.Context, t domain.Transaction, reason string) error {
	return s.showing(c.Request().Context(), t.Client, domain.AccountRevealed{What: domain.RevealedTransaction, ID: t.ID, Reason: reason})
}

// NumberFor returns an account number of the caller's client as the caller may
// see it: whole with scope reveal, which is recorded, and masked otherwise. A
// number whose key was destroyed stays masked.
func (s *Kit) NumberFor(c echo.Context, who Caller, a domain.Account, what, id string) (string, error) {
	if !who.May(domain.ScopeReveal) {
		return a.Masked(), nil
	}
	number, err := s.Ledger.OpenAccount(who.Client, a)
	if seal.NotCheckable(err) {
		return a.Masked(), nil
	}
	if err != nil {
		return "", err
	}
	if shown, err := s.mayReveal(c, who.Client, what, id); err != nil || !shown {
		return a.Masked(), err
	}
	return number, nil
}
