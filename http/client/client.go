package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// longestProblem bounds how much of a refusal is read, in bytes.
const longestProblem = 1 << 20

// New returns a client of the server at an address such as
// https://ledger.example, with the credential of key and secret. Another address
// is an error.
func New(address, key, secret string, options ...ClientOption) (*ClientWithResponses, error) {
	if at, err := url.Parse(address); err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return nil, fmt.Errorf("%q is no address such as https://ledger.example", address)
	}
	signed := WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.SetBasicAuth(key, secret)
		return nil
	})
	return NewClientWithResponses(address, append([]ClientOption{signed, refusing}, options...)...)
}

// Repeat reports whether the same request, with the same TransactionID or
// Idempotency-Key, is to be sent again later, until there is another answer: it takes
// effect once.
func (p *Problem) Repeat() bool {
	return p.Status >= http.StatusInternalServerError || p.Status == http.StatusTooManyRequests
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

// Do returns a *Problem as error where the server answers one, and another error
// where something else answered, such as a proxy: its page, or its JSON, would be
// taken for an answer without a body.
func (d doer) Do(request *http.Request) (*http.Response, error) {
	answer, err := d.Client.Do(request)
	if err != nil {
		return nil, err
	}
	media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if media != "application/problem+json" && ofTheLedger(answer, media) {
		return answer, nil
	}
	defer answer.Body.Close()
	if media != "application/problem+json" {
		return nil, fmt.Errorf("the answer %s is not the ledger's: it is unknown what became of the request", answer.Status)
	}
	var problem Problem
	if err := json.NewDecoder(io.LimitReader(answer.Body, longestProblem)).Decode(&problem); err != nil {
		return nil, fmt.Errorf("answer %d, a problem that cannot be read: %w", answer.StatusCode, err)
	}
	return nil, &problem
}

// ofTheLedger reports whether an answer that is no problem document may be the
// ledger's. It answers no method with a page, and only the vault and the token
// endpoints refuse in a form of their own, which the methods return.
func ofTheLedger(answer *http.Response, media string) bool {
	if answer.StatusCode < http.StatusBadRequest {
		return media != "text/html"
	}
	path := answer.Request.URL.Path
	return (media == "application/json" || media == "application/xml") && (strings.Contains(path, "/rest/v2/") || strings.Contains(path, "/connect/"))
}
