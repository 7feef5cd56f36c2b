package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/labstack/echo/v4"
)

// connectionsAtOnce is how many connections a client may have, idle ones included: a
// quarter of those that the API takes, so that one client never has all of them.
const connectionsAtOnce = 1024

// Connections counts the connections of each client. A connection belongs to the
// client whose credential came over it last. Those of a proxy belong to nobody, because
// it sends the requests of many clients over each of them.
type Connections struct {
	isProxy func(netip.Addr) bool

	mu   sync.Mutex
	open map[net.Conn]*connection
	of   map[string]int // by client
}

// connection is one that is open.
type connection struct{ client string }

type connectionKey struct{}

// Begin is the ConnContext of the server.
func (l *Connections) Begin(ctx context.Context, conn net.Conn) context.Context {
	from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil || l.isProxy(from.Addr()) {
		return ctx
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open, l.of = map[net.Conn]*connection{}, map[string]int{}
	}
	one := &connection{}
	l.open[conn] = one
	return context.WithValue(ctx, connectionKey{}, one)
}

// State is the ConnState of the server: it forgets connections that were closed.
func (l *Connections) State(conn net.Conn, state http.ConnState) {
	if state != http.StateClosed && state != http.StateHijacked {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.open[conn]; one != nil {
		delete(l.open, conn)
		l.leave(one.client)
	}
}

// use notes whose request came over a connection. A client that has as many as it may
// is refused, and this one is closed.
func (l *Connections) use(c echo.Context, client string) error {
	one, _ := c.Request().Context().Value(connectionKey{}).(*connection)
	if one == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.client == client {
		return nil
	}
	if l.of[client] >= connectionsAtOnce {
		c.Response().Header().Set("Connection", "close")
		return NewProblem(CodeTooMany, "this client has %d connections open: use or close them", connectionsAtOnce).After(bodyRetryAfter)
	}
	l.leave(one.client)
	one.client = client
	l.of[client]++
	return nil
}

func (l *Connections) leave(client string) {
	if client == "" {
		return
	}
	if l.of[client]--; l.of[client] == 0 {
		delete(l.of, client)
	}
}
