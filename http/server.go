package http

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/achledger/achledger/http/api"
)

// Timeouts of a connection. A handler that reads or writes much extends its own
// with api.ExtendDeadlines.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	idleTimeout   = time.Minute
	drainTimeout  = 15 * time.Second // for requests in progress when the server stops
)

// Server answers every surface of the ledger.
type Server struct {
	*api.Kit
	scraper http.Handler
}

// New makes a server. It returns an error when an option is missing.
func New(o api.Options) (*Server, error) {
	kit, err := api.New(o)
	if err != nil {
		return nil, err
	}
	s := &Server{Kit: kit, scraper: newScraper(kit.Metrics)}
	if err := s.routes(); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	return s, nil
}

// Handler answers requests; the command and the tests serve it.
func (s *Server) Handler() http.Handler { return s.Echo }

// Serve answers requests until ctx ends, then lets those in progress finish,
// for drainTimeout at most. It returns nil after an orderly end.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      api.WriteTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ConnContext:       s.Connections.Begin,
		ConnState:         s.Connections.State,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(func() { close(s.Closing) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve http on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return server.Close()
	}
	return nil
}
