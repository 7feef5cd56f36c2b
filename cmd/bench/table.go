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
	var text strings.Builder
	text.WriteString("| path | against | measured | budget | |\n|---|---|---|---|---|\n")
	for _, r := range t.rows {
		verdict := "ok"
		if !r.kept {
			verdict = "**over**"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", r.path, r.against, r.measured, r.budget, verdict)
	}
	text.WriteString("\n")
	for _, r := range t.rows {
		if r.details != "" {
			fmt.Fprintf(&text, "* %s: %s\n", r.path, r.details)
		}
	}
	if len(t.more) > 0 {
		fmt.Fprintf(&text, "\n%s\n", strings.Join(t.more, "\n"))
	}
	_, err := io.WriteString(out, text.String())
	return err
}
