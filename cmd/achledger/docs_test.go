package main

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedTests matches tests that a page names, with a script's name after the slash.
var namedTests = regexp.MustCompile("`(Test[A-Z][A-Za-z0-9]*)(?:/([a-z-]+))?`")

// The pages name the test of each promise. A renamed or deleted test must be
// noticed.
func TestEveryTestThatThePagesNameExists(t *testing.T) {
	tests := map[string]bool{}
	eachSource(t, func(file string, f *ast.File) {
		if !strings.HasSuffix(file, "_test.go") {
			return
		}
		for _, d := range f.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				tests[f.Name.Name] = true
			}
		}
	})
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range namedTests.FindAllStringSubmatch(string(text), -1) {
			found++
			if !tests[m[1]] {
				t.Errorf("%s names %s, which is nowhere", filepath.Base(page), m[1])
			}
			if _, err := os.Stat(filepath.Join("testdata", m[2]+".txtar")); m[2] != "" && err != nil {
				t.Errorf("%s names the story %s: %v", filepath.Base(page), m[2], err)
			}
		}
	}
	if found == 0 {
		t.Error("no page names a test: is it still written like this?")
	}
}
