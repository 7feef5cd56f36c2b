package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/projections"
)

type filesCommand struct {
	List filesListCommand `cmd:"" default:"withargs" help:"List NACHA files, newest first."`
	Show filesShowCommand `cmd:"" help:"Show one file: its history, batches and entries."`
	Cat  filesCatCommand  `cmd:"" help:"Print a file's records, account numbers masked."`
}

func (filesCommand) Help() string {
	return `These work beside a running server. A file is named by its id or by its name in
the outbox.`
}

type filesListCommand struct {
	placeFlags
	Unknown unknownCommand `arg:"" optional:"" hidden:""`
	Client  string         `help:"Only files of this client." placeholder:"ID"`
	State   []string       `help:"Only files in these states: ${enum}." enum:"cut,rendered,delivering,delivered,delivery_unknown,acknowledged,refused,released,held,rejected" placeholder:"STATE"`
	Limit   int            `short:"n" help:"At most this many; 0 means all." default:"50"`
	JSON    bool           `name:"json" help:"One JSON object per line, for programs."`
}

// Validate refuses an unknown command, and a number of files below zero.
func (c filesListCommand) Validate() error {
	if c.Limit < 0 {
		return fmt.Errorf("--limit=%d is below zero; 0 means all", c.Limit)
	}
	return c.Unknown.refused("files", "list, show and cat")
}

// Run lists files.
func (c filesListCommand) Run(ctx context.Context, s streams) error {
	states := make([]domain.FileState, len(c.State))
	for i, state := range c.State {
		states[i] = domain.FileState(state)
	}
	return withViews(ctx, c.placeFlags, func(_ *node.Reader, v *projections.Views) error {
		files, _, err := v.Files(ctx, projections.FileFilter{Client: c.Client, States: states, Limit: c.Limit})
		if err != nil {
			return err
		}
		if len(files) == 0 && !c.JSON {
			fmt.Fprintln(s.out, "No file yet.")
		}
		for _, f := range files {
			if c.JSON {
				if err := json.NewEncoder(s.out).Encode(fileJSON(f)); err != nil {
					return err
				}
				continue
			}
			listFile(s.out, f)
		}
		return nil
	})
}

func listFile(out io.Writer, f projections.File) {
	fmt.Fprintf(out, "%-16s %s\n  %s  client %s, ODFI %s, %s, %s debits, %s credits\n", f.State, named(f), f.ID,
		f.Client, f.ODFI, text.Count(int(f.Totals.Entries), "entry", "entries"), text.Money(f.Totals.DebitCents), text.Money(f.Totals.CreditCents))
	if f.Note != "" {
		fmt.Fprintf(out, "  %s\n", f.Note)
	}
}

func named(f projections.File) string {
	if f.Name == "" {
		return "(not complete yet)"
	}
	return f.Name
}

func fileJSON(f projections.File) map[string]any {
	return map[string]any{
		"id": f.ID, "client": f.Client, "odfi": f.ODFI, "name": f.Name, "state": f.State, "why": f.Why, "method": f.Method,
		"created_at": f.CreatedAt, "send_by": f.SendBy, "batches": f.Totals.Batches, "entries": f.Totals.Entries,
		"debit_cents": f.Totals.DebitCents, "credit_cents": f.Totals.CreditCents, "sha256": fmt.Sprintf("%x", f.SHA256), "note": f.Note,
	}
}

// withViews runs f on a ledger open for reading.
func withViews(ctx context.Context, p placeFlags, f func(*node.Reader, *projections.Views) error) error {
	reader, err := p.reader(ctx, "")
	if err != nil {
		return err
	}
	defer reader.Close()
	views, err := reader.Views(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(reader, views), views.Close())
}

// findFile finds a file by its id or by its name.
func findFile(ctx context.Context, v *projections.Views, name string) (projections.File, error) {
	f, ok, err := v.FindFile(ctx, name)
	if ok || err != nil {
		return f, err
	}
	files, _, err := v.Files(ctx, projections.FileFilter{})
	if err != nil {
		return f, err
	}
	for _, f := range files {
		if f.Name == name || strings.HasSuffix(name, "/"+f.Name) {
			return f, nil
		}
	}
	return f, fmt.Errorf("there is no file %q; try: achledger files", name)
}
