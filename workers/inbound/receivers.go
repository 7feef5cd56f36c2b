package inbound

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/receiving"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// receivers finds the clients of receiving accounts. It reads them again when
// the settings of a client or bank have changed.
type receivers struct {
	ledger *ledger.Ledger
	views  Views
	log    *slog.Logger

	mu    sync.Mutex
	read  int64 // position of the newest change in known
	known accounts
}

// known catches the views up and returns the accounts and banks by the current
// settings.
func (t *Intake) known(ctx context.Context) (accounts, error) {
	if err := t.Views.CatchUp(ctx); err != nil {
		return accounts{}, fmt.Errorf("wait for the views: %w", err)
	}
	return t.receivers.current(ctx)
}

// current returns the accounts by the current settings. The views must have
// caught up.
func (r *receivers) current(ctx context.Context) (accounts, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed, err := r.views.SettingsChanged(ctx)
	if err != nil {
		return accounts{}, fmt.Errorf("look whether clients have changed: %w", err)
	}
	if r.known.routings != nil && changed == r.read {
		return r.known, nil
	}
	list, err := r.views.Receivers(ctx)
	if err != nil {
		return accounts{}, fmt.Errorf("list clients and banks: %w", err)
	}
	known := accounts{routings: map[string]string{}, clients: map[string][]receiver{}, keepODFI: map[string]bool{}, pgp: map[string]*domain.PGP{}, bareBatches: map[string]string{}, terms: map[string]*calendar.Terms{}}
	for _, routing := range list.Banks {
		known.add(routing)
		bank, err := r.ledger.Bank(ctx, routing)
		if err != nil {
			return accounts{}, err
		}
		known.terms[routing] = &bank.Terms
		known.addForm(bank, routing)
		if bank.PGP != nil {
			known.pgp[routing] = bank.PGP
		}
	}
	for _, id := range list.Clients {
		c, err := r.ledger.Client(ctx, id)
		if err != nil {
			return accounts{}, err
		}
		if err := r.addClient(&known, c); err != nil {
			return accounts{}, err
		}
	}
	r.known, r.read = known, list.Position
	return known, nil
}

func (r *receivers) addClient(known *accounts, c domain.Client) error {
	to := receiver{client: c.ID, returns: c.Settings.UnknownAccounts == domain.ReturnUnknown, batching: c.Settings.Batching}
	for _, m := range c.Settings.ReceivingAccounts {
		number, err := r.ledger.OpenReceiving(c.ID, m)
		if seal.NotCheckable(err) || ledger.Exchanged(err) {
			// Its keys were destroyed, or the value was exchanged in a backup:
			// payments to it wait for a person.
			to.returns = false
			r.log.Error("a receiving account cannot be read: what comes for it waits for a person", "client", c.ID, "err", err)
			continue
		}
		if err != nil {
			return fmt.Errorf("read the receiving accounts of client %s: %w", c.ID, err)
		}
		to.patterns = append(to.patterns, pattern{number, plain(number), m.Prefix, m.Rules})
	}
	for _, odfi := range c.Settings.ODFIs {
		known.add(odfi)
		known.clients[odfi] = append(known.clients[odfi], to)
	}
	return nil
}

// accounts are the receiving accounts of all clients.
type accounts struct {
	routings    map[string]string          // our banks: first eight digits to all nine
	clients     map[string][]receiver      // by routing number
	pgp         map[string]*domain.PGP     // by routing number, of banks with OpenPGP
	forms       []bankForm                 // of banks with their own format of acknowledgements
	bareBatches map[string]string          // banks, by eight digits, that omit file header or control: all nine digits
	keepODFI    map[string]bool            // banks, by eight digits, that pass returns on under our own header
	terms       map[string]*calendar.Terms // of our banks that were set up, by routing number
}

// receiver is a client at one bank.
type receiver struct {
	client   string
	returns  bool // payments to unknown accounts may be returned automatically
	batching domain.Batching
	patterns []pattern
}

