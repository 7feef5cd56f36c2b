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

// Views is what the intake asks the views.
type Views interface {
	// CatchUp returns when the views have come as far as the log was.
	CatchUp(ctx context.Context) error
	// Places finds where entries were put, by their ids.
	Places(ctx context.Context, entries []string) (map[string]projections.EntryPlace, error)
	// OffsetsUnder finds the offsets that left under trace numbers.
	OffsetsUnder(ctx context.Context, traces []string) (map[string][]projections.FiledOffset, error)
	// FiledUnder finds the items that left under trace numbers.
	FiledUnder(ctx context.Context, traces []string) (map[string][]projections.FiledItem, error)
	// InboundByKey finds the files that came under a header key.
	InboundByKey(ctx context.Context, key string) ([]projections.Inbound, error)
	// UnfinishedInbound are the files that are not applied to their end.
	UnfinishedInbound(ctx context.Context) ([]projections.Inbound, error)
	// Receivers lists clients and banks; SettingsChanged says when one of
	// them was changed last.
	Receivers(ctx context.Context) (projections.Receivers, error)
	SettingsChanged(ctx context.Context) (int64, error)
	// FileHeaded finds the file of ours that an acknowledgement is about.
	FileHeaded(ctx context.Context, headerName string) (projections.File, bool, error)
}

// Config is what an Intake needs.
type Config struct {
	Ledger *ledger.Ledger
	Views  Views
	Kept   eventstore.Kept // the bank's files are in its folder in
	Inbox  Watch           // where the bank, or a person, puts files; none without Dir
	Log    *slog.Logger

	// Acknowledge applies the acknowledgements in the inbox; without it they
	// go into quarantine as files that cannot be read.
	Acknowledge Acknowledge

	// Spool is the folder in which encrypted files are decrypted, sealed; the
	// system's if left out.
	Spool string

	// Returned, if set, is called for each return of an entry of ours, by its
	// code, once it is in the log.
	Returned func(code string)

	// Largest is how many bytes a file may have, 1 GiB by default.
	Largest int64

	// Every is how often Run looks for files that are not applied to their
	// end, a minute by default. What is accepted is applied at once.
	Every time.Duration
}

// Intake takes in files of the bank. It is safe for concurrent use: files are
// read as they come and applied one after the other.
type Intake struct {
	Config
	bankFiles    bankFiles
	receivers    receivers
	recording    turn // of those who write that a file came
	applying     turn
	wake         chan struct{}
	inbox        *inbox
	chunkEntries int
	// fault is nil outside tests; there it runs before and after each step
	// that leaves something behind, and stops it.
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
	t := &Intake{Config: c, recording: make(turn, 1), applying: make(turn, 1), wake: make(chan struct{}, 1), chunkEntries: defaultChunk}
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

// turn is held by one at a time.
type turn chan struct{}

// take waits for the turn; the error is the context's.
func (t turn) take(ctx context.Context) (give func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wakeRun lets Run apply what is unfinished.
func (t *Intake) wakeRun() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// at passes a step that leaves something behind.
func (t *Intake) at(step string) {
	if t.fault != nil {
		t.fault(step)
	}
}

// stream is that of a file of the bank, for ledger.Execute.
func (t *Intake) stream(step, id string) ledger.Stream[domain.Inbound] {
	return ledger.InboundStream(id).Through(t.through(step))
}

// through is write for ledger.Execute.
func (t *Intake) through(step string) func(context.Context, ...ledger.Change) error {
	return func(ctx context.Context, changes ...ledger.Change) error { return t.write(ctx, step, changes...) }
}

// write appends changes, between two steps that a test may stop at.
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
