package node

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sys/unix"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// newMetrics makes the registry of /metrics, with the collectors of Go and of
// the process. Package http adds request latency.
func newMetrics(s *Server) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &gauges{server: s},
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "achledger_answers_lapsed_total", Help: "Answers and reversals that were rejected because they had not left before their deadline.",
		}, func() float64 { return float64(s.workers().batcher.Lapsed()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "achledger_entries_warned_total", Help: "Entries that leave although a rule of the guard warned of them.",
		}, func() float64 { return float64(s.workers().guard.Warned()) }))
	return r
}

// failedLogins counts failed logins, by protocol (label "door"): http or NATS.
func failedLogins(r *prometheus.Registry) func(protocol string) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "achledger_failed_logins_total", Help: "Logins that failed, by door: http or nats.",
	}, []string{"door"})
	r.MustRegister(c)
	return func(protocol string) { c.WithLabelValues(protocol).Inc() }
}

// totalsDiffer counts acknowledgements whose totals differ from the file's.
func totalsDiffer(r *prometheus.Registry) func() {
	c := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "achledger_acknowledged_totals_differ_total", Help: "Acknowledgements whose totals differ from those of their file.",
	})
	r.MustRegister(c)
	return c.Inc
}

// engineAnswered counts entries sent to decision engines, by outcome.
func engineAnswered(r *prometheus.Registry) func(outcome string, entries int) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "achledger_decisions_total", Help: "Entries that an engine was asked about before they may leave, by outcome: allow, hold, reject or unanswered.",
	}, []string{"outcome"})
	r.MustRegister(c)
	for _, outcome := range []string{"allow", "hold", "reject", "unanswered"} { // from the start, so that the first one is an increase
		c.WithLabelValues(outcome)
	}
	return func(outcome string, entries int) { c.WithLabelValues(outcome).Add(float64(entries)) }
}

// gauges are read from the log and the views when they are scraped.
type gauges struct {
	server *Server
	files  fileCounts

	mu    sync.Mutex
	last  []prometheus.Metric
	since time.Time // time of the last scan
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("achledger_"+name, help, labels, nil)
}

var (
	logHead       = gauge("log_head_position", "Position of the newest event in the log.")
	logWritable   = gauge("log_writable", "1 while the log takes events, 0 when the process must be restarted.")
	leads         = gauge("leads", "1 on the node that leads, 0 on the others; a data folder has none of these.")
	leaderTerm    = gauge("leader_term", "Term of the newest leader.")
	nodeLog       = gauge("node_log_position", "Newest event that a node knows to be durable.", "node")
	nodeViews     = gauge("node_views_position", "How far a node's views are.", "node")
	nodeSeen      = gauge("node_seen_seconds", "Seconds since a node last said that it is there.", "node")
	synchronous   = gauge("standby_synchronous", "1 while the database's commits wait for a standby; 0: an acknowledged payment may be lost in a failover. A data folder has none.")
	relayLag      = gauge("relay_lag_events", "Events of the log that are not known to be in the stream.")
	streamOpens   = gauge("stream_opening", "1 while the embedded broker opens its stream: nothing leaves, and subscribers wait, until it was compared with the log. With an external broker there is none.")
	viewLag       = gauge("view_lag_events", "Events of the log that the views do not show yet.")
	pending       = gauge("pending_entries", "Entries that wait for a file.", "client", "odfi")
	pendingCents  = gauge("pending_cents", "Cents of the entries that wait for a file.", "client", "odfi")
	oldestPending = gauge("oldest_pending_age_seconds", "Business time since the oldest waiting entry was made.", "client", "odfi")
	filesByState  = gauge("files", "Files by state.", "state")
	returnRates   = gauge("return_rate_companies", "Companies by the level of their return rate: low, warn or act. Those that never rose are not among them.", "class", "level")
	held          = gauge("held_entries", "Entries that a rule of the guard holds.", "client", "rule")
	questionable  = gauge("questionable_returns", "Returns R17 that say QUESTIONABLE: the bank suspects fraud. Those that name a field are not among them.", "client")
	unanswered    = gauge("files_unacknowledged", "Delivered files that the operator should have acknowledged by now.")
	unsentAge     = gauge("oldest_unsent_file_age_seconds", "Business time since the oldest file of an ODFI was cut that is not delivered, where files may leave.", "odfi")
	overdue       = gauge("files_past_deadline", "Files that are not delivered although the deadline of an answer in them has passed.")
	tracesInUse   = gauge("trace_numbers_in_use_ratio", "Share of an ODFI's trace numbers that rest and may not be taken yet; at 1 none of its files can be cut.", "odfi")
	deliveryOn    = gauge("delivery_on", "1 where files may leave, by ODFI; odfi=\"\" stands for all that were never switched, while there are such.", "odfi")
	unreached     = gauge("delivery_failures", "How often in a row the server of an ODFI was not reached.", "odfi")
	notPickedUp   = gauge("pickup_failures", "How often in a row the files on the server of an ODFI could not be picked up.", "odfi")
	unfinished    = gauge("inbound_unfinished_files", "Files from the bank that have been incomplete for 15 minutes, in the inbox or on SFTP servers. Nothing of them is applied.", "source")
	diskFree      = gauge("disk_free_bytes", "What the process may still write on the disk of its folder.")
	diskSize      = gauge("disk_bytes", "The size of that disk.")
)

