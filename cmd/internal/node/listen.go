package node

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"golang.org/x/net/netutil"
)

// maxConnections bounds the connections of the API's address, idle ones
// included. Further ones wait until one ends.
const maxConnections = 4096

// listeners are the addresses the server takes.
type listeners struct {
	api   net.Listener
	admin net.Listener // nil without one
}

func (l listeners) Close() error {
	err := l.api.Close()
	if l.admin != nil {
		err = errors.Join(err, l.admin.Close())
	}
	return err
}

// listen takes the addresses, and makes sure that the embedded broker can have
// its own. secure is nil without TLS.
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

// reachable refuses addresses that other machines reach, unless what crosses
// the network is secret or somebody said that it need not be.
func (o Options) reachable() error {
	const way = "is reached from other machines, and secrets would cross the network in the clear"
	switch secure := o.TLS.Given(); {
	case o.Insecure:
		return nil
	case !secure && len(o.Proxies) == 0 && exposed(o.Listen):
		return fmt.Errorf("--listen %s %s: give --tls-cert and --tls-key, or --behind-proxy with the addresses of a proxy that ends TLS, or say --insecure", o.Listen, way)
	case !secure && o.Broker.URL == "" && exposed(o.Broker.Listen):
		return fmt.Errorf("--nats-listen %s %s: give --tls-cert and --tls-key, or say --insecure; an HTTP proxy (--behind-proxy) cannot stand before it", o.Broker.Listen, way)
	case o.Admin != "" && exposed(o.Admin):
		return fmt.Errorf("--admin-listen %s is reached from other machines and asks for no login: choose a loopback address, or say --insecure", o.Admin)
	default:
		return nil
	}
}

// exposed reports whether other machines may reach an address. One that means
// nothing is left to net.Listen to refuse.
func exposed(address string) bool {
	a, err := net.ResolveTCPAddr("tcp", address)
	return err == nil && !a.IP.IsLoopback()
}

// base is the API's address for people and programs on this machine. A server
// that listens everywhere is reached as localhost.
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
