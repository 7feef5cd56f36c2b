package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// docs/walk.md links names of the code to files. Each name must be declared in the
// file that it is linked to.
func TestTheWalkLeadsThroughTheCodeAsItIs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "walk.md"))
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile("\\[`(\\w+)`\\]\\(\\.\\./([^)]+\\.go)\\)").FindAllStringSubmatch(string(page), -1)
	for _, link := range links {
		name, file := link[1], link[2]
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		if !declares(f, name) {
			t.Errorf("%s has no %s", file, name)
		}
	}
	stations := regexp.MustCompile(`(?m)^\d+\. `).FindAllString(string(page), -1)
	if len(stations) < 20 || len(stations) > 40 || len(links) < len(stations) {
		t.Errorf("%d stations with %d links; want at most 40, each a link", len(stations), len(links))
	}
}

func declares(f *ast.File, name string) bool {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok && s.Name.Name == name {
					return true
				}
			}
		}
	}
	return false
}
