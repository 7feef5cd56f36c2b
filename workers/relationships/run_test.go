package relationships_test

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/projections/projectionstest"
	"github.com/achledger/achledger/workers/accounts"
	"github.com/achledger/achledger/workers/relationships"
)

var must = ledgertest.Must

// office is a ledger in a folder, with its worker for relationships.
type office struct {
	t testing.TB
	*ledger.Ledger
	views  *projections.Views
	worker *relationships.Worker
	n      int
}

func newOffice(t testing.TB, verification string) *office {
	folder := t.TempDir()
	store, l := ledgertest.Open(t, folder, ledgertest.NewClock(ledgertest.At("2026-11-17 09:00")), sqlite.Options{Linger: -1})
	views, err := projectionstest.Open(t.Context(), filepath.Join(folder, "views.db"), store, projections.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, errors.Join(views.Close(), store.Close())) })
	o := &office{t: t, Ledger: l, views: views}
	corrections, err := accounts.New(accounts.Config{Ledger: o.Ledger, Views: views})
	must(t, err)
	o.worker, err = relationships.New(relationships.Config{Ledger: o.Ledger, Views: views, Accounts: corrections})
	must(t, err)
	ledgertest.OpenClient(t, l, "gym", func(s *domain.Settings) {
		s.SECCodes, s.DefaultSEC, s.Verification = []string{"PPD"}, "", verification
	})
	return o
}

func (o *office) write(changes ...ledger.Change) {
	o.t.Helper()
	ledgertest.Write(o.t, o.Ledger, changes...)
}

// link links an account to a new holder and returns the holder's id.
func (o *office) link() string {
	o.t.Helper()
	o.n++
	holder := "0c1b8ad5-5a3e-4d40-9a3c-" + strconv.Itoa(100000000000+o.n)
	account, changes, err := o.UseAccount(context.Background(), "gym", "121042882", strconv.Itoa(5000+o.n), domain.Checking)
	must(o.t, err)
	events, err := domain.LinkAccount{RelationshipID: holder, Account: account.ID, OwnerName: "TEST PERSON", AccountType: domain.Checking}.Decide(domain.Holder{})
	must(o.t, err)
	o.write(append(changes, ledger.Change{Stream: domain.HolderStream("gym", holder), Client: "gym", Events: events})...)
	return holder
}

func (o *office) relationship(holder string) *domain.Relationship {
	o.t.Helper()
	h, err := o.Holder(context.Background(), "gym", holder)
	must(o.t, err)
	return h.Relationships[0]
}

func TestALinkIsMovedOnAsSoonAsTheLogTells(t *testing.T) {
	o := newOffice(t, domain.VerifyNothing)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.worker.Run(ctx) }()
	holder := o.link()
	for until := time.Now().Add(time.Minute); o.relationship(holder).Status != domain.RelationshipApproved; {
		if time.Now().After(until) {
			t.Fatal("nobody moved the relationship on")
		}
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	must(t, <-ended)
}

// late is a store whose first append comes after one of another writer.
type late struct {
	eventstore.Store
	once  sync.Once
	first func()
}

func (l *late) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	l.once.Do(l.first)
	return l.Store.Append(ctx, appends...)
}

func TestTwoWorkersSendOnePrenote(t *testing.T) {
	o := newOffice(t, domain.VerifyByPrenote)
	holder := o.link()
	slow := *o.Ledger
	slow.Store = &late{Store: o.Store, first: func() { must(t, o.worker.Sweep(t.Context())) }}
	corrections, err := accounts.New(accounts.Config{Ledger: &slow, Views: o.views})
	must(t, err)
	other, err := relationships.New(relationships.Config{Ledger: &slow, Views: o.views, Accounts: corrections})
	must(t, err)
	must(t, other.Sweep(t.Context()))
	if r := o.relationship(holder); r.Status != domain.RelationshipPending || len(r.Sent) != 1 {
		t.Errorf("it is %s after %d prenotes", r.Status, len(r.Sent))
	}
}

func TestASuspendedClientsLinksWait(t *testing.T) {
	o := newOffice(t, domain.VerifyByMicroDeposits)
	holder := o.link()
	o.write(ledger.Change{Stream: domain.ClientStream("gym"), Client: "gym", Expect: 1, Events: []domain.Event{domain.ClientSuspended{}}})
	must(t, o.worker.Sweep(t.Context()))
	if r := o.relationship(holder); r.Status != domain.RelationshipQueued {
		t.Errorf("it is %s", r.Status)
	}
	o.write(ledger.Change{Stream: domain.ClientStream("gym"), Client: "gym", Expect: 2, Events: []domain.Event{domain.ClientResumed{}}})
	must(t, o.worker.Sweep(t.Context()))
	if r := o.relationship(holder); r.Status != domain.RelationshipPending || len(r.Sent) != 2 {
		t.Errorf("it is %s after %d micro-deposits", r.Status, len(r.Sent))
	}
}

func TestARecalledPrenoteRejects(t *testing.T) {
	o := newOffice(t, domain.VerifyByPrenote)
	holder := o.link()
	must(t, o.worker.Sweep(t.Context()))
	_, err := ledger.Execute(t.Context(), o.Ledger, ledger.TransactionStream("gym", o.relationship(holder).Sent[0]), func(tx domain.Transaction) ([]domain.Event, error) {
		return domain.Recall{ItemID: tx.Origination().ID}.Decide(tx)
	})
	must(t, err)
	must(t, o.worker.Sweep(t.Context()))
	if r := o.relationship(holder); r.Status != domain.RelationshipRejected || r.Reason != "the prenote never left" {
		t.Errorf("it is %s: %s", r.Status, r.Reason)
	}
}
