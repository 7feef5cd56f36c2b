package main

import (
	_ "embed"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

//go:embed man.tmpl
var manText string

// manPage is the manual page, made from the help texts.
var manPage = template.Must(template.New("man").Funcs(template.FuncMap{
	"roff":  roff,
	"leafs": func(m *kong.Application) []*kong.Node { return m.Leaves(true) },
	"flag":  func(f *kong.Flag) string { return roff(strings.TrimPrefix(f.String(), "    ")) },
	"call":  func(n *kong.Node) string { return roff("achledger " + n.Summary()) },
}).Parse(manText))

// roff escapes what troff would interpret in a line of text.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}

type manCommand struct{}

// Run prints the manual page.
func (manCommand) Run(parsed *kong.Context, s streams) error {
	hide(parsed.Model.Node)
	return manPage.Execute(s.out, parsed.Model)
}
