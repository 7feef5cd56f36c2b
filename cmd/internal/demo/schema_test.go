package demo_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/achledger/achledger/cmd/internal/demo"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// dayOf runs the demo on a server of its own, and stops the server.
func dayOf(t *testing.T, dir folder.Folder) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready, ended := make(chan node.Running, 1), make(chan error, 1)
	go func() {
		ended <- node.Serve(ctx, node.Options{
			Folder: dir, Kind: folder.Sandbox, Listen: "127.0.0.1:0", Broker: node.BrokerOptions{Listen: "127.0.0.1:0"},
			Log: slog.New(slog.DiscardHandler), Ready: func(r node.Running) { ready <- r },
		})
	}()
	var running node.Running
	select {
	case running = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	ops, err := dir.ReadCredential()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (demo.Demo{Folder: dir, Base: running.Base, Ops: ops, Out: io.Discard, SignInLink: running.SignInLink}).Run(ctx); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// The events of the demo fit the published schemas, by which programs read the log and
// the stream.
func TestTheEventsOfADayFitTheirSchemas(t *testing.T) {
	dir := folder.Folder(filepath.Join(t.TempDir(), "data"))
	dayOf(t, dir)
	store, err := sqlite.Open(string(dir), sqlite.Options{ReadOnly: true})
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
		schema, err := compiler.Compile(filepath.Join("..", "..", "..", "docs", "schemas", e.Type+".json"))
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
