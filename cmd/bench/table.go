package main

import (
	"fmt"
	"io"
	"strings"
)

// table is the output, a copy of which is in docs/performance.md.
type table struct {
	rows []row
	more []string // further lines, printed below the table
}

// row is one measurement with its reference.
type row struct {
	path, against string
	measured      string // the ratio, in words
	budget        string
	kept          bool // within the budget
	details       string
}

func (t *table) add(r row) { t.rows = append(t.rows, r) }

// print writes Markdown, which is also readable on a terminal.
func (t *table) print(out io.Writer) error {
	_, err := fmt.Fprintf(out, "| path | against | measured | budget | |\n|---|---|---|---|---|\n")
	for _, r := range t.rows {
		verdict := "ok"
		if !r.kept {
			verdict = "**over**"
		}
		if err == nil {
			_, err = fmt.Fprintf(out, "| %s | %s | %s | %s | %s |\n", r.path, r.against, r.measured, r.budget, verdict)
		}
	}
	if err == nil {
		_, err = fmt.Fprintln(out)
	}
	for _, r := range t.rows {
		if err == nil && r.details != "" {
			_, err = fmt.Fprintf(out, "* %s: %s\n", r.path, r.details)
		}
	}
	if err == nil && len(t.more) > 0 {
		_, err = fmt.Fprintf(out, "\n%s\n", strings.Join(t.more, "\n"))
	}
	return err
}
