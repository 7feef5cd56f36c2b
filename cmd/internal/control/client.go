package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/achledger/achledger/eventstore/ledger"
)

// Client speaks to a running server.
type Client struct {
	http *http.Client
	done func() error
}

// Close closes the connection.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return c.done()
}

// Call sends a command and decodes the answer. A refusal is an error with the
// server's message.
func (c *Client) Call(ctx context.Context, what string, ask, answer any) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://control/"+what, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set(ownerHeader, owner())
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("ask the running server: %w", err)
	}
	defer response.Body.Close()
	return Read(response.StatusCode, response.Body, answer)
}

// Read decodes an answer. A refusal is an error with the server's message.
func Read(status int, body io.Reader, answer any) error {
	if status != http.StatusOK {
		var refusal failure
		if err := json.NewDecoder(body).Decode(&refusal); err != nil || refusal.Error == "" {
			return fmt.Errorf("the running server answers %d", status)
		}
		return fmt.Errorf("the running server: %s", refusal.Error)
	}
	if err := json.NewDecoder(body).Decode(answer); err != nil {
		return fmt.Errorf("read the running server's answer: %w", err)
	}
	return nil
}

// failure is the answer to a refused command.
type failure struct {
	Error string `json:"error"`
}

// Answer binds a call's name to the function that answers it.
func Answer[Ask, Reply any](mux *http.ServeMux, what string, f func(context.Context, Ask) (Reply, error)) {
	mux.HandleFunc("POST /"+what, func(w http.ResponseWriter, r *http.Request) {
		var ask Ask
		err := json.NewDecoder(r.Body).Decode(&ask)
		var reply Reply
		if err == nil {
			reply, err = f(ledger.WithRequest(r.Context(), "", r.Header.Get(ownerHeader)), ask)
		}
		if err != nil {
			Refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(reply) // the caller may have gone
	})
}

// Refuse answers with an error.
func Refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusConflict)
	_ = json.NewEncoder(w).Encode(failure{err.Error()})
}
