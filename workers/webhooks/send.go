package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// sender posts signed messages.
type sender struct {
	client  *http.Client
	sandbox bool
	now     func() time.Time
}

func newSender(t http.RoundTripper, sandbox bool, now func() time.Time) sender {
	return sender{&http.Client{
		Transport: t, Timeout: answerTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, sandbox, now}
}

// target is the address of a webhook and the secrets that sign its messages.
type target struct {
	url     string
	secrets [][]byte // newest first
}

// outcome is the result of one try.
type outcome struct {
	at      time.Time
	took    time.Duration
	status  int    // 0: no response
	failure string // "" if delivered
}

// post sends one message. The failure does not name the address, which the
// client may want to keep secret.
func (s sender) post(ctx context.Context, to target, m message) outcome {
	began := time.Now()
	o := outcome{at: s.now()}
	status, err := s.try(ctx, to, m, o.at)
	o.took, o.status = time.Since(began), status
	switch {
	case err != nil:
		o.failure = failureText(err)
	case status < 200 || status > 299:
		o.failure = fmt.Sprintf("it answered %d", status)
	}
	return o
}

func (s sender) try(ctx context.Context, to target, m message, now time.Time) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, bytes.NewReader(m.body))
	if err != nil {
		return 0, err
	}
	if r.URL.Scheme != "https" && !s.sandbox {
		return 0, errors.New("the address does not begin with https://")
	}
	if err := Sign(r, m.String(), now, m.body, to.secrets...); err != nil {
		return 0, err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // only the status counts
	return answer.StatusCode, nil
}

// Sign signs a request's body with each of the secrets at a machine time, and
// sets the headers of the Standard Webhooks specification.
func Sign(r *http.Request, id string, now time.Time, body []byte, secrets ...[]byte) error {
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		w, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			return err
		}
		if signatures[i], err = w.Sign(id, now, body); err != nil {
			return err
		}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "achledger")
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}

// maxFailure bounds the text of a failure, in bytes.
const maxFailure = 200

// failureText describes an error for the client.
func failureText(err error) string {
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err
	}
	var name *net.DNSError
	var at *net.OpError // its text has our own address, and the one that the name resolved to
	switch {
	case errors.Is(err, errNotPublic):
		return errNotPublic.Error()
	case errors.As(err, &name) && name.IsNotFound:
		return "the name of the address was not found"
	case errors.As(err, &name):
		return "the name of the address could not be looked up"
	case errors.As(err, &at) && at.Op == "dial":
		return "no connection was made"
	case about != nil && about.Timeout():
		return "it did not answer in time"
	case at != nil:
		err = fmt.Errorf("the connection broke: %w", at.Err)
	}
	text := err.Error()
	if len(text) > maxFailure {
		text = text[:maxFailure]
	}
	return strings.Map(printable, strings.ToValidUTF8(text, ""))
}

// printable drops characters that are not printable: a server may have put them
// into its response, and PostgreSQL's text cannot hold U+0000.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}
