// Package workertest creates the workers of a ledger for tests of what lies
// around them.
package workertest

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/guard"
	"github.com/achledger/achledger/workers/kept"
)

// Config is what a test may choose.
type Config struct {
	Ledger *ledger.Ledger
	Views  *projections.Views
	Folder string // of the ledger
	Limits workers.Limits
	Settle func(ctx context.Context) error
}

// Workers are those that cut, render and deliver files, over an outbox.
type Workers struct {
	Kept    kept.Folder
	Files   *workers.Files
	Uploads *workers.Uploads
	Batcher *workers.Batcher
}

// Outbox is where the workers of a folder put files.
func Outbox(folder string) string { return filepath.Join(folder, "outbox") }

// New makes workers; a second set plays another process.
func New(t testing.TB, c Config) (w Workers) {
	t.Helper()
	var err error
	w.Kept, err = kept.Open(filepath.Join(c.Folder, "files"))
	ledgertest.Must(t, err)
	w.Files, err = workers.NewFiles(workers.FilesConfig{Ledger: c.Ledger, Kept: w.Kept, Limits: c.Limits})
	ledgertest.Must(t, err)
	directory := projections.NewDirectory(c.Ledger)
	delivery, err := workers.NewDelivery(workers.DeliveryConfig{
		Files: w.Files, Views: c.Views, Deliverers: map[string]workers.Deliverer{domain.ToOutbox: workers.Outbox(Outbox(c.Folder))},
	})
	ledgertest.Must(t, err)
	w.Uploads, err = workers.NewUploads(workers.UploadsConfig{Files: w.Files, Method: delivery.Method})
	ledgertest.Must(t, err)
	judge, err := guard.New(guard.Config{Ledger: c.Ledger, Views: c.Views, Clients: directory})
	ledgertest.Must(t, err)
	w.Batcher, err = workers.NewBatcher(workers.BatcherConfig{
		Files: w.Files, Views: c.Views, Clients: directory, Delivery: delivery, Uploads: w.Uploads, Guard: judge, Settle: c.Settle,
	})
	ledgertest.Must(t, err)
	return w
}
