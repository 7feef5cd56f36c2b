package workers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Erasure prepares the destruction of a client's keys, and removes afterwards
// what holds its data in the clear.
type Erasure struct {
	Files  *Files
	Client string
	Outbox string
	Inbox  string
	// Undelivered takes back files that are cut and were not delivered, and
	// removes files from the outbox that the bank has not acknowledged.
	Undelivered bool

	inbound map[string]bool // files of the bank with entries of the client
	queues  map[string]bool // those of them whose queued entries have keys of their own
	names   []string        // of the client's files in the outbox
}

// Erased reports what was done.
type Erased struct {
	Rejected int      // items that waited
	Released int      // files that were taken back
	Removed  int      // files that held its account numbers
	Left     []string // data that cannot be destroyed from here, in words
}

// reasonErased is recorded with everything that is stopped.
const reasonErased = "the keys of the client were destroyed"

// Settle ends everything that is under way for the client: it suspends the
// client, takes back files that did not leave, and rejects waiting items. It
// refuses if something is in a state that cannot be ended. It may be repeated.
func (e *Erasure) Settle(ctx context.Context) (done Erased, err error) {
	if err := e.survey(ctx, &done, e.refuses); err != nil {
		return done, err
	}
	if err := e.suspend(ctx); err != nil {
		return done, err
	}
	for range ledger.Attempts { // requests from before the suspension may still arrive
		before := done.Rejected + done.Released
		if err := e.survey(ctx, &done, e.end); err != nil {
			return done, err
		}
		if done.Rejected+done.Released == before {
			return done, nil
		}
	}
	return done, errors.New("more arrives than is settled: stop the server and repeat it")
}

func (e *Erasure) suspend(ctx context.Context) error {
	_, err := ledger.Execute(ctx, e.Files.Ledger, ledger.ClientStream(e.Client), domain.SuspendClient{Reason: reasonErased}.Decide)
	return err
}

// survey reads the log for the client's files and transactions, and calls file
// for each file. Waiting transactions are rejected only by the second pass.
func (e *Erasure) survey(ctx context.Context, done *Erased, file func(context.Context, domain.File, *Erased) error) error {
	e.inbound, e.queues, e.names, done.Left = map[string]bool{}, map[string]bool{}, nil, nil
	q := queue{}
	files, transactions, err := e.streams(ctx, q)
	if err != nil {
		return err
	}
	if err := e.queued(ctx, q, done); err != nil {
		return err
	}
	for _, id := range files {
		f, err := e.Files.Ledger.File(ctx, id)
		if err != nil {
			return err
		}
		if err := file(ctx, f, done); err != nil {
			return err
		}
	}
	for _, id := range transactions {
		if err := e.transaction(ctx, id, done); err != nil {
			return fmt.Errorf("transaction %s: %w", id, err)
		}
	}
	return e.applied(ctx, done)
}

// streams lists the files and the transactions of the client, and notes every
// entry that was ever in the queue for a person.
func (e *Erasure) streams(ctx context.Context, q queue) (files, transactions []string, err error) {
	const page = 2000
	for after := int64(0); ; {
		events, err := e.Files.Ledger.Store.ReadAll(ctx, after, page)
		if err != nil || len(events) == 0 {
			return files, transactions, err
		}
		for _, r := range events {
			after = r.Position
			switch {
			case domain.Aggregate(r.Stream) == "unmatched":
				if err := q.note(e.Client, r); err != nil {
					return files, transactions, err
				}
			case r.Client != e.Client || r.Version != 1:
			case domain.Aggregate(r.Stream) == "file":
				files = append(files, r.Stream[len("file/"):])
			case domain.Aggregate(r.Stream) == "transaction":
				if _, id, ok := domain.SplitTransactionStream(r.Stream); ok {
					transactions = append(transactions, id)
				}
			}
		}
	}
}

// refuses returns why a file keeps the client from being settled now, or nil.
func (e *Erasure) refuses(_ context.Context, f domain.File, _ *Erased) error {
	switch f.State {
	case domain.FileOpen:
		return fmt.Errorf("file %s is still being made: wait until the server has cut it", f.ID)
	case domain.FileIsDelivering, domain.DeliveryUnknown:
		return fmt.Errorf("file %s is %s: settle first whether it left (POST /v1/ops/files/%s/confirm or /resend)", f.ID, f.State, f.ID)
	case domain.FileIsCut, domain.FileIsHeld, domain.FileIsRendered:
		if !e.Undelivered && !out(f) {
			return fmt.Errorf("file %s is %s and was not delivered: let it leave first, or have it taken back with --undelivered", f.ID, f.State)
		}
	case domain.FileIsDelivered:
		if _, err := os.Lstat(e.inOutbox(f)); err == nil && !e.Undelivered {
			return fmt.Errorf("file %s lies in the outbox, and nothing says that the bank has it: wait for its acknowledgement, or say --undelivered", f.Rendered.Name)
		}
	}
	return nil
}

// out reports whether a file may be with its client, who carries it itself.
func out(f domain.File) bool {
	return f.Opened.Method == domain.ByDownload && f.State == domain.FileIsRendered
}

func (e *Erasure) inOutbox(f domain.File) string { return filepath.Join(e.Outbox, f.Rendered.Name) }

// end takes back a file that did not leave.
func (e *Erasure) end(ctx context.Context, f domain.File, done *Erased) error {
	if err := e.refuses(ctx, f, done); err != nil {
		return err
	}
	if f.Rendered != nil && f.Method() == domain.ToOutbox {
		e.names = append(e.names, f.Rendered.Name)
	}
	waits := f.State == domain.FileIsCut || f.State == domain.FileIsHeld || f.State == domain.FileIsRendered
	if !waits || out(f) {
		return nil
	}
	done.Released++
	return e.Files.dropUnsent(ctx, f.ID, reasonErased)
}

// dropUnsent takes back a file that did not leave. Its entries are rejected.
func (f *Files) dropUnsent(ctx context.Context, id, reason string) error {
	unlock, err := f.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	return f.dropLocked(ctx, id, reason)
}

// dropLocked is dropUnsent for the holder of the file's lock.
func (f *Files) dropLocked(ctx context.Context, id, reason string) error {
	return f.conclude(ctx, id, "release ordered", domain.ReleaseFile{Reason: reason, Then: domain.ThenReject, NotCarried: true})
}

// transaction rejects the waiting items of a transaction, once the client is
// suspended, and notes which files of the bank its entries came from.
func (e *Erasure) transaction(ctx context.Context, id string, done *Erased) error {
	l := e.Files.Ledger
	t, err := l.Transaction(ctx, e.Client, id)
	if err != nil {
		return err
	}
	for _, i := range t.Items {
		if i.Incoming != nil && i.Incoming.Inbound != "" {
			e.inbound[i.Incoming.Inbound] = true
		}
	}
	c, err := l.Client(ctx, e.Client)
	if err != nil || !c.Suspended || !slices.ContainsFunc(t.Items, (*domain.Item).Waits) {
		return err
	}
	rejected := 0
	_, err = ledger.Execute(ctx, l, ledger.TransactionStream(e.Client, id), func(t domain.Transaction) (events []domain.Event, err error) {
		rejected = 0
		for _, i := range t.Items {
			if !i.Waits() {
				continue
			}
			more, err := domain.Reject{ItemID: i.ID, Reason: reasonErased}.Decide(t)
			if err != nil {
				return nil, err
			}
			events, rejected = append(events, more...), rejected+1
		}
		return events, nil
	})
	done.Rejected += rejected
	return err
}
