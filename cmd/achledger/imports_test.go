package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/achledger/achledger"

// inward says what each folder may import of ours. Imports point inward:
// the longest prefix of a folder counts.
var inward = map[string][]string{
	"cmd":             {"cmd", "http", "workers", "projections", "eventstore", "domain"},
	"http":            {"http", "projections", "eventstore", "domain"},
	"workers":         {"workers", "projections", "eventstore", "domain"},
	"projections":     {"projections", "eventstore", "domain"},
	"eventstore":      {"eventstore", "domain"},
	"http/client":     {}, // programs that use it must not link the server
	"domain":          {"domain"},
	"domain/nacha":    {"domain/nacha"},
	"domain/calendar": {"domain/calendar"},
}

// surfaces are the packages of http: each knows the kit and no other surface.
var surfaces = []string{"connect", "console", "files", "links", "ops", "pro", "sandbox", "vault", "webhooks"}

func init() {
	inner := []string{"http/api", "projections", "eventstore", "domain"}
	inward["http/api"] = inner
	for _, s := range surfaces {
		inward["http/"+s] = inner
	}
}

// homes says which folders may import a library; others may not.
var homes = map[string][]string{
	"github.com/labstack/echo":          {"http", "cmd/bench"}, // bench measures against it
	"github.com/ThreeDotsLabs":          {"workers"},
	"github.com/mattn/go-sqlite3":       {"eventstore/sqlite", "projections", "cmd/bench"}, // bench measures against it
	"database/sql":                      {"eventstore/sqlite", "projections", "cmd/bench"},
	"github.com/jackc/pgx":              {"eventstore/postgres", "cmd/cluster"}, // cluster checks the log with no code of ours
	"github.com/nats-io/nats.go":        {"eventstore/relay", "workers", "cmd"},
	"github.com/nats-io/nats-server":    {"cmd"},
	"github.com/moov-io/ach":            {"domain/nacha", "cmd/bench"},
	"github.com/rickar/cal":             {"domain/calendar"},
	"github.com/tink-crypto":            {"eventstore/seal"},
	"github.com/segmentio/encoding":     {"eventstore/ledger"},
	"github.com/alecthomas/kong":        {"cmd"},
	"github.com/pkg/sftp":               {"workers"},
	"github.com/ProtonMail":             {"workers/pgp"},
	"github.com/pquerna/otp":            {"eventstore/people"},
	"github.com/standard-webhooks":      {"workers/webhooks"},
	"github.com/coreos/go-oidc":         {"eventstore/people/openid"},
	"golang.org/x/oauth2":               {"eventstore/people/openid"},
	"github.com/prometheus":             {"cmd", "http"},
	"github.com/schollz/progressbar/v3": {"cmd"},
}

// inTests may be imported by any test: a real broker, the library that reads our
// files for comparison, an authenticator, and the verifier of webhook messages.
var inTests = []string{"github.com/nats-io", "github.com/moov-io/ach", "github.com/pquerna/otp", "github.com/standard-webhooks"}

// pureLibraries are the only libraries that package domain and those below it may
// import.
var pureLibraries = map[string][]string{
	"domain/nacha":    {"github.com/moov-io"},
	"domain/calendar": {"github.com/rickar/cal"},
	"domain/text":     {"github.com/mozillazg/go-unidecode"},
}

func TestImportsPointInward(t *testing.T) {
	eachSource(t, func(file string, f *ast.File) {
		folder := path.Dir(file)
		test := strings.HasSuffix(file, "_test.go")
		for _, spec := range f.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if why := refuse(folder, imported, test); why != "" {
				t.Errorf("%s imports %s: %s", file, imported, why)
			}
		}
	})
}

