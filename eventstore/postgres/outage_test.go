package postgres_test

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// start is a server of this test's own, which it may stop.
func start(t *testing.T) *postgrestest.Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts and stops servers of its own")
	}
	c, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Remove(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWritersWaitForAServerThatGoesAwayAndComesBack(t *testing.T) {
	c := start(t)
	url, _ := c.Ledger(t)
	s := open(t, postgres.Options{URL: url, OutcomeTimeout: 2 * time.Minute})
	for round, end := range []func() error{c.Kill, c.Stop} {
		var all sync.WaitGroup
		for w := range 8 {
			all.Go(func() {
				for i := range int64(40) {
					if _, err := s.Append(context.Background(), story(string(rune('a'+8*round+w)), i, 1)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		must(t, end())
		time.Sleep(300 * time.Millisecond)
		must(t, c.Run())
		all.Wait()
		if n := len(whole(t, s)); n != 320*(round+1) {
			t.Errorf("the log holds %d events, want %d", n, 320*(round+1))
		}
	}

	must(t, c.Stop())
	impatient := postgres.Options{URL: url, OutcomeTimeout: 200 * time.Millisecond}
	if _, err := postgres.Open(t.Context(), impatient); !errors.Is(err, eventstore.ErrAway) {
		t.Errorf("opening: %v", err)
	}
	if _, err := s.ReadStream(t.Context(), "a", 0); !errors.Is(err, eventstore.ErrAway) {
		t.Errorf("reading: %v", err)
	}
	if _, err := s.Reached(t.Context(), ""); !errors.Is(err, eventstore.ErrAway) {
		t.Errorf("asking what was reached: %v", err)
	}
	must(t, c.Run())
	if _, err := s.ReadStream(t.Context(), "a", 0); err != nil {
		t.Errorf("reading when it is back: %v", err)
	}
}

// The server stands still, so that nothing breaks and nothing comes.
func TestAServerThatStandsStillIsWaitedFor(t *testing.T) {
	c := start(t)
	url, _ := c.Ledger(t)
	s := open(t, postgres.Options{URL: url})
	tell(t, s, "a", 0, 1)
	var backends []int
	conn, err := pgx.Connect(t.Context(), c.URL("owner", "postgres"))
	must(t, err)
	rows, err := conn.Query(t.Context(), `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'achledger%'`)
	must(t, err)
	backends, err = pgx.CollectRows(rows, pgx.RowTo[int])
	must(t, err)
	must(t, conn.Close(t.Context()))
	for _, pid := range backends {
		must(t, syscall.Kill(pid, syscall.SIGSTOP))
	}
	done := make(chan error)
	go func() { _, err := s.Append(context.Background(), story("a", 1, 1)); done <- err }()
	time.Sleep(time.Second)
	for _, pid := range backends {
		must(t, syscall.Kill(pid, syscall.SIGCONT))
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(whole(t, s)); n != 2 {
		t.Errorf("the log holds %d events", n)
	}
}

// A COMMIT waits for a standby that is not there, and somebody cancels the wait:
// PostgreSQL warns, and calls it done. The event can be seen by everyone, and
// would be lost in a failover. Nobody may hear of it before a standby has it.
func TestACommitThatDidNotWaitForItsStandbyIsNotAnswered(t *testing.T) {
	c := start(t)
	url, _ := c.Ledger(t)
	s := open(t, postgres.Options{URL: url, OutcomeTimeout: time.Minute})
	other := open(t, postgres.Options{URL: url})
	if _, err := s.Append(t.Context(), keyed(story("a", 0, 1), "first")); err != nil {
		t.Fatal(err)
	}
	admin, err := pgx.Connect(t.Context(), c.URL("owner", "postgres"))
	must(t, err)
	defer admin.Close(context.Background())
	must(t, c.Set("synchronous_standby_names", "none"))
	done := make(chan error, 1)
	go func() { _, err := s.Append(context.Background(), keyed(story("a", 1, 1), "k")); done <- err }()
	for cancelled := false; !cancelled; {
		err := admin.QueryRow(t.Context(), `SELECT coalesce(bool_or(pg_cancel_backend(pid)), false) FROM pg_stat_activity
			WHERE wait_event = 'SyncRep' AND EXISTS(SELECT FROM pg_locks l WHERE l.pid = pg_stat_activity.pid AND l.locktype = 'advisory' AND l.granted)`).Scan(&cancelled)
		must(t, err)
		time.Sleep(10 * time.Millisecond)
	}
	for visible := 0; visible == 0; time.Sleep(10 * time.Millisecond) {
		seen, err := pgx.Connect(t.Context(), url)
		must(t, err)
		must(t, seen.QueryRow(t.Context(), `SELECT count(*) FROM achledger.events WHERE position = 2`).Scan(&visible))
		seen.Close(context.Background())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if events, err := other.ReadStream(ctx, "a", 1); err == nil {
		t.Errorf("another node reads %d events that no standby has", len(events))
	}
	if _, ok, err := other.Key(ctx, eventstore.IdempotencyKey{Client: "c1", Scope: "POST /", Key: "k"}); err == nil {
		t.Errorf("another node answers a key, %v, that no standby has", ok)
	}
	// Without a limit of its caller a read ends by one of the store's, and says that the
	// same read may succeed later.
	if _, err := other.ReadStream(context.Background(), "a", 1); !errors.Is(err, eventstore.ErrAway) {
		t.Errorf("another node reads while no standby answers: %v", err)
	}
	if head, _ := other.Head(t.Context()); head.Position > 1 {
		t.Errorf("another node's head is %d", head.Position)
	}
	select {
	case err := <-done:
		t.Fatalf("it was answered with %v", err)
	default:
	}
	must(t, c.Set("synchronous_standby_names", ""))
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(whole(t, other)); n != 2 {
		t.Errorf("the log holds %d events", n)
	}
}

func TestAServerThatWouldLosePaymentsIsRefused(t *testing.T) {
	c := start(t)
	url, _ := c.Ledger(t)
	for _, setting := range []string{"fsync=off", "full_page_writes=off"} {
		must(t, c.Stop())
		must(t, c.Run(setting))
		if s, err := postgres.Open(t.Context(), postgres.Options{URL: url}); err == nil {
			s.Close()
			t.Errorf("%s was accepted", setting)
		}
	}
}

// A server that is stopped holds its connections and answers nothing: nobody
// would ever wake who reads from it.
func TestWhoReadsFromAServerThatStandsStillIsWoken(t *testing.T) {
	c := start(t)
	url, _ := c.Ledger(t)
	s := open(t, postgres.Options{URL: url})
	_, err := s.Append(t.Context(), story("a", 0, 1))
	must(t, err)
	must(t, c.Freeze())
	defer func() { must(t, c.Thaw()) }()
	read := make(chan error, 1)
	go func() {
		_, err := s.ReadStream(context.Background(), "a", 0)
		read <- err
	}()
	select {
	case err := <-read:
		if !errors.Is(err, eventstore.ErrAway) {
			t.Errorf("reading: %v", err)
		}
	case <-time.After(25 * time.Second): // a statement of a server that works may take 30
		t.Error("a read waits for ever")
	}
}
