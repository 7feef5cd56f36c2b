package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// longestProblem bounds how much of a refusal is read, in bytes.
const longestProblem = 1 << 20

// New returns a client of the server at an address such as
// https://ledger.example, with the credential of key and secret.
func New(address, key, secret string, options ...ClientOption) (*ClientWithResponses, error) {
	signed := WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.SetBasicAuth(key, secret)
		return nil
	})
	return NewClientWithResponses(address, append([]ClientOption{signed, refusing}, options...)...)
}

// Error returns the server's message, for people. Code is for programs.
func (p *Problem) Error() string {
	return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Message)
}

// refusing turns problem documents into errors for every call.
func refusing(api *API) error {
	api.Client = doer{http.DefaultClient}
	return nil
}

// WithTransport is WithHTTPClient that keeps turning refusals into errors.
func WithTransport(client *http.Client) ClientOption {
	return func(api *API) error {
		api.Client = doer{client}
		return nil
	}
}

type doer struct{ *http.Client }

// Do returns a *Problem as error where the server answers one.
func (d doer) Do(request *http.Request) (*http.Response, error) {
	answer, err := d.Client.Do(request)
	if err != nil {
		return nil, err
	}
	if media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); media != "application/problem+json" {
		return answer, nil
	}
	defer answer.Body.Close()
	var problem Problem
	if err := json.NewDecoder(io.LimitReader(answer.Body, longestProblem)).Decode(&problem); err != nil {
		return nil, fmt.Errorf("answer %d, a problem that cannot be read: %w", answer.StatusCode, err)
	}
	return nil, &problem
}
