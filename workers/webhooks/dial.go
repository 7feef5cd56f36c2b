package webhooks

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/achledger/achledger/domain"
)

// Bounds of a delivery's time, and of the response.
const (
	dialTimeout   = 5 * time.Second
	answerTimeout = 15 * time.Second // of the whole request
	maxHeader     = 16 << 10
	maxAnswer     = 64 << 10 // bytes read of the body, so that the connection can be reused
)

// errNotPublic is the failure told to the client for an address that must not
// be reached.
var errNotPublic = errors.New("the address is not on the internet")

// newTransport dials public addresses only. The address is checked when it is
// about to be dialled, after its name was resolved: a second lookup could give
// another address. Proxies of the environment are not used.
func newTransport(sandbox bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout: dialTimeout,
		Control: func(_, address string, _ syscall.RawConn) error { return mayDial(address, sandbox) },
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  answerTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    senders,
		MaxIdleConns:           256,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
}

// mayDial refuses an address that webhooks must not reach.
func mayDial(address string, sandbox bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", errNotPublic, address)
	}
	if !domain.WebhookMayReach(at.Addr(), sandbox) {
		return errNotPublic // without the address: a client must not learn what our resolver answers
	}
	return nil
}
