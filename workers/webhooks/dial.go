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

// How long the parts of a delivery may take, and how much an answer may be.
const (
	dialTimeout   = 5 * time.Second
	answerTimeout = 15 * time.Second // of the whole
	maxHeader     = 16 << 10
	maxAnswer     = 64 << 10 // that is read so that the connection can be used again
)

// errNotPublic says where a name leads.
var errNotPublic = errors.New("the address is not on the internet")

// newTransport dials public addresses only. The address is looked at when it
// is about to be dialled, after its name was resolved, so that it cannot be
// another one in between. No proxy of the environment is used.
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

// mayDial refuses an address and port that is not to be reached.
func mayDial(address string, sandbox bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", errNotPublic, address)
	}
	if !domain.WebhookMayReach(at.Addr(), sandbox) {
		return errNotPublic // not which: a client does not learn what our resolver says
	}
	return nil
}
