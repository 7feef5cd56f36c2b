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
}

// checks are in this order because a problem in one explains problems in those
// after it.
var checks = []check{
	{"log", chain},
	{"stream", stream},
	{"files", files},
	{"outbox", outbox},
	{"totals", totals},
	{"views", views},
}

// most problems of one check are printed; the rest are counted.
const most = 20

// Report runs every check and prints a line for each. ok is false if any has
// problems. begin is called before each check; it returns what receives the
// check's progress, and what to call after it.
func (s Subject) Report(ctx context.Context, out io.Writer, begin func(name string) (Progress, func())) (ok bool, err error) {
	ok = true
	for _, c := range checks {
		progress, done := begin(c.name)
		found, err := c.run(ctx, &s, progress)
		done()
		if err != nil {
			return false, fmt.Errorf("verify the %s: %w", c.name, err)
		}
		ok = ok && len(found.Problems) == 0
		print(out, c.name, found)
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
