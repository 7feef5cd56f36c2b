package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// plainTexts are the texts of help without variables. Kong does not get to see
// them while it makes a parser: it runs a regular expression over each, which
// takes longer than everything else that a short command does.
type plainTexts map[*string]string

// take takes the texts out of the model of a parser.
func (p plainTexts) take(k *kong.Kong) error {
	return kong.Visit(k.Model.Node, func(part kong.Visitable, next kong.Next) error {
		switch part := part.(type) {
		case *kong.Node:
			p.add(&part.Help)
		case *kong.Flag:
			p.add(&part.PlaceHolder)
		case *kong.Value:
			p.add(&part.Help)
		}
		return next(nil)
	})
}

func (p plainTexts) add(text *string) {
	if *text != "" && !strings.Contains(*text, "$") {
		p[text], *text = *text, ""
	}
}

// putBack puts them where they were.
func (p plainTexts) putBack() {
	for at, text := range p {
		*at = text
	}
}
