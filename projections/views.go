package projections

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Options are the choices of Open; the zero value serves.
type Options struct {
	// Now is the machine's clock, for waiting only; time.Now by default.
	Now func() time.Time
	Log *slog.Logger
	// ReadOnly opens the views beside a running server: nothing follows the
	// log, and a missing or damaged file is an error.
	ReadOnly bool
	// BatchSize is the most events of one transaction; 2,000 by default.
	BatchSize int
}

// Views answers questions from views.db and keeps it up to the log.
type Views struct{}

var errUnwritten = errors.New("views: not written yet")

func Open(ctx context.Context, path string, store eventstore.Store, o Options) (*Views, error) {
	return nil, errUnwritten
}
func (v *Views) Run(ctx context.Context) error                         { return errUnwritten }
func (v *Views) CatchUp(ctx context.Context) error                     { return errUnwritten }
func (v *Views) WaitFor(ctx context.Context, client string) error      { return errUnwritten }
func (v *Views) Position() int64                                       { return 0 }
func (v *Views) OnEvent(listen func(domain.Fact, eventstore.Recorded)) {}
func (v *Views) Close() error                                          { return nil }

func Rebuild(ctx context.Context, path string, store eventstore.Store, progress func(done, total int64)) error {
	return errUnwritten
}

// Compare returns the first differences and how many there are.
func (v *Views) Compare(ctx context.Context, progress func(done, total int64)) ([]Difference, int, error) {
	return nil, 0, errUnwritten
}

func (v *Views) Items(ctx context.Context, f ItemFilter) ([]Item, string, error) {
	return nil, "", errUnwritten
}
func (v *Views) FindItem(ctx context.Context, itemID string) (client, transactionID string, ok bool, err error) {
	return "", "", false, errUnwritten
}
func (v *Views) Transactions(ctx context.Context, f TransactionFilter) ([]Transaction, string, error) {
	return nil, "", errUnwritten
}
func (v *Views) Files(ctx context.Context, f FileFilter) ([]File, string, error) {
	return nil, "", errUnwritten
}
func (v *Views) FindFile(ctx context.Context, id string) (f File, ok bool, err error) {
	return File{}, false, errUnwritten
}
func (v *Views) FileEntries(ctx context.Context, fileID string, yield func(FileEntry) error) error {
	return errUnwritten
}
func (v *Views) UnfinishedFiles(ctx context.Context) ([]File, error) { return nil, errUnwritten }
func (v *Views) Queues(ctx context.Context, now time.Time) ([]Queue, error) {
	return nil, errUnwritten
}
func (v *Views) QueueTotals(ctx context.Context) ([]Queue, error) { return nil, errUnwritten }
func (v *Views) WaitingItems(ctx context.Context, client, odfi string, answers bool, now time.Time, after int64, limit int) ([]Waiting, error) {
	return nil, errUnwritten
}
func (v *Views) NextDue(ctx context.Context, now time.Time) (time.Time, bool, error) {
	return time.Time{}, false, errUnwritten
}
func (v *Views) Clients(ctx context.Context, limit int, cursor string) ([]Client, string, error) {
	return nil, "", errUnwritten
}
func (v *Views) ClientsByODFI(ctx context.Context, routing string) ([]string, error) {
	return nil, errUnwritten
}
func (v *Views) Credentials(ctx context.Context, client string) ([]Credential, error) {
	return nil, errUnwritten
}
func (v *Views) Activity(ctx context.Context) (bool, error) { return false, errUnwritten }

// DescribeItems builds a transaction's items from a fold.
func DescribeItems(t domain.Transaction, files map[string]domain.File) []Item { return nil }

// DescribeTransaction builds the transaction's row from a fold; ok is false
// while it does not show.
func DescribeTransaction(t domain.Transaction, files map[string]domain.File) (row Transaction, ok bool) {
	return Transaction{}, false
}
