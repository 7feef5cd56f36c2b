package node

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"golang.org/x/net/netutil"
)

// maxConnections bounds the connections to the API's address, idle ones
// included. Further connections wait until one closes.
const maxConnections = 4096

// listeners are the addresses that the server listens on.
type listeners struct {
	api   net.Listener
	admin net.Listener // nil without an admin address
}

func (l listeners) Close() error {
	err := l.api.Close()
	if l.admin != nil {
		err = errors.Join(err, l.admin.Close())
	}
	return err
}

// listen opens the addresses, and checks that the embedded broker's is free.
// secure is nil without TLS.
func listen(o Options, secure *tls.Config) (l listeners, err error) {
	if err := o.reachable(); err != nil {
		return l, err
	}
	if l.api, err = net.Listen("tcp", o.Listen); err != nil {
		return l, fmt.Errorf("%w: choose another address with --listen, 127.0.0.1:0 takes any free port", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	l.api = netutil.LimitListener(l.api, cmp.Or(o.connections, maxConnections))
	if secure != nil {
		l.api = tls.NewListener(l.api, secure)
	}
	if o.Admin != "" {
		if l.admin, err = net.Listen("tcp", o.Admin); err != nil {
			return l, fmt.Errorf("%w: choose another address with --admin-listen", err)
		}
		l.admin = netutil.LimitListener(l.admin, adminConnections)
	}
	if o.Broker.URL == "" {
		err = o.Broker.free()
	}
	return l, err
}

// reachable refuses an address that other machines can reach unless the
// traffic is encrypted, or --insecure says that it need not be.
func (o Options) reachable() error {
	const way = "can be reached from other machines, and secrets would cross the network in the clear"
	switch secure := o.TLS.Given(); {
	case o.Insecure:
		return nil
	case !secure && len(o.Proxies) == 0 && exposed(o.Listen):
		return fmt.Errorf("--listen %s %s: give --tls-cert and --tls-key, or --behind-proxy with the addresses of a proxy that ends TLS, or add --insecure", o.Listen, way)
	case !secure && o.Broker.URL == "" && exposed(o.Broker.Listen):
		return fmt.Errorf("--nats-listen %s %s: give --tls-cert and --tls-key, or add --insecure; an HTTP proxy (--behind-proxy) cannot stand before it", o.Broker.Listen, way)
	case o.Admin != "" && exposed(o.Admin):
		return fmt.Errorf("--admin-listen %s can be reached from other machines and asks for no login: choose a loopback address, or add --insecure", o.Admin)
	default:
		return nil
	}
}

// exposed reports whether other machines can reach an address. An invalid one
// is left to net.Listen to refuse.
func exposed(address string) bool {
	a, err := net.ResolveTCPAddr("tcp", address)
	return err == nil && !a.IP.IsLoopback()
}

// base is the API's URL on this machine. A server that listens on all
// interfaces is reached as localhost.
func base(l net.Listener, secure bool) string {
	scheme, address := "http", l.Addr().String()
	if secure {
		scheme = "https"
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok && a.IP.IsUnspecified() {
		address = fmt.Sprintf("localhost:%d", a.Port)
	}
	return scheme + "://" + address
}
