package node

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"time"

	"github.com/achledger/achledger/eventstore/postgres"
)

const (
	adminConnections = 64
	adminWrite       = 2 * time.Minute // a CPU profile takes 30 seconds by default
)

// adminHandler serves metrics, profiles and detailed health on the admin
// address. It has no login.
func (s *Server) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.http.Scraper())
	mux.HandleFunc("GET /healthz", s.serveHealth)
	mux.HandleFunc("GET /readyz", s.serveHealth)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	return mux
}

// health is the body of /healthz and /readyz.
type health struct {
	Ready        bool     `json:"ready"`
	Reason       string   `json:"reason,omitempty"` // why the server is not ready
	Log          int64    `json:"log_position"`
	Views        int64    `json:"views_position"`
	Stream       *int64   `json:"stream_position,omitempty"` // known where the relay runs, which is where the leader is
	BrokerIsHere bool     `json:"broker_connected"`
	DeliveryOn   bool     `json:"delivery_on"`                // for every ODFI
	Off          []string `json:"delivery_off_for,omitempty"` // ODFIs that were switched off by themselves
	WhyNot       string   `json:"delivery_reason,omitempty"`

	// Only for a ledger in a database:
	Warning string      `json:"warning,omitempty"`   // a configuration that works but may lose payments
	Waits   []string    `json:"waits_for,omitempty"` // nodes of an earlier release; events that they cannot read are not written until they are upgraded
	Leads   bool        `json:"leads,omitempty"`     // this node leads
	Leader  string      `json:"leader,omitempty"`    // name of the current or last leader
	Term    int64       `json:"term,omitempty"`
	Nodes   []nodeState `json:"nodes,omitempty"` // seen within the last hour
}

// nodeState is a node's release and how far its log and views are.
type nodeState struct {
	Name    string  `json:"name"`
	Release string  `json:"release,omitempty"` // version of its binary
	Log     int64   `json:"log_position"`
	Views   int64   `json:"views_position"`
	Seen    float64 `json:"seen_seconds_ago"`
}

// addNodes adds warnings about lost payments, the leader and the state of
// each node, for a ledger in a database.
func (s *Server) addNodes(ctx context.Context, h *health) {
	if s.asks == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, scrapeTime)
	defer cancel()
	if !s.asks.Primary().Synchronous {
		h.Warning = postgres.NoStandby
	}
	h.Leads = s.term.Load() != 0
	if t, err := s.asks.CurrentTerm(ctx); err == nil {
		h.Leader, h.Term = t.Node, t.Number
	}
	nodes, _ := s.asks.Nodes(ctx) // left out if the database cannot be read
	for _, n := range nodes {
		if n.Behind {
			h.Waits = append(h.Waits, n.Name)
		}
		h.Nodes = append(h.Nodes, nodeState{n.Name, n.Release, n.Position, n.Views, n.Seen.Seconds()})
	}
}

// addDelivery adds whether files may leave.
func (s *Server) addDelivery(ctx context.Context, h *health) {
	h.DeliveryOn = true
	for odfi, on := range s.switches(ctx) {
		h.DeliveryOn = h.DeliveryOn && on
		switch {
		case on:
		case odfi == "":
			h.WhyNot = s.Switch.State().Reason
		default:
			h.Off = append(h.Off, odfi)
		}
	}
	slices.Sort(h.Off)
}

// serveHealth serves both paths: /readyz with 503 while requests cannot be
// served well, /healthz with 200 whenever the process responds.
func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) {
	h := health{Views: s.views.Position(), BrokerIsHere: s.broker.conn.IsConnected()}
	if position := s.relay.Position(); s.asks == nil || s.term.Load() != 0 {
		h.Stream = &position
	}
	s.addDelivery(r.Context(), &h)
	s.addNodes(r.Context(), &h)
	head, err := s.Store.Head(r.Context())
	h.Log = head.Position
	if err == nil {
		err = s.http.Serving()
	}
	status := http.StatusOK
	if h.Ready = err == nil; !h.Ready {
		h.Reason = err.Error()
		if r.URL.Path == "/readyz" {
			status = http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(h) // the caller may be gone
}

// admin serves the admin address until ctx ends.
func (s *Server) admin(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.adminHandler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: adminWrite, WriteTimeout: adminWrite,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}
