package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// words are words that once had several meanings. Each may have only one in a
// package.
var words = []string{
	"answer", "bank", "book", "books", "check", "delivery", "feed", "gate", "kind", "link", "place", "refuse",
	"hold", "holds", "lead", "leader", "leads", "rest", "room", "round", "standing", "story", "tail", "turn", "waiting", "watch",
}

// metaphors are words that no name contains, as the field has a plain word for what
// they meant here.
var metaphors = map[string]string{
	"crew": "workers", "desk": "intake", "door": "API, protocol or listener", "doors": "listeners", "elder": "oldest",
	"hire": "new", "parcel": "message", "patience": "timeout", "shut": "stop or close", "stranger": "unmatched or unknown",
	"strangers": "unmatched or unknown", "told": "reported, described or notified", "vouched": "confirmed", "vouches": "confirmed",
}

func TestNoNameIsAMetaphor(t *testing.T) {
	parts := regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)
	eachSource(t, func(file string, f *ast.File) {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".gen.go") {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			name, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			for _, part := range parts.FindAllString(name.Name, -1) {
				if plain, is := metaphors[strings.ToLower(part)]; is {
					t.Errorf("%s: %s is a metaphor: %s", file, name.Name, plain)
				}
			}
			return true
		})
	})
}

// A word of the list has one meaning in a package: everything declared by that
// name, in any letter case, is of one type or does one thing.
func TestNoWordHasTwoMeaningsInOnePackage(t *testing.T) {
	packages := map[string]*vocabulary{}
	eachSource(t, func(file string, f *ast.File) {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".gen.go") {
			return
		}
		folder := path.Dir(file)
		if packages[folder] == nil {
			packages[folder] = newVocabulary()
		}
		packages[folder].read(f)
	})
	for folder, v := range packages {
		for _, fault := range v.faults() {
			t.Errorf("%s: %s", folder, fault)
		}
	}
}

func TestTheVocabularyHearsASecondMeaning(t *testing.T) {
	for source, faults := range map[string]int{
		"type Delivery struct{}; type server struct{ delivery *workers.Delivery }":      0,
		"type Switch struct{ Delivery map[string]bool; delivery *workers.Delivery }":    1,
		"type Kind string; func (k Kind) Kind() Kind { return k }":                      0,
		"type Kind string; type row struct{ Kind ItemKind }":                            1,
		"func (p payment) bank() string { return p.to }; type link struct{ bank Bank }": 1,
		"func refuse(code string) error; func (f *fields) refuse(field string)":         0,
		"type item struct{}; type Item struct{}":                                        1,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; "+source, 0)
		if err != nil {
			t.Fatal(err)
		}
		v := newVocabulary()
		if v.read(f); len(v.faults()) != faults {
			t.Errorf("%s: %v, want %d", source, v.faults(), faults)
		}
	}
}

// vocabulary is what the words of a package mean.
type vocabulary struct {
	meanings map[string]map[string]bool // by word in small letters
	types    map[string]map[string]bool // spellings of type names, likewise
}

func newVocabulary() *vocabulary {
	return &vocabulary{meanings: map[string]map[string]bool{}, types: map[string]map[string]bool{}}
}

func (v *vocabulary) read(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			v.note(d.Name.Name, meaningOf(d))
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					v.note(s.Name.Name, s.Name.Name)
					add(v.types, s.Name.Name, s.Name.Name)
					ast.Inspect(s.Type, v.fields)
				}
			}
		}
	}
}

func (v *vocabulary) fields(n ast.Node) bool {
	if s, ok := n.(*ast.StructType); ok {
		for _, field := range s.Fields.List {
			for _, name := range field.Names {
				v.note(name.Name, bare(field.Type))
			}
		}
	}
	return true
}

func (v *vocabulary) note(name, meaning string) {
	if slices.Contains(words, strings.ToLower(name)) {
		add(v.meanings, name, meaning)
	}
}

func (v *vocabulary) faults() (list []string) {
	for word, meanings := range v.meanings {
		if len(meanings) > 1 {
			list = append(list, word+" means "+strings.Join(slices.Sorted(maps.Keys(meanings)), " and "))
		}
	}
	for _, spellings := range v.types {
		if len(spellings) > 1 {
			list = append(list, strings.Join(slices.Sorted(maps.Keys(spellings)), " and ")+" differ by a capital")
		}
	}
	return list
}

func add(to map[string]map[string]bool, name, what string) {
	key := strings.ToLower(name)
	if to[key] == nil {
		to[key] = map[string]bool{}
	}
	to[key][what] = true
}

// meaningOf returns the meaning of a function's name: the type of the same name, if
// the function takes or returns one; else its action, if it returns nothing or is
// named by a verb; else the type it returns.
func meaningOf(d *ast.FuncDecl) string {
	var named []string
	for _, list := range []*ast.FieldList{d.Type.Params, d.Type.Results} {
		if list == nil {
			continue
		}
		for _, field := range list.List {
			named = append(named, bare(field.Type))
		}
	}
	if i := slices.IndexFunc(named, func(n string) bool { return strings.EqualFold(n, d.Name.Name) }); i >= 0 {
		return named[i]
	}
	if d.Type.Results == nil || len(d.Type.Results.List) == 0 || isVerb(d.Name.Name) {
		return "to " + strings.ToLower(d.Name.Name)
	}
	return bare(d.Type.Results.List[0].Type)
}

// isVerb reports whether functions of that name are named by what they do, even if
// they return a value.
func isVerb(name string) bool {
	return slices.Contains([]string{"check", "refuse"}, strings.ToLower(name))
}

// bare is the name of a type without its package, pointer, slice or map.
func bare(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return bare(e.X)
	case *ast.ArrayType:
		return bare(e.Elt)
	case *ast.MapType:
		return bare(e.Value)
	case *ast.SelectorExpr:
		return e.Sel.Name
	default:
		return types.ExprString(e)
	}
}
