package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// Whoever runs the database may have made a stricter isolation level its default, under
// which a change that another one overtakes is an error.
func TestAChangeWaitsForAnotherOneWhateverTheDatabasesDefaultIs(t *testing.T) {
	serving, owner := postgrestest.Ledger(t)
	config, err := pgx.ParseConfig(serving)
	must(t, err)
	execIn(t, postgrestest.Shared(t), serving, `ALTER DATABASE `+config.Database+` SET default_transaction_isolation = 'serializable'`)
	s := open(t, postgres.Options{URL: serving})
	token := eventstore.Token{Hash: []byte("h"), Kind: eventstore.AccessToken, Credential: "k", Client: "gym", ExpiresAt: time.UnixMicro(1)}
	must(t, s.PutToken(t.Context(), token))

	other, err := pgx.Connect(t.Context(), owner)
	must(t, err)
	defer other.Close(context.Background())
	tx, err := other.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), `UPDATE achledger.tokens SET client = 'other'`)
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- s.PutToken(context.Background(), token) }()
	for waits := false; !waits; time.Sleep(time.Millisecond) {
		must(t, tx.QueryRow(t.Context(), `SELECT EXISTS(SELECT FROM pg_locks WHERE NOT granted)`).Scan(&waits))
	}
	must(t, tx.Commit(t.Context()))
	if err := <-done; err != nil {
		t.Error(err)
	}
}
