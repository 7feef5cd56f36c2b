package main

import (
	"go/ast"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/achledger/achledger/domain"
)

// pages are the texts for people, by path from the top of the repository.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md"} {
		paths, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d pages, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimPrefix(path, "../../")] = string(text)
		}
	}
	return all
}

var (
	codeBlock = regexp.MustCompile("(?s)\n```.*?\n```")
	pageLink  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	pageTitle = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noAnchor  = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// anchors are the fragments that lead to the titles of a page, as GitHub makes them.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, title := range pageTitle.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
		all[strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(title[1]), ""), " ", "-")] = true
	}
	return all
}

func TestEveryLinkOfThePagesLeadsSomewhere(t *testing.T) {
	all, titles, found := pages(t), map[string]map[string]bool{}, 0
	for page, text := range all {
		titles[page] = anchors(text)
	}
	for page, text := range all {
		for _, link := range pageLink.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			found++
			path, anchor, _ := strings.Cut(link[1], "#")
			to := page
			if path != "" {
				to = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(filepath.Join("../..", to)); err != nil {
				t.Errorf("%s leads to %s: %v", page, link[1], err)
			} else if anchor != "" && !titles[to][anchor] {
				t.Errorf("%s leads to %s, and %s has no such title", page, link[1], to)
			}
		}
	}
	if found < 50 {
		t.Errorf("the pages have %d links: are they still written like this?", found)
	}
}

// foreign are flags that pages name and that belong to other programs.
var foreign = map[string]string{
	"retry": "curl", "retry-delay": "curl", "retry-connrefused": "curl", "now": "systemctl", "export": "gpg", "export-secret-keys": "gpg",
	"user": "nats", "password": "nats", "inbox-prefix": "nats", "count": "nats", "size": "bench", "only": "bench", "everything": "bench",
}

// readByTests are variables that only tests read.
var readByTests = regexp.MustCompile(`^ACHLEDGER_(SEED|WALK_KEEP|PICTURES|SIZE)$`)

// The states are in a tag, which cannot name them as code does.
func TestFilesAreListedByTheStatesOfVisibleFiles(t *testing.T) {
	field, _ := reflect.TypeFor[filesListCommand]().FieldByName("State")
	visible := []domain.FileState{
		domain.FileIsCut, domain.FileIsRendered, domain.FileIsDelivering, domain.FileIsDelivered, domain.DeliveryUnknown,
		domain.FileIsAcked, domain.FileIsRefused, domain.FileIsReleased, domain.FileIsHeld, domain.FileIsRejected,
	}
	var names []string
	for _, s := range visible {
		names = append(names, string(s))
	}
	if got, want := field.Tag.Get("enum"), strings.Join(names, ","); got != want {
		t.Errorf("files list takes the states %s, want %s", got, want)
	}
}

// A renamed flag or variable must not stay on the pages, or in what a package
// installs.
func TestEveryFlagAndVariableOfThePagesExists(t *testing.T) {
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	flags, variables := map[string]bool{"help": true}, map[string]bool{}
	for _, command := range parser.Model.Leaves(false) {
		for _, group := range command.AllFlags(false) {
			for _, f := range group {
				flags[f.Name] = true
				for _, name := range f.Envs {
					variables[name] = true
				}
			}
		}
	}
	texts := pages(t)
	for _, path := range []string{"deploy/package/achledger.env", "deploy/package/achledger.service", "deploy/Dockerfile", "deploy/compose.yaml"} {
		text, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	for page, text := range texts {
		for _, name := range regexp.MustCompile(`ACHLEDGER_[A-Z_]*[A-Z]`).FindAllString(text, -1) {
			if !variables[name] && !readByTests.MatchString(name) {
				t.Errorf("%s names the variable %s, which nothing reads", page, name)
			}
		}
		if !strings.HasSuffix(page, ".md") {
			continue
		}
		for _, m := range regexp.MustCompile(`(?:^|[^-\w])--([a-z][a-z-]*[a-z])`).FindAllStringSubmatch(text, -1) {
			if !flags[m[1]] && foreign[m[1]] == "" {
				t.Errorf("%s names the flag --%s, which no command has", page, m[1])
			}
		}
	}
}

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
