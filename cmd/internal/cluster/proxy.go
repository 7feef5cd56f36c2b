package cluster

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// Proxy passes requests on to the nodes that are ready, in turn. It repeats no
// request: a client that gets no answer to a payment repeats it with the same id.
type Proxy struct {
	nodes  []*Node
	next   atomic.Uint64
	logger *slog.Logger
}

// ask is how often each node is asked whether it is ready.
const ask = 200 * time.Millisecond

// run keeps asking the nodes, until ctx ends.
func (p *Proxy) run(ctx context.Context) {
	client := &http.Client{Timeout: time.Second}
	for ctx.Err() == nil {
		for _, n := range p.nodes {
			go n.ask(client)
		}
		select {
		case <-ctx.Done():
		case <-time.After(ask):
		}
	}
}

// ServeHTTP passes a request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := p.choose()
	if n == nil {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "no node is ready", http.StatusServiceUnavailable)
		return
	}
	ctx, answered := n.whileItAnswers(r.Context())
	defer answered()
	to := httputil.ReverseProxy{
		Rewrite: func(out *httputil.ProxyRequest) {
			out.SetURL(&url.URL{Scheme: "http", Host: n.address})
			out.SetXForwarded()
		},
		FlushInterval: -1, // streams go through as they come
		ErrorLog:      slog.NewLogLogger(p.logger.Handler(), slog.LevelDebug),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, n.Name+" did not answer: what was sent may have been done, ask with its id", http.StatusBadGateway)
		},
	}
	w.Header().Set("X-Served-By", n.Name)
	to.ServeHTTP(w, r.WithContext(ctx))
}

// choose takes the next node that is ready.
func (p *Proxy) choose() *Node {
	first := p.next.Add(1)
	for i := range p.nodes {
		if n := p.nodes[(int(first)+i)%len(p.nodes)]; n.Ready() {
			return n
		}
	}
	return nil
}
