package postgres_test

import (
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/storetest"
)

func TestPostgreSQLKeepsWebhooks(t *testing.T) {
	storetest.Webhooks(t, func(t *testing.T) eventstore.Webhooks {
		url, _ := postgrestest.Ledger(t)
		return open(t, postgres.Options{URL: url})
	})
}
