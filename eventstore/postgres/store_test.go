package postgres_test

import (
	"os"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(writingVariable); url != "" {
		write(url)
	}
	postgrestest.Main(m)
}

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		url, _ := postgrestest.Ledger(t)
		return open(t, postgres.Options{URL: url})
	})
}

func TestPostgreSQLKeepsWhatPeopleSignInWith(t *testing.T) {
	storetest.RunPeople(t, func(t *testing.T) eventstore.People {
		url, _ := postgrestest.Ledger(t)
		return open(t, postgres.Options{URL: url})
	})
}

func open(t testing.TB, o postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
