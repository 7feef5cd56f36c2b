package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
)

// Paths that machines poll.
const (
	HealthPath = "/healthz"
	ReadyPath  = "/readyz"
)

// maxRequestID bounds a request id taken from a caller.
const maxRequestID = 128

// requestState is what is known of a request while it is answered.
type requestState struct {
	id  string
	who Caller // once the credential was checked
}

type stateKey struct{}

func (s *requestState) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, stateKey{}, s)
}

func stateOf(c echo.Context) *requestState {
	if s, ok := c.Request().Context().Value(stateKey{}).(*requestState); ok {
		return s
	}
	return &requestState{} // in tests without a server
}

// RequestID is the id on every response, log line and event of a request.
func RequestID(c echo.Context) string { return stateOf(c).id }

// sane reports whether a caller's request id may be echoed: it must not break a
// log line or a header, or be mistaken for markup.
func sane(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		if b := id[i]; b <= ' ' || b > '~' || b == '"' || b == '\\' || b == '<' || b == '>' {
			return false
		}
	}
	return true
}

// made reports whether an id looks like one made here. Such an id is not
// accepted from a caller, so that it identifies one request only.
func made(id string) bool {
	u, err := uuid.Parse(id)
	return err == nil && u.Version() == 7
}

// observe assigns the request id, turns a panic into a fault and, once the
// answer is sent, writes the access log line and the latency metric. The line
// has the path but no query and no header, which may hold secrets.
func (s *Kit) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		r := c.Request()
		id := r.Header.Get(echo.HeaderXRequestID)
		if !sane(id) || made(id) {
			id = NewID()
		}
		state := requestState{id: id}
		r = r.WithContext(state.within(r.Context())) // a copy, of which limitBody changes the body
		r.RemoteAddr = s.remote(r)
		c.SetRequest(r)
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		protectAnswer(c.Response().Header())
		aborted := true
		defer s.traced(c, id)()
		defer func() { s.observed(c, r.Method, id, time.Since(start), aborted) }()
		if err := guarded(next, c); err != nil {
			s.fail(err, c)
		}
		aborted = false
		return nil
	}
}

// guarded calls a handler and returns its panic as a fault.
// http.ErrAbortHandler passes through: a handler panics with it to abort an
// answer that it cannot complete.
func guarded(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if abort, ok := r.(error); ok && errors.Is(abort, http.ErrAbortHandler) {
			panic(r)
		}
		err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}()
	return next(c)
}

// observed takes the method that was asked for: a HEAD is handled as a GET.
func (s *Kit) observed(c echo.Context, method, id string, took time.Duration, aborted bool) {
	r, w := c.Request(), c.Response()
	route := c.Path()
	route = cmp.Or(route, "unknown")
	s.metrics.observe(method, route, w.Status, took)
	level := slog.LevelInfo
	if w.Status >= http.StatusInternalServerError || aborted {
		level = slog.LevelWarn
	}
	if route == HealthPath || route == ReadyPath {
		level = slog.LevelDebug // polled every few seconds, and the answer says all
	}
	ctx := r.Context()
	if !s.Log.Enabled(ctx, level) {
		return
	}
	who := stateOf(c).who
	attrs := []slog.Attr{
		slog.String("request_id", id), slog.String("method", method), slog.String("route", route),
		slog.Int("status", w.Status), slog.Duration("took", took), slog.Int64("bytes", w.Size),
		slog.String("client", who.Client), slog.String("key", who.Key),
		slog.String("address", r.RemoteAddr), slog.Bool("aborted", aborted),
	}
	if sent := r.Header.Get(echo.HeaderXRequestID); sent != id && sane(sent) {
		attrs = append(attrs, slog.String("sent_request_id", sent))
	}
	s.Log.LogAttrs(ctx, level, "request", attrs...)
}

// metrics are the request metrics for Prometheus.
type metrics struct {
	latency *prometheus.HistogramVec
	refused *prometheus.CounterVec // operations' requests refused for lack of rights
}

func newMetrics(r *prometheus.Registry) (metrics, error) {
	m := metrics{latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "achledger_http_request_seconds",
		Help:    "Time from a request's first byte to its answer's last.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})}
	m.refused = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "achledger_operations_refused_total",
		Help: "Requests of operations that were refused because of who asked.",
	}, []string{"code"})
	return m, errors.Join(r.Register(m.latency), r.Register(m.refused))
}

func (m metrics) observe(method, route string, status int, took time.Duration) {
	m.latency.WithLabelValues(knownMethod(method), route, strconv.Itoa(status)).Observe(took.Seconds())
}

// knownMethod maps unknown HTTP methods to one label, so that callers cannot
// create metrics.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	default:
		return "other"
	}
}

// NewID makes an id that sorts by time, a UUIDv7.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
