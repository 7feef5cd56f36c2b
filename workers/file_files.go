package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/achledger/achledger/domain"
	rules "github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// DeliverySwitch says whether files of an ODFI, by its nine-digit routing
// number, may be cut and delivered. It is off in a restored folder, where
// nobody knows yet what had left since its backup.
type DeliverySwitch interface {
	Allowed(odfi string) (ok bool, reason string)
	// SwitchedOff reports whether only a person can switch an ODFI on again. A
	// pause, in which nothing is allowed either, ends by itself.
	SwitchedOff(odfi string) bool
	// While runs do, which writes an event that lets files of an ODFI leave, or
	// returns a *DeliveryOffError if they may not. Switching delivery off waits
	// until do has returned.
	While(ctx context.Context, odfi string, do func(context.Context) error) error
}

// AlwaysOn is the switch of a folder that delivers.
type AlwaysOn struct{}

// Allowed implements DeliverySwitch.
func (AlwaysOn) Allowed(string) (ok bool, reason string) { return true, "" }

// SwitchedOff implements DeliverySwitch.
func (AlwaysOn) SwitchedOff(string) bool { return false }

// While implements DeliverySwitch.
func (AlwaysOn) While(ctx context.Context, _ string, do func(context.Context) error) error {
	return do(ctx)
}

// FilesConfig is what Files needs.
type FilesConfig struct {
	Ledger *ledger.Ledger
	Kept   eventstore.Kept // sealed copies in out/, inputs of clients in in/
	Switch DeliverySwitch
	Log    *slog.Logger
	Guard  FileGuard // judges files that clients made; nil where nothing is delivered
	Limits Limits    // those of DefaultLimits where zero
	// TotalsDiffer, if set, is called once for each acknowledgement whose
	// totals differ from those of its file.
	TotalsDiffer func()
}

// FileGuard judges a cut file that its client made, before it is rendered.
// Package guard implements it.
type FileGuard interface {
	// File returns why the file may not leave, or nil if it may.
	File(ctx context.Context, file domain.File) (*rules.Verdict, error)
}

// Files cuts files into the log, renders them from it and keeps a sealed copy
// of each. Batcher, Uploads and Delivery share one; it is safe for concurrent
// use.
type Files struct {
	FilesConfig
	numbers numbers
	busy    locks // by file id
	// fault is nil outside tests. A test sets it to be called before and after
	// each step with a lasting effect; its error stops the step.
	fault func(step string) error
}

// NewFiles checks the configuration.
func NewFiles(c FilesConfig) (*Files, error) {
	if c.Ledger == nil || c.Kept == nil {
		return nil, errors.New("files need a ledger and a place to be kept")
	}
	if c.Switch == nil {
		c.Switch = AlwaysOn{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Limits = c.Limits.orDefaults()
	return &Files{FilesConfig: c, numbers: numbers{ledger: c.Ledger, odfis: map[string]*traces{}, origins: map[string]*modifiers{}}}, nil
}

// Folders of kept files.
const (
	outFolder = "out"
	inFolder  = "in"
)

// at marks a step with a lasting effect, for tests.
func (f *Files) at(step string) error {
	if f.fault == nil {
		return nil
	}
	return f.fault(step)
}

// write appends changes.
func (f *Files) write(ctx context.Context, step string, changes ...ledger.Change) (eventstore.Result, error) {
	return f.writing(step, func() (eventstore.Result, error) { return f.Ledger.Write(ctx, changes...) })
}

// writing makes an append; a test may stop before and after it.
func (f *Files) writing(step string, write func() (eventstore.Result, error)) (r eventstore.Result, err error) {
	if err := f.at("before " + step); err != nil {
		return r, err
	}
	if r, err = write(); err != nil {
		return r, err
	}
	return r, f.at("after " + step)
}

// through is write for ledger.Execute.
func (f *Files) through(step string) func(context.Context, ...ledger.Change) error {
	return func(ctx context.Context, changes ...ledger.Change) error {
		_, err := f.write(ctx, step, changes...)
		return err
	}
}

// record executes a command on a file as it was read. If another writer was
// first, nothing is written and the version error is returned: the effect of
// the step concerns the file that was read.
func (f *Files) record(ctx context.Context, step string, file domain.File, command fileCommand) error {
	events, err := command.Decide(file)
	if err != nil {
		return err
	}
	_, err = f.write(ctx, step, ledger.Change{
		Stream: domain.FileStream(file.ID), Client: file.Opened.Client, Expect: file.Version, Events: events,
	})
	return err
}

// letGo is record for an event that lets a file leave.
func (f *Files) letGo(ctx context.Context, step string, file domain.File, command fileCommand) error {
	return f.Switch.While(ctx, file.Opened.ODFI, func(ctx context.Context) error {
		return f.record(ctx, step, file, command)
	})
}

// DeliveryOffError refuses a file because delivery is off for its ODFI.
type DeliveryOffError struct{ ODFI, Reason string }

func (e *DeliveryOffError) Error() string {
	return fmt.Sprintf("delivery is off for ODFI %s: %s", e.ODFI, e.Reason)
}