// refuse returns why a folder must not import a package, or "".
func refuse(folder, imported string, test bool) string {
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		if allowed := inward[longest(folder, inward)]; !below(ours, allowed) && !test {
			return "only " + strings.Join(allowed, ", ") + " may be imported there"
		}
		return ""
	}
	if test && below(imported, inTests) {
		return ""
	}
	if home := longest(imported, homes); home != "" && !below(folder, homes[home]) {
		return "it belongs to " + strings.Join(homes[home], ", ")
	}
	if below(folder, []string{"domain"}) && !test && strings.Contains(imported, ".") && !below(imported, pureLibraries[longest(folder, pureLibraries)]) {
		return "domain needs the standard library alone"
	}
	return ""
}

// below reports whether a path is one of the folders or lies in one.
func below(p string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return p == f || strings.HasPrefix(p, f+"/") })
}

// longest returns the longest key that is a path or a folder above it, or "".
func longest(p string, m map[string][]string) string {
	best := ""
	for key := range maps.Keys(m) {
		if below(p, []string{key}) && len(key) > len(best) {
			best = key
		}
	}
	return best
}

func TestTheDomainKnowsNoClockAndNoRandomness(t *testing.T) {
	forbidden := map[string][]string{
		"time": {"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker"},
		"os":   nil, "net": nil, "net/http": nil, "math/rand": nil, "math/rand/v2": nil, "crypto/rand": nil,
	}
	eachSource(t, func(file string, f *ast.File) {
		if !strings.HasPrefix(file, "domain/") || strings.HasSuffix(file, "_test.go") {
			return
		}
		for _, spec := range f.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if names, ok := forbidden[imported]; ok && names == nil && !strings.HasPrefix(file, "domain/fed/") {
				t.Errorf("%s imports %s: the domain has no edges", file, imported)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && slices.Contains(forbidden[x.Name], s.Sel.Name) {
				t.Errorf("%s uses %s.%s: time arrives as an argument", file, x.Name, s.Sel.Name)
			}
			return true
		})
	})
}

// A package of http that is not in the list of surfaces could import all of them.
func TestEveryPackageOfHTTPIsTheKitOrASurfaceOrTheClient(t *testing.T) {
	eachSource(t, func(file string, _ *ast.File) {
		of, ok := strings.CutPrefix(path.Dir(file), "http/")
		if ok && of != "api" && of != "client" && !slices.Contains(surfaces, of) {
			t.Errorf("%s: %s is not among the surfaces", file, of)
		}
	})
}

func TestCodeLivesInSixFolders(t *testing.T) {
	six := []string{"cmd", "domain", "eventstore", "projections", "workers", "http"}
	eachSource(t, func(file string, _ *ast.File) {
		if !below(file, six) {
			t.Errorf("%s lies outside %s", file, strings.Join(six, ", "))
		}
	})
}

func TestTheRuleItselfRefuses(t *testing.T) {
	for _, c := range []struct{ folder, imported string }{
		{"http", module + "/workers"},
		{"workers", module + "/http"},
		{"domain", module + "/eventstore"},
		{"domain/nacha", module + "/domain"},
		{"projections", module + "/workers"},
		{"cmd/achledger", "github.com/labstack/echo/v4"},
		{"http", "github.com/mattn/go-sqlite3"},
		{"http/api", module + "/http/connect"},
		{"http/ops", module + "/http/sandbox"},
		{"eventstore", "github.com/nats-io/nats.go"},
		{"domain", "github.com/google/uuid"},
		{"workers", "github.com/moov-io/ach"},
	} {
		if refuse(c.folder, c.imported, false) == "" {
			t.Errorf("%s may import %s", c.folder, c.imported)
		}
	}
}

// eachSource visits the imports and code of every Go file of the repository.
func eachSource(t *testing.T, visit func(file string, f *ast.File)) {
	t.Helper()
	all, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		visit(s.name, s.code)
	}
}

// source is a Go file of the repository.
type source struct {
	name string // from the root
	code *ast.File
}

// sources parses them all, which takes two seconds with the race detector: once for
// the tests that read them.
var sources = sync.OnceValues(func() (all []source, err error) {
	root := filepath.Join("..", "..")
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || len(entry.Name()) > 1 && entry.Name()[0] == '.') {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		all = append(all, source{name, f})
		return err
	})
	return all, err
})
