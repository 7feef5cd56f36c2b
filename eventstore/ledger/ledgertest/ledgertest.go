package ledgertest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// Banks of the stories.
const (
	OurBank   = "231380104" // Lantern Savings Bank
	TheirBank = "121042882"
	Fed       = "061000146"
)

// Clock is a clock that the test moves. It stands still otherwise, unless the
// test makes it tick.
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	tick time.Duration
}

// NewClock shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now implements ledger.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(c.tick)
	return c.now
}

// Tick makes the clock advance by d before each reading; 0 stops it again.
func (c *Clock) Tick(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick = d
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set moves the clock.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// At is a wall clock time in New York, "2026-11-20 14:05".
func At(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Eastern)
	if err != nil {
		panic(err)
	}
	return t
}

// Friday is when most stories begin: Friday 2026-11-20, 14:05 New York.
// Thursday the 26th is Thanksgiving.
var Friday = At("2026-11-20 14:05")

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Open opens the ledger of a folder, as a process would that starts in it. The
// test closes the store.
func Open(t testing.TB, folder string, clock ledger.Clock, o sqlite.Options) (*sqlite.Store, *ledger.Ledger) {
	t.Helper()
	store, err := sqlite.Open(folder, o)
	Must(t, err)
	keys, err := seal.Open(filepath.Join(folder, "keys"))
	Must(t, err)
	return store, &ledger.Ledger{Store: store, Keys: keys, Clock: clock}
}

// OpenClient opens a client with Harbor Gym's settings, changed one after the
// other. Nothing but the default windows cuts its files.
func OpenClient(t testing.TB, l *ledger.Ledger, id string, changes ...func(*domain.Settings)) {
	t.Helper()
	s := domain.Settings{
		Name: "Harbor Gym", CompanyName: "HARBOR GYM", CompanyIdentifications: []string{"1840000017"},
		ODFIs: []string{OurBank}, SECCodes: domain.OriginatedSECs, DefaultSEC: "PPD",
		File: domain.FileSettings{
			ImmediateDestination: Fed, ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: OurBank, ImmediateOriginName: "LANTERN SAVINGS BANK",
		},
	}
	for _, change := range changes {
		change(&s)
	}
	events, err := domain.OpenClient{ClientID: id, Settings: s}.Decide(domain.Client{})
	Must(t, err)
	Write(t, l, ledger.Change{Stream: domain.ClientStream(id), Client: id, Events: events})
}

// Suspend suspends a client.
func Suspend(t testing.TB, l *ledger.Ledger, id string) {
	t.Helper()
	now, err := l.Client(context.Background(), id)
	Must(t, err)
	Write(t, l, ledger.Change{Stream: domain.ClientStream(id), Client: id, Expect: now.Version, Events: []domain.Event{domain.ClientSuspended{}}})
}

// Write writes changes.
func Write(t testing.TB, l *ledger.Ledger, changes ...ledger.Change) {
	t.Helper()
	_, err := l.Write(context.Background(), changes...)
	Must(t, err)
}

// Originate writes what POST /api/transaction would.
func Originate(t testing.TB, l *ledger.Ledger, client, id, item string, p domain.Proposal, number string) {
	t.Helper()
	ctx := context.Background()
	account, err := l.SealAccountIn(domain.TransactionStream(client, id), client, p.ToRouting, number, p.ToAccountType)
	Must(t, err)
	c, err := l.Client(ctx, client)
	Must(t, err)
	_, err = ledger.Execute(ctx, l, ledger.TransactionStream(client, id), func(t domain.Transaction) ([]domain.Event, error) {
		return domain.Originate{TransactionID: id, ItemID: item, Proposal: p, Number: number, Account: account}.Decide(c, t)
	})
	Must(t, err)
}
