package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// Subject is what is checked.
type Subject struct {
	Ledger *ledger.Ledger
	Store  Store

	Log       string // where the log is, shown to people
	Kept      eventstore.Kept
	Outbox    string
	ViewsFile string
	Rebuild   string // the command that rebuilds the views

	Views func(context.Context) (*projections.Views, error)
	// Stream compares the broker's stream with the log; ErrNoServer when no
	// server runs.
	Stream func(context.Context) (relay.Comparison, error)

	files workers.Verified // findings of the files check, for the checks after it
}

// Store is a log that can be read from end to end.
type Store interface {
	eventstore.Store
	Verify(ctx context.Context, progress func(done, total int64)) (eventstore.Report, error)
}

// ErrNoServer says that no server runs, and so no broker.
var ErrNoServer = errors.New("no server runs")

// Progress reports how far a check has come.
type Progress func(done, total int64)

// Finding is the result of a check.
type Finding struct {
	Says     string   // one line of text
	Problems []string // any of them makes the command exit with status 1
	Notes    []string // information; nothing is wrong
	Skipped  bool     // the check could not run; Says gives the reason
}

// check is one line of the report.
type check struct {
	name string
	run  func(context.Context, *Subject, Progress) (Finding, error)
	// follows says that it uses what the check before it found. Any other check
	// runs beside those before it.
	follows bool
}

// checks are printed in this order because a problem in one explains problems
// in those after it.
var checks = []check{
	{name: "log", run: chain},
	{name: "stream", run: stream},
	{name: "files", run: files},
	{name: "outbox", run: outbox, follows: true},
	{name: "totals", run: totals, follows: true},
	{name: "views", run: views},
}

// most problems of one check are printed; the rest are counted.
const most = 20

// Report runs the checks, several at a time, and prints a line for each. ok is
// false if any has problems. begin is called for each check when those before
// it are printed; it returns what receives the check's progress from then on,
// and what to call after it.
func (s Subject) Report(ctx context.Context, out io.Writer, begin func(name string) (Progress, func())) (ok bool, err error) {
	return s.report(ctx, checks, out, begin)
}

func (s *Subject) report(ctx context.Context, checks []check, out io.Writer, begin func(name string) (Progress, func())) (ok bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	started := s.start(ctx, checks)
	defer func() { // also after an error: the views have a file to remove
		cancel()
		for _, r := range started {
			<-r.ended
		}
	}()
	ok = true
	for _, r := range started {
		progress, done := begin(r.name)
		r.progress.Store(&progress)
		<-r.ended
		done()
		if r.err != nil {
			return false, fmt.Errorf("verify the %s: %w", r.name, r.err)
		}
		ok = ok && len(r.found.Problems) == 0
		print(out, r.name, r.found)
	}
	return ok, nil
}

func print(out io.Writer, name string, f Finding) {
	verdict := "ok"
	switch {
	case len(f.Problems) > 0:
		verdict = "FAIL"
	case f.Skipped:
		verdict = "--"
	}
	fmt.Fprintf(out, "%-5s %-7s %s\n", verdict, name, f.Says)
	for i, p := range f.Problems {
		if i == most {
			fmt.Fprintf(out, "              and %d more\n", len(f.Problems)-most)
			break
		}
		fmt.Fprintf(out, "              %s\n", strings.ReplaceAll(p, "\n", "\n              "))
	}
	for _, n := range f.Notes {
		fmt.Fprintf(out, "              (%s)\n", n)
	}
}
