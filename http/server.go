package http

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"
)

// How long a connection may take. A handler that reads or writes much gives
// itself more time with patience.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	idleTimeout   = time.Minute
	drainTimeout  = 15 * time.Second // for requests under way when the server stops
)

// Server answers every surface of the ledger.
type Server struct {
	Options
	echo    *echo.Echo
	metrics metrics
	rates   rates // of a client's requests
	uses    uses
	audits  audits
	tokens  *tokenCache
	spools  *spools
	streams *streams
	bodies  *bodies
	scraper http.Handler

	tokenRates rates         // of a credential's tokens
	purged     atomic.Int64  // when expired tokens were last forgotten, unix seconds
	closing    chan struct{} // closed when the server begins to stop

	// sizes are the body limits of POSTs to paths that take more than
	// maxBody; zero is no limit.
	sizes map[string]int64
	// renderers write problems below a path in another shape than
	// application/problem+json.
	renderers map[string]func(echo.Context, *Problem) error
}

// New makes a server. It returns an error when an option is missing.
func New(o Options) (*Server, error) {
	o.setDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s := &Server{
		Options: o,
		echo:    echo.New(),
		rates:   newRates(rate.Limit(o.RequestsPerSecond), max(1, int(2*o.RequestsPerSecond)), o.Now),
		tokens:  newTokenCache(),
		spools:  newSpools(o.TempDir),
		streams: newStreams(o.Ledger.Store),
		bodies:  newBodies(),
		scraper: newScraper(o.Metrics),
		closing: make(chan struct{}),

		tokenRates: newRates(rate.Every(tokenEvery), tokensAtOnce, o.Now),

		sizes:     map[string]int64{},
		renderers: map[string]func(echo.Context, *Problem) error{},
	}
	var err error
	if o.TempDir != "" { // the system's is not ours to sweep
		if err = s.spools.sweep(); err != nil {
			return nil, fmt.Errorf("http: %w", err)
		}
	}
	if s.metrics, err = newMetrics(o.Metrics); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	s.echo.HTTPErrorHandler = s.fail
	s.echo.Pre(s.observe, s.limitBody)
	s.routes()
	if err := s.documentRoutes(); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	return s, nil
}

// Handler answers requests; the command and the tests serve it.
func (s *Server) Handler() http.Handler { return s.echo }

// Serve answers requests until ctx ends, then lets those under way finish,
// for at most fifteen seconds. It returns nil after an orderly end.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(func() { close(s.closing) })
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

// writeTimeout is how long an answer may take its reader.
const writeTimeout = 60 * time.Second

// patience gives a request more time than usual to send its body and to take
// its answer, from now on.
func patience(c echo.Context, d time.Duration) {
	control := http.NewResponseController(c.Response())
	until := time.Now().Add(d)
	// A writer without deadlines, as in tests, needs no patience.
	_ = control.SetReadDeadline(until)
	_ = control.SetWriteDeadline(until)
}
