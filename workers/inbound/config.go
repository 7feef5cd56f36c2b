package inbound

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Views is what the intake reads from the views.
type Views interface {
	// CatchUp waits until the views have all that is in the log now.
	CatchUp(ctx context.Context) error
	// Places finds where entries were placed, by their ids.
	Places(ctx context.Context, entries []string) (map[string]projections.EntryPlace, error)
	// ReceivedLike finds payments with a trace number, an amount and a
	// settlement date.
	ReceivedLike(ctx context.Context, trace string, cents int64, settledOn string) ([]projections.ReceivedEntry, error)
	// OffsetsUnder finds the offsets that left under trace numbers.
	OffsetsUnder(ctx context.Context, traces []string) (map[string][]projections.FiledOffset, error)
	// FiledUnder finds the items that left under trace numbers.
	FiledUnder(ctx context.Context, traces []string) (map[string][]projections.FiledItem, error)
	// InboundByKey finds the bank's files with a header key.
	InboundByKey(ctx context.Context, key string) ([]projections.Inbound, error)
	// UnfinishedInbound lists the files that are not applied completely.
	UnfinishedInbound(ctx context.Context) ([]projections.Inbound, error)
	// Receivers lists clients and banks. SettingsChanged returns the position
	// of the newest change of their settings.
	Receivers(ctx context.Context) (projections.Receivers, error)
	SettingsChanged(ctx context.Context) (int64, error)
	// FileHeaded finds our file with a name, for an acknowledgement.
	FileHeaded(ctx context.Context, headerName string) (projections.File, bool, error)
}

// Config is what an Intake needs.
type Config struct {
	Ledger *ledger.Ledger
	Views  Views
	Kept   eventstore.Kept // the bank's files are in its folder "in"
	Inbox  Watch           // where the bank, or a person, puts files; without Dir there is no inbox
	Log    *slog.Logger

	// Acknowledge applies acknowledgements; nil: they are quarantined as files
	// that cannot be read.
	Acknowledge Acknowledge

	// Spool is the folder in which encrypted files are decrypted, sealed again
	// on disk; the system's folder of temporary files by default.
	Spool string

	// Returned, if set, is called for each return of an entry of ours, by its
	// code, once it is in the log.
	Returned func(code string)

	// Largest is how many bytes a file may have, 1 GiB by default.
	Largest int64

	// Every is how often Run looks for files that are not applied completely, a
	// minute by default. Files that were accepted are applied at once.
	Every time.Duration
}

// Intake takes in files from the bank. It is safe for concurrent use: files are
// read concurrently and applied one after another.
type Intake struct {
	Config
	bankFiles    bankFiles
	receivers    receivers
	recording    contextMutex // held while an arrival is recorded
	applying     contextMutex
	wake         chan struct{}
	inbox        *inbox
	chunkEntries int
	// fault is nil except in tests, where it runs before and after each step
	// with a durable effect, and can stop it.
	fault func(step string)
}

// New checks the configuration.
func New(c Config) (*Intake, error) {
	if c.Ledger == nil || c.Views == nil || c.Kept == nil {
		return nil, errors.New("an intake needs a ledger, views and a place to keep files")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Largest <= 0 {
		c.Largest = largest
	}
	if c.Every <= 0 {
		c.Every = time.Minute
	}
	t := &Intake{Config: c, recording: make(contextMutex, 1), applying: make(contextMutex, 1), wake: make(chan struct{}, 1), chunkEntries: defaultChunk}
	t.receivers.ledger, t.receivers.views, t.receivers.log = c.Ledger, c.Views, c.Log
	t.bankFiles = bankFiles{keys: c.Ledger.Keys, kept: c.Kept}
	if c.Inbox.Dir != "" {
		var err error
		if t.inbox, err = openInbox(c.Inbox, t); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// contextMutex is a mutex whose wait ends with a context.
type contextMutex chan struct{}

// take locks the mutex. Call give to release it. The error is the context's.
func (t contextMutex) take(ctx context.Context) (give func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wakeRun makes Run apply unfinished files now.
func (t *Intake) wakeRun() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// at marks a step with a durable effect, for tests.
func (t *Intake) at(step string) {
	if t.fault != nil {
		t.fault(step)
	}
}

// stream is the stream of a file from the bank, for ledger.Execute.
func (t *Intake) stream(step, id string) ledger.Stream[domain.Inbound] {
	return ledger.InboundStream(id).Through(t.through(step))
}

// through returns write with a step, for ledger.Execute.
func (t *Intake) through(step string) func(context.Context, ...ledger.Change) error {
	return func(ctx context.Context, changes ...ledger.Change) error { return t.write(ctx, step, changes...) }
}

// write appends changes, between two steps at which a test can stop.
func (t *Intake) write(ctx context.Context, step string, changes ...ledger.Change) error {
	t.at("before " + step)
	if _, err := t.Ledger.Write(ctx, changes...); err != nil {
		return err
	}
	t.countReturns(changes)
	t.at("after " + step)
	return nil
}

func (t *Intake) countReturns(changes []ledger.Change) {
	if t.Returned == nil {
		return
	}
	for _, c := range changes {
		for _, e := range c.Events {
			if e, ok := e.(*domain.TransactionReturned); ok {
				t.Returned(e.Entry.Return.Code)
			}
		}
	}
}
