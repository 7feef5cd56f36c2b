package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

func TestWhoServesCannotChangeTheLogAndNeitherCanItsOwner(t *testing.T) {
	serving, owner := postgrestest.Ledger(t)
	s := open(t, postgres.Options{URL: serving})
	if _, err := s.Append(t.Context(), keyed(story("a", 0, 1), "k")); err != nil {
		t.Fatal(err)
	}
	for role, url := range map[string]string{"who serves": serving, "the owner": owner} {
		c, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{
			`UPDATE achledger.events SET client = 'x'`, `DELETE FROM achledger.events`, `TRUNCATE achledger.events`,
			`UPDATE achledger.idempotency SET first = 2`, `DELETE FROM achledger.idempotency`, `TRUNCATE achledger.idempotency`,
			`SET session_replication_role = replica; DELETE FROM achledger.events`,
		} {
			if _, err := c.Exec(t.Context(), sql); err == nil {
				t.Errorf("%s may %s", role, sql)
			}
		}
		c.Close(context.Background())
	}
	if n := len(whole(t, s)); n != 1 {
		t.Errorf("the log holds %d events", n)
	}
	if _, err := postgres.Open(t.Context(), postgres.Options{URL: owner}); err == nil || !strings.Contains(err.Error(), "may change the log") {
		t.Errorf("serving as the owner: %v", err)
	}
}

func TestInitMayBeRepeatedAndServingWantsItsSchema(t *testing.T) {
	c := postgrestest.Shared(t)
	name := c.Database(t)
	owner, serving := c.URL("owner", name), c.URL(postgrestest.Role, name)
	postgrestest.Ledger(t) // makes the role
	if _, err := postgres.Open(t.Context(), postgres.Options{URL: serving}); !errors.Is(err, postgres.ErrNotMade) {
		t.Errorf("an empty database: %v", err)
	}
	id := "first"
	settle := func(found *postgres.Ledger) (postgres.Ledger, error) {
		if found != nil && found.ID != "first" {
			t.Errorf("it finds %+v", found)
		}
		return postgres.Ledger{ID: id, Kind: "sandbox", Mark: []byte{1}}, nil
	}
	for _, from := range []int{0, 6} {
		made, err := postgres.Init(t.Context(), owner, postgrestest.Role, settle)
		if err != nil || made.From != from || made.To != 6 || len(made.Grants) == 0 || made.Ledger.ID != "first" {
			t.Errorf("got %+v, %v; want from version %d", made, err, from)
		}
		id = "second"
	}
	refused := errors.New("no")
	if _, err := postgres.Init(t.Context(), owner, postgrestest.Role, func(*postgres.Ledger) (postgres.Ledger, error) { return postgres.Ledger{}, refused }); !errors.Is(err, refused) {
		t.Errorf("refused: %v", err)
	}
	if _, err := postgres.Init(t.Context(), owner, "owner", settle); err == nil {
		t.Error("the owner was let serve")
	}
	for version, served := range map[int]bool{5: false, 6: true, 7: true, 8: false} {
		c.Exec(t, name, `UPDATE achledger.schema_version SET version = $1`, version)
		s, err := postgres.Open(t.Context(), postgres.Options{URL: serving})
		if served != (err == nil) {
			t.Errorf("schema version %d: %v", version, err)
		}
		if err == nil {
			s.Close()
		}
	}
}

func TestAPasswordInTheURLIsRefused(t *testing.T) {
	for _, url := range []string{"postgres://a:secret@h/d", "postgres://a@h/d?password=secret", "host=h password=secret"} {
		if _, err := postgres.Open(t.Context(), postgres.Options{URL: url}); !errors.Is(err, postgres.ErrPassword) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestALogOpenForReadingFollowsAndWritesNothing(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	tell(t, s, "a", 0, 2)
	r := open(t, postgres.Options{URL: url, ReadOnly: true})
	hint, stop := r.Notify()
	defer stop()
	if _, err := r.Append(t.Context(), story("b", 0, 1)); !errors.Is(err, eventstore.ErrReadOnly) {
		t.Errorf("appending: %v", err)
	}
	if err := r.PutToken(t.Context(), eventstore.Token{Hash: []byte("h")}); !errors.Is(err, eventstore.ErrReadOnly) {
		t.Errorf("putting a token: %v", err)
	}
	tell(t, s, "a", 2, 1)
	select {
	case <-hint:
	case <-time.After(10 * time.Second):
		t.Error("it was not told")
	}
	if n := len(whole(t, r)); n != 3 {
		t.Errorf("it reads %d events", n)
	}
}

// The database was put back from another time while the node ran.
func TestANodeStopsWhenTheLogIsNotTheOneItKnew(t *testing.T) {
	for name, sql := range map[string]string{
		"it ends earlier":           `DELETE FROM achledger.events WHERE position = 3`,
		"its end is another one":    `UPDATE achledger.events SET hash = sha256('another') WHERE position = 3`,
		"it is another one, longer": `UPDATE achledger.events SET hash = sha256('another') WHERE position = 3; INSERT INTO achledger.events SELECT 4, 1, recorded_at, gen_random_uuid(), 'b', client, type, data, meta, hash FROM achledger.events WHERE position = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			s, url := fresh(t, postgres.Options{Heartbeat: time.Hour})
			tell(t, s, "a", 0, 3)
			c := postgrestest.Shared(t)
			execIn(t, c, url, `ALTER TABLE achledger.events DISABLE TRIGGER USER`)
			execIn(t, c, url, sql)
			for range 2 {
				if _, err := s.Append(t.Context(), story("c", 0, 1)); !errors.Is(err, eventstore.ErrFailed) {
					t.Errorf("got %v", err)
				}
			}
			<-s.Failed()
		})
	}
}

func TestTokensAreKept(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	now := time.UnixMicro(1_800_000_000_000_000).UTC()
	put := func(hash, credential string, expires time.Time) {
		t.Helper()
		token := eventstore.Token{Hash: []byte(hash), Kind: eventstore.AccessToken, Credential: credential, Client: "gym", Scopes: []string{"a", "b"}, ExpiresAt: expires}
		if err := s.PutToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	other := open(t, postgres.Options{URL: url})
	there := func(hash string) bool {
		t.Helper()
		got, ok, err := other.Token(t.Context(), []byte(hash))
		if err != nil {
			t.Fatal(err)
		}
		if ok && (got.Client != "gym" || len(got.Scopes) != 2 || string(got.Hash) != hash) {
			t.Errorf("got %+v", got)
		}
		return ok
	}
	for range 2 { // replaced
		put("1", "k1", now)
	}
	put("2", "k1", now.Add(time.Hour))
	put("3", "k2", now)
	if err := s.DeleteToken(t.Context(), []byte("3"), "k1"); err != nil || !there("3") {
		t.Errorf("another credential's token went: %v", err)
	}
	if err := s.PurgeTokens(t.Context(), now.Add(time.Microsecond)); err != nil || there("1") || there("3") || !there("2") {
		t.Errorf("expired ones stay, or others went: %v", err)
	}
	if err := s.DeleteTokensOf(t.Context(), "k1"); err != nil || there("2") {
		t.Errorf("a credential's token stays: %v", err)
	}
}