// Describe implements prometheus.Collector.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{logHead, logWritable, leads, leaderTerm, nodeLog, nodeViews, nodeSeen, synchronous, relayLag, streamOpens, viewLag, pending, pendingCents, oldestPending, filesByState, returnRates, held, questionable, unanswered, unsentAge, overdue, tracesInUse, deliveryOn, unreached, notPickedUp, unfinished, diskFree, diskSize,
		queued, queuedAge, queueDeadline, windowsMissed} {
		ch <- d
	}
}

// scrapeTime bounds how long one scrape may read.
const scrapeTime = 5 * time.Second

// scanEvery is the minimum interval between scans of the views, however many
// scrapers there are.
const scanEvery = 2 * time.Second

// heldByRule totals a client's held entries by ODFI and rule.
func heldByRule(sums []projections.HeldSum) map[[2]string]int64 {
	counts := map[[2]string]int64{}
	for _, s := range sums {
		counts[[2]string{s.Client, s.Rule}] += s.Count
	}
	return counts
}

// sender sends one gauge.
type sender func(d *prometheus.Desc, v float64, labels ...string)

// Collect implements prometheus.Collector. A value that cannot be read is left
// out, which shows as a gap. Positions are read on each scrape, the views at
// most every scanEvery.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	g.positions(ctx, func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	})
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.since.IsZero() || time.Since(g.since) >= scanEvery {
		g.last = nil
		g.scan(ctx, func(d *prometheus.Desc, v float64, labels ...string) {
			g.last = append(g.last, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
		})
		g.since = time.Now()
	}
	for _, m := range g.last {
		ch <- m
	}
}

// truth is a gauge's form of a truth value.
func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// positions sends what is cheap to read.
func (g *gauges) positions(ctx context.Context, send sender) {
	s := g.server
	writable := 1.0
	select {
	case <-s.Store.Failed():
		writable = 0
	default:
	}
	send(logWritable, writable)
	if s.asks != nil {
		send(synchronous, truth(s.asks.Primary().Synchronous))
	}
	if s.broker.embedded != nil {
		send(streamOpens, truth(s.streamOpening()))
	}
	var disk unix.Statfs_t
	if unix.Statfs(string(s.Folder), &disk) == nil {
		send(diskFree, float64(disk.Bavail)*float64(disk.Bsize))
		send(diskSize, float64(disk.Blocks)*float64(disk.Bsize))
	}
	if head, err := s.Store.Head(ctx); err == nil {
		send(logHead, float64(head.Position))
		if s.asks == nil || s.term.Load() != 0 { // only the leader runs the relay
			send(relayLag, float64(max(0, head.Position-s.relay.Position())))
		}
		send(viewLag, float64(max(0, head.Position-s.views.Position())))
	}
}

// nodes sends who leads, and how far each node is.
func (g *gauges) nodes(ctx context.Context, send sender) {
	s := g.server
	if s.asks == nil {
		return
	}
	send(leads, truth(s.term.Load() != 0))
	if t, err := s.asks.CurrentTerm(ctx); err == nil {
		send(leaderTerm, float64(t.Number))
	}
	list, _ := s.asks.Nodes(ctx) // left out if the database cannot be read
	for _, n := range list {
		send(nodeLog, float64(n.Position), n.Name)
		send(nodeViews, float64(n.Views), n.Name)
		send(nodeSeen, n.Seen.Seconds(), n.Name)
	}
}

