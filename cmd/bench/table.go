package main

import (
	"fmt"
	"io"
	"strings"
)

// table is what is printed, and kept in docs/performance.md.
type table struct {
	rows []row
	more []string // lines of other tables, below it
}

// row is one path beside what it is measured against.
type row struct {
	path, against string
	measured      string // the ratio, in words
	budget        string
	kept          bool // within the budget
	details       string
}

func (t *table) add(r row) { t.rows = append(t.rows, r) }

// print writes Markdown, which reads well on a terminal too.
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
