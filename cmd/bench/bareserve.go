package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	achhttp "github.com/achledger/achledger/http"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// serveBare runs the API's handlers over a bare group commit that writes one
// opaque row per request. The difference to the program is the cost of the
// log, the relay and the views. It writes a client's credential to the folder,
// where a ledger's has that of operations, and prints its address.
func serveBare(ctx context.Context, dir folder.Folder, out io.Writer) (err error) {
	if err := os.MkdirAll(string(dir), 0o700); err != nil {
		return err
	}
	store, err := openBare(filepath.Join(string(dir), "bare.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	keys, err := seal.Open(filepath.Join(string(dir), "keys"))
	if err != nil {
		return err
	}
	l := &ledger.Ledger{Store: store, Keys: keys, Clock: ledger.MachineClock{}}
	if err := bareClient(ctx, l, dir); err != nil {
		return err
	}
	views, err := projections.Open(ctx, filepath.Join(string(dir), "views.db"), store, projections.Options{})
	if err != nil {
		return err
	}
	defer views.Close()
	server, err := achhttp.New(api.Options{
		Ledger: l, Tokens: store, Webhooks: noWebhooks{}, Views: views, Directory: projections.NewDirectory(l), Files: noFiles{},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%s\n", listener.Addr())
	return server.Serve(ctx, listener)
}

// bareClient creates a client and writes its credential to the folder.
func bareClient(ctx context.Context, l *ledger.Ledger, dir folder.Folder) error {
	var settings domain.Settings
	if err := json.Unmarshal([]byte(clientBody(1_000_000_000, "231380104", "")), &settings); err != nil {
		return err
	}
	events, err := domain.OpenClient{ClientID: "bench", Settings: settings}.Decide(domain.Client{})
	if err != nil {
		return err
	}
	issued, credential, err := l.NewCredential(ledger.CredentialRequest{Client: "bench", Scopes: domain.FirstScopes})
	if err != nil {
		return err
	}
	opened := ledger.Change{Stream: domain.ClientStream("bench"), Client: "bench", Events: events}
	if _, err := l.Write(ctx, opened, credential); err != nil {
		return err
	}
	return dir.WriteCredential(issued.Key, issued.Secret)
}

// noFiles: the bare server makes no files.
type noFiles struct{ api.Files }

var _ eventstore.Store = (*bareStore)(nil)

// noWebhooks: the bare server's client has no webhooks.
type noWebhooks struct{ eventstore.Webhooks }