// scan reads the views.
func (g *gauges) scan(ctx context.Context, send sender) {
	s := g.server
	g.nodes(ctx, send)
	g.waits(ctx, send)
	if queues, err := s.views.QueueTotals(ctx); err == nil {
		g.queues(send, queues)
	}
	counts, waiting := g.files.read(ctx, s.views, s.Ledger.Now())
	for state, n := range counts {
		send(filesByState, float64(n), state)
	}
	g.rules(ctx, send)
	if waiting >= 0 {
		send(unanswered, float64(waiting))
	}
	g.unsent(ctx, send)
	if files, err := workers.Overdue(ctx, s.views, s.Ledger.Now()); err == nil {
		send(overdue, float64(len(files)))
	}
	for odfi, n := range s.workers().delivery.Failing() {
		send(unreached, float64(n), odfi)
	}
	if s.asks == nil || s.term.Load() != 0 { // only the leader looks for files from the bank
		g.inbound(send)
	}
	g.traces(ctx, send)
	g.switches(ctx, send)
}

// rules sends what the rules of the guard hold, and the levels of the return rates.
func (g *gauges) rules(ctx context.Context, send sender) {
	views := g.server.views
	if levels, err := views.RateLevels(ctx); err == nil {
		for of, n := range levels {
			send(returnRates, float64(n), of[0], of[1])
		}
	}
	if sums, err := views.HeldByRules(ctx, ""); err == nil {
		for of, n := range heldByRule(sums) {
			send(held, float64(n), of[0], of[1])
		}
	}
	if counts, err := views.QuestionableReturns(ctx); err == nil {
		for client, n := range counts {
			send(questionable, float64(n), client)
		}
	}
}

// inbound sends what hinders files from the bank.
func (g *gauges) inbound(send sender) {
	w := g.server.workers()
	for source, n := range w.unfinished() {
		send(unfinished, float64(n), source)
	}
	if w.pickup == nil {
		return
	}
	for odfi, n := range w.pickup.Failing() {
		send(notPickedUp, float64(n), odfi)
	}
}

// switches sends where files may leave.
func (g *gauges) switches(ctx context.Context, send sender) {
	for odfi, on := range g.server.switches(ctx) {
		send(deliveryOn, truth(on), odfi)
	}
}

// queues totals a client's forward entries and returns at an ODFI.
func (g *gauges) queues(send sender, queues []domain.Queue) {
	type key struct{ client, odfi string }
	sums := map[key]domain.Queue{}
	for _, q := range queues {
		k := key{q.Client, q.ODFI}
		sum := sums[k]
		sum.Entries, sum.Cents = sum.Entries+q.Entries, sum.Cents+q.Cents
		if sum.OldestAt.IsZero() || q.OldestAt.Before(sum.OldestAt) {
			sum.OldestAt = q.OldestAt
		}
		sums[k] = sum
	}
	now := g.server.Ledger.Now()
	for k, q := range sums {
		send(pending, float64(q.Entries), k.client, k.odfi)
		send(pendingCents, float64(q.Cents), k.client, k.odfi)
		if q.Entries > 0 {
			send(oldestPending, now.Sub(q.OldestAt).Seconds(), k.client, k.odfi)
		}
	}
}

// unsent sends how long files have waited for their delivery.
func (g *gauges) unsent(ctx context.Context, send sender) {
	oldest, err := workers.OldestUnsent(ctx, g.server.views, func(odfi string) bool {
		ok, _ := g.server.Switch.Allowed(odfi)
		return ok
	})
	if err != nil {
		return
	}
	now := g.server.Ledger.Now()
	for odfi, cut := range oldest {
		send(unsentAge, max(0, now.Sub(cut).Seconds()), odfi)
	}
}

// traces sends how many trace numbers of each ODFI are in use.
func (g *gauges) traces(ctx context.Context, send sender) {
	odfis, err := clientsODFIs(ctx, g.server.views)
	if err != nil {
		return
	}
	for odfi := range odfis {
		if use, err := g.server.workers().files.TracesInUse(ctx, odfi); err == nil {
			send(tracesInUse, use, odfi)
		}
	}
}
