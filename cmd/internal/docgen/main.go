// Command docgen writes docs/events.md and docs/schemas/ from the events of
// package domain, the Go client and the Postman collection from the OpenAPI
// document: go generate ./cmd/internal/docgen.
package main

//go:generate go run .

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root, err := repository()
	if err == nil {
		err = run(root)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

// run writes every document and removes schemas of events that no longer exist.
func run(root string) error {
	documents, err := generate(root)
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(root, schemas, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range old {
		name, _ := filepath.Rel(root, path)
		if _, ok := documents[name]; !ok {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, content := range documents {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// repository is the nearest folder above the current one with a go.mod.
func repository() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the current folder: run it inside the repository")
		}
		dir = parent
	}
	return "", err
}
