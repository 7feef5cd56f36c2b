package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// running is a server in this process.
type running struct {
	t      testing.TB
	folder folder.Folder
	server *Server
	Running
	ops  folder.Credential
	stop func() error // ends the server; returns what Serve returned
	wait func() error // the same, once the server ends by itself
}

// serve runs a sandbox; change may alter its options. It returns when the server
// is ready, and the stream of an embedded broker that is not held up is open.
func serve(t testing.TB, f folder.Folder, change func(*Options)) *running {
	t.Helper()
	if f == "" {
		f = folder.Folder(filepath.Join(t.TempDir(), "data"))
	}
	ready, ended := make(chan Running, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	o := Options{
		Folder: f, Kind: folder.Sandbox, Listen: "127.0.0.1:0", Broker: BrokerOptions{Listen: "127.0.0.1:0"},
		Log: slog.New(slog.DiscardHandler), Ready: func(r Running) { ready <- r },
	}
	r := &running{t: t, folder: f}
	o.made = func(s *Server) { r.server = s }
	if change != nil {
		change(&o)
	}
	go func() { ended <- Serve(ctx, o) }()
	r.wait = sync.OnceValue(func() error {
		select {
		case err := <-ended:
			return err
		case <-time.After(time.Minute):
			return errors.New("the server does not end")
		}
	})
	r.stop = func() error {
		cancel()
		return r.wait()
	}
	t.Cleanup(func() { _ = r.stop() })
	select {
	case r.Running = <-ready:
	case err := <-ended:
		t.Fatalf("the server ended with %v", err)
	case <-time.After(time.Minute):
		t.Fatal("the server is not ready")
	}
	if o.Broker.opening == nil {
		eventually(t, "the stream is open", func() bool { return !r.server.streamOpening() })
	}
	var err error
	if r.ops, err = f.ReadCredential(); err != nil {
		t.Fatal(err)
	}
	return r
}

// call makes a request; status 0 means that no answer came.
func (r *running) call(who folder.Credential, method, path string, body, answer any) int {
	r.t.Helper()
	content, err := json.Marshal(body)
	must(r.t, err)
	status, text, err := r.request(who, method, path, "application/json", content)
	if err == nil && answer != nil && status < 300 {
		must(r.t, json.Unmarshal(text, answer))
	}
	return status
}

// request makes a request; an error means that no answer came.
func (r *running) request(who folder.Credential, method, path, contentType string, body []byte) (status int, text []byte, err error) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.Base+path, bytes.NewReader(body))
	must(r.t, err)
	request.SetBasicAuth(who.Key, who.Secret)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(response.Body)
	must(r.t, err)
	return response.StatusCode, text, nil
}

// client opens a client.
func (r *running) client(name string) (id string, credential folder.Credential) {
	r.t.Helper()
	var opened struct {
		ID         string `json:"client_id"`
		Credential folder.Credential
	}
	if status := r.call(r.ops, http.MethodPost, "/v1/ops/clients", map[string]any{
		"name": name, "company_name": strings.ToUpper(name), "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD"},
		"file": map[string]string{
			"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK",
		},
	}, &opened); status != http.StatusCreated {
		r.t.Fatalf("taking on a client answers %d", status)
	}
	return opened.ID, opened.Credential
}

// pay posts a payment.
func (r *running) pay(who folder.Credential) (status int, id string) {
	r.t.Helper()
	var t struct{ TransactionID string }
	status = r.call(who, http.MethodPost, "/api/transaction", map[string]any{
		"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882", "ToAccount": "30488174411",
		"ToAccountType": "checking", "ToName": "Ada Marsh", "Description": "PAYROLL", "Amount": 12.34,
	}, &t)
	return status, t.TransactionID
}

// metric reads a line of /metrics by its beginning.
func (r *running) metric(name string) string {
	r.t.Helper()
	_, text := r.text(r.ops, "/metrics")
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// eventually waits until a condition holds that becomes true some time after an answer.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: not within a minute", what)
}

// post posts a body and returns status and text.
func (r *running) post(who folder.Credential, path string, body any) (int, string) {
	r.t.Helper()
	content, err := json.Marshal(body)
	must(r.t, err)
	status, text, err := r.request(who, http.MethodPost, path, "application/json", content)
	must(r.t, err)
	return status, string(text)
}

// raw posts text.
func (r *running) raw(who folder.Credential, path, content string) int {
	r.t.Helper()
	status, _, err := r.request(who, http.MethodPost, path, "text/plain", []byte(content))
	must(r.t, err)
	return status
}
