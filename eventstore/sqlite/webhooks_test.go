package sqlite_test

import (
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/eventstore/storetest"
)

func TestSQLiteKeepsWebhooks(t *testing.T) {
	storetest.RunWebhooks(t, func(t *testing.T) eventstore.Webhooks { return open(t, t.TempDir(), sqlite.Options{}) })
}
