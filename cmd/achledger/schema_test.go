package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/achledger/achledger/eventstore/sqlite"
)

// Whoever reads the log or the stream with the published schemas must be able
// to read what is really there.
func TestTheEventsOfADayFitTheirSchemas(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	if out, err := exec.Command("achledger", "demo", "--once", "--data", folder).CombinedOutput(); err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	store, err := sqlite.Open(folder, sqlite.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	events, err := store.ReadAll(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	seen := map[string]bool{}
	for _, e := range events {
		seen[e.Type] = true
		schema, err := compiler.Compile(filepath.Join("..", "..", "docs", "schemas", e.Type+".json"))
		if err != nil {
			t.Fatal(err)
		}
		data, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.Data))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(data); err != nil {
			t.Errorf("position %d does not fit the schema of %s: %v\n%s", e.Position, e.Type, err, e.Data)
		}
	}
	for _, want := range []string{"client.opened", "transaction.originated", "transaction.recalled", "transaction.filed", "file.cut", "file.delivered"} {
		if !seen[want] {
			t.Errorf("the day has no %s", want)
		}
	}
}
