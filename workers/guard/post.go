package guard

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/workers/webhooks"
)

// maxReply bounds the body of an engine's answer, in bytes.
const maxReply = 1 << 20

// poster posts signed questions.
type poster struct{ tls, plain *http.Client }

func newPoster() poster {
	client := func(control func(network, address string, c syscall.RawConn) error) *http.Client {
		dialer := &net.Dialer{Timeout: 5 * time.Second, Control: control}
		return &http.Client{
			Transport: &http.Transport{
				DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: 5 * time.Second,
				MaxResponseHeaderBytes: 16 << 10, MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second, DisableCompression: true, ForceAttemptHTTP2: true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return poster{tls: client(nil), plain: client(loopbackOnly)}
}

// loopbackOnly refuses connections to other machines, whatever address a name
// resolves to: questions leave this machine only encrypted.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return errors.New("http is for this machine only")
	}
	return nil
}

// ask posts a question, signed as webhooks are, and reads the answer. The
// client may read its errors, so they do not contain the address.
func (p poster) ask(ctx context.Context, hook *guard.DecisionHook, secret []byte, id string, body []byte, into *reply) error {
	ctx, cancel := context.WithTimeout(ctx, hook.Wait())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("its address is wrong")
	}
	if err := webhooks.Sign(r, id, time.Now(), body, secret); err != nil { // signed with the machine's time, not the business time
		return err
	}
	client := p.tls
	if r.URL.Scheme != "https" {
		client = p.plain
	}
	answer, err := client.Do(r)
	if err != nil {
		return unreached(err, hook)
	}
	defer answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("it answered %d", answer.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxReply)).Decode(into); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("not within %s", hook.Timeout)
		}
		return errors.New("what it answered could not be read")
	}
	return nil
}

func unreached(err error, hook *guard.DecisionHook) error {
	var about *url.Error
	if errors.As(err, &about) && about.Timeout() {
		return fmt.Errorf("not within %s", hook.Timeout)
	}
	return errors.New("it was not reached")
}
