package workers

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// Views are the views that the workers read. They may be behind the log; the
// log then refuses a decision made from stale rows.
type Views interface {
	// CatchUp returns when the views have reached the position that the log had
	// at the call.
	CatchUp(ctx context.Context) error
	// CatchUpIfQuiet does the same unless much was written just now. Then it
	// returns false, and the views catch up soon.
	CatchUpIfQuiet(ctx context.Context) (current bool, err error)
	// Position is the log position that the views have reached.
	Position() int64
	// Queues sums up what is due at an instant, by client, ODFI and kind.
	Queues(ctx context.Context, now time.Time) ([]domain.Queue, error)
	// WaitingItems lists what is due at an instant in log order, from a
	// position on.
	WaitingItems(ctx context.Context, client, odfi string, answers bool, now time.Time, after int64, limit int) ([]projections.QueuedItem, error)
	// NextDue returns when the next item becomes due after an instant.
	NextDue(ctx context.Context, now time.Time) (time.Time, bool, error)
	// PassedDeadlines lists the items that wait although their deadline has
	// passed.
	PassedDeadlines(ctx context.Context, now time.Time, after projections.Deadline, limit int) ([]projections.Deadline, error)
	// NextDeadline returns the next deadline of a waiting item, after an
	// instant.
	NextDeadline(ctx context.Context, now time.Time) (time.Time, bool, error)
	// OverdueDecisions lists the received payments that were not decided about
	// in time. NextDecision returns the next deadline of one, after an instant.
	OverdueDecisions(ctx context.Context, now time.Time, after projections.InboundDecision, limit int) ([]projections.InboundDecision, error)
	NextDecision(ctx context.Context, now time.Time) (time.Time, bool, error)
	// LapsedRequests lists the requests for return that were not answered in
	// time. NextRequest returns when the time of one ends, after an instant.
	LapsedRequests(ctx context.Context, now time.Time, after projections.ReturnRequest, limit int) ([]projections.ReturnRequest, error)
	NextRequest(ctx context.Context, now time.Time) (time.Time, bool, error)
	// UnfinishedFiles lists the files that are not delivered yet, except those
	// that their client carries.
	UnfinishedFiles(ctx context.Context) ([]projections.File, error)
	// Files lists files.
	Files(ctx context.Context, f projections.FileFilter) ([]projections.File, string, error)
	// FilesNamed finds cut files by their name, FileHeaded one by its header.
	FilesNamed(ctx context.Context, name string) ([]projections.File, error)
	FileHeaded(ctx context.Context, headerName string) (projections.File, bool, error)
	// UnreleasedFiles lists the files with entries that are to be released and
	// may still be filed.
	UnreleasedFiles(ctx context.Context) ([]projections.File, error)
	// Receivers lists clients and banks.
	Receivers(ctx context.Context) (projections.Receivers, error)
}

// Directory knows the clients.
type Directory interface {
	Client(ctx context.Context, id string) (domain.Client, error)
}
