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

// Subject is what is verified.
type Subject struct {
	Ledger *ledger.Ledger
	Store  Store

	Log       string // where the log is, for people
	Kept      eventstore.Kept
	Outbox    string
	ViewsFile string
	Rebuild   string // the command that rebuilds the views

	Views func(context.Context) (*projections.Views, error)
	// Stream compares the broker's stream with the log; ErrNoServer when no
	// server runs.
	Stream func(context.Context) (relay.Comparison, error)

	files workers.Verified // what the check of files found, for those behind it
}

// Store is a log that can be read from end to end.
type Store interface {
	eventstore.Store
	Verify(ctx context.Context, progress func(done, total int64)) (eventstore.Report, error)
}

// ErrNoServer says that no server runs, and so no broker.
var ErrNoServer = errors.New("no server runs")

// Progress tells how far a check has come.
type Progress func(done, total int64)

// Finding is what a check has to say.
type Finding struct {
	Says     string   // one line, in words
	Problems []string // each a reason to end with 1
	Notes    []string // worth knowing, nothing wrong
	Skipped  bool     // it could not be made here; Says tells why
}

// check is one line of the report.
type check struct {
	name string
	run  func(context.Context, *Subject, Progress) (Finding, error)
}

// checks in the order in which a problem in one explains those behind it.
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

// Report makes every check and prints a line for each. ok is false when
// anything is wrong. begin is called before each check and returns where it
// tells how far it is.
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
