package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// api is a client of the ledger's API.
type api struct {
	base   string
	ops    folder.Credential
	client folder.Credential
	http   *http.Client
}

func newAPI(base string, ops folder.Credential) *api {
	return &api{base: base, ops: ops, http: &http.Client{Timeout: 30 * time.Second}}
}

// open adds a client, whose requests are sent from then on.
func (a *api) open(ctx context.Context, settings map[string]any) error {
	body, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	var opened struct{ Credential folder.Credential }
	status, text := a.insist(ctx, a.ops, "POST", "/v1/ops/clients", jsonType, string(body), &opened)
	if status != http.StatusCreated {
		return fmt.Errorf("add a client: %d %s", status, text)
	}
	a.client = opened.Credential
	return nil
}

// ask sends a request; status 0 means that there was no complete response.
func (a *api) ask(ctx context.Context, who folder.Credential, method, path, kind, body string, answer any) (status int, text []byte) {
	request, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, []byte(err.Error())
	}
	if body != "" {
		request.Header.Set("Content-Type", kind)
	}
	request.SetBasicAuth(who.Key, who.Secret)
	response, err := a.http.Do(request)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer response.Body.Close()
	if text, err = io.ReadAll(response.Body); err != nil {
		return 0, []byte(err.Error()) // the response was cut off
	}
	if answer != nil && response.StatusCode < 300 {
		if err := json.Unmarshal(text, answer); err != nil {
			return 0, text
		}
	}
	return response.StatusCode, text
}

// requestTimeout is how long a request is repeated: longer than any fault lasts.
const requestTimeout = 90 * time.Second

// insist repeats an idempotent request until it has a final response: not after
// a connection error, 5xx or 429. It returns status 0 after requestTimeout.
func (a *api) insist(ctx context.Context, who folder.Credential, method, path, kind, body string, answer any) (status int, text []byte) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	for ctx.Err() == nil {
		status, text = a.ask(ctx, who, method, path, kind, body, answer)
		if status > 0 && status < 500 && status != http.StatusTooManyRequests {
			return status, text
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, text
}
