package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// readComments collects the comments on types and fields of package domain and
// its subpackages, by "<package path>.<Type>" and "<package
// path>.<Type>.<Field>". A field's comment may precede or follow it.
func readComments(root string) (map[string]string, error) {
	comments := map[string]string{}
	tree := os.DirFS(root)
	err := fs.WalkDir(tree, "domain", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok {
				collect(comments, path.Join(module, path.Dir(name)), d)
			}
			return true
		})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the comments of package domain: %w", err)
	}
	return comments, nil
}

func collect(comments map[string]string, pkg string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		name := pkg + "." + t.Name.Name
		comments[name] = text(t.Doc, d.Doc)
		s, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range s.Fields.List {
			for _, n := range field.Names {
				comments[name+"."+n.Name] = text(field.Doc, field.Comment)
			}
		}
	}
}

// text is the first existing comment, on one line.
func text(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if g != nil {
			return strings.Join(strings.Fields(g.Text()), " ")
		}
	}
	return ""
}
