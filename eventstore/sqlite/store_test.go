package sqlite_test

import (
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/eventstore/storetest"
)

func TestSQLiteIsAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		return open(t, t.TempDir(), sqlite.Options{})
	})
}

func TestSQLiteKeepsWhatPeopleSignInWith(t *testing.T) {
	storetest.RunPeople(t, func(t *testing.T) eventstore.People { return open(t, t.TempDir(), sqlite.Options{}) })
}

func open(t *testing.T, folder string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(folder, o)
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