type pattern struct {
	number, plain string
	prefix        bool
	rules         *receiving.Rules
}

// receiverAccount is the receiving account that a payment is for.
type receiverAccount struct {
	client   string
	batching domain.Batching
	rules    *receiving.Rules
}

// addForm adds the format of what a bank sends.
func (a *accounts) addForm(bank domain.Bank, routing string) {
	form := bank.Inbound
	if form == nil {
		return
	}
	if form.ReturnsKeepODFI {
		a.keepODFI[routing[:8]] = true
	}
	if form.BareBatches {
		a.bareBatches[routing[:8]] = routing
	}
	if form.Acknowledgements != nil {
		a.forms = append(a.forms, bankForm{*form.Acknowledgements, bank.AckOrigin()})
	}
}

func (a *accounts) add(routing string) {
	if len(routing) == 9 {
		a.routings[routing[:8]] = routing
	}
}

// ours reports whether eight digits are the first of the routing number of one
// of our banks.
func (a *accounts) ours(routing8 string) bool { return a.routings[routing8] != "" }

// termsAt returns the terms of the bank of ours that an entry is for; nil:
// FedACH's.
func (a *accounts) termsAt(routing string) *calendar.Terms {
	if len(routing) < 8 {
		return nil
	}
	return a.terms[a.routings[routing[:8]]] // the ninth digit may be wrong
}

// plain normalizes a number: without spaces and hyphens, in capital letters.
// Zeros count.
func plain(number string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(number))
}

// find returns the accounts that a payment to a bank may be for, one of each
// client. An exact match precedes the longest prefix, and the number as written
// precedes the normalized one. The caller decides about none and about several.
func (a *accounts) find(routing, number string) []receiverAccount {
	return bestOf(a.clients[routing], number)
}

// of finds the receiving account of a client for a payment that a person
// assigned to the client. Without one no rules apply.
func (a *accounts) of(client, routing, number string) receiverAccount {
	for _, r := range a.clients[routing] {
		if r.client != client {
			continue
		}
		if found := bestOf([]receiver{r}, number); len(found) > 0 {
			return found[0]
		}
	}
	return receiverAccount{client: client}
}

func bestOf(clients []receiver, number string) []receiverAccount {
	simple := plain(number)
	for _, matches := range []func(pattern) int{
		func(p pattern) int { return oneIf(p.number == number && !p.prefix) },
		func(p pattern) int { return oneIf(p.plain == simple && !p.prefix) },
		func(p pattern) int { return begins(p, number, p.number) },
		func(p pattern) int { return begins(p, simple, p.plain) },
	} {
		if found := best(clients, matches); len(found) > 0 {
			return found
		}
	}
	return nil
}

func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}

// begins returns 1 more than the length of a matching prefix, 0 for no match.
// An empty prefix matches every account.
func begins(p pattern, number, prefix string) int {
	if !p.prefix || !strings.HasPrefix(number, prefix) {
		return 0
	}
	return 1 + len(prefix)
}

// best returns the accounts whose pattern fits best, one of each client.
func best(clients []receiver, fit func(pattern) int) (found []receiverAccount) {
	most := 1
	for _, r := range clients {
		for _, p := range r.patterns {
			n := fit(p)
			if n < most {
				continue
			}
			if n > most {
				most, found = n, nil
			}
			if !slices.ContainsFunc(found, func(f receiverAccount) bool { return f.client == r.client }) {
				found = append(found, receiverAccount{r.client, r.batching, p.rules})
			}
		}
	}
	return found
}

// returnsUnknown reports whether payments to unknown accounts at a bank are
// returned automatically: every client of the bank must want it.
func (a *accounts) returnsUnknown(routing string) bool {
	list := a.clients[routing]
	return len(list) > 0 && !slices.ContainsFunc(list, func(r receiver) bool { return !r.returns })
}
