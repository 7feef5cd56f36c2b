package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestWhatIsGeneratedIsUpToDate(t *testing.T) {
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	documents, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range documents {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date (%v): run go generate ./cmd/internal/docgen and commit what it wrote", name, err)
		}
	}
	there, err := filepath.Glob(filepath.Join(root, schemas, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if name, _ := filepath.Rel(root, path); documents[name] == nil {
			t.Errorf("%s describes no event: run go generate ./cmd/internal/docgen", name)
		}
	}
}

func TestAnEventIsDescribedWithoutItsGoName(t *testing.T) {
	got := sentence("FileCut", "FileCut completes a file.")
	if want := "Completes a file."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
