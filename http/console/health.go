package console

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/achledger/achledger/eventstore"
)

// check is one health check, with a sentence that explains its result.
type check struct {
	Name  string
	Tone  tone
	State string
	Says  string
}

// gathered caches the metrics. Gathering them reads the views, so it happens
// at most every few seconds regardless of how many people look. A page that
// refreshes itself keeps the cache warm for the others.
type gathered struct {
	mu     sync.Mutex
	at     time.Time
	values map[string]float64
	labels map[string]map[string]float64 // of metrics with one label that matters
}

const gatherEvery = 10 * time.Second

// read returns the metrics by name, and by name and value of the first label.
func (g *gathered) read(from prometheus.Gatherer) (map[string]float64, map[string]map[string]float64) {
	return g.noOlderThan(gatherEvery, from)
}

// noOlderThan is read with a maximum age. It gathers outside the lock, so that a
// caller for whom the previous values are fresh enough does not wait.
func (g *gathered) noOlderThan(most time.Duration, from prometheus.Gatherer) (map[string]float64, map[string]map[string]float64) {
	g.mu.Lock()
	values, labels, old := g.values, g.labels, g.values == nil || time.Since(g.at) >= most
	g.mu.Unlock()
	if !old {
		return values, labels
	}
	values, labels = gather(from)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at, g.values, g.labels = time.Now(), values, labels
	return values, labels
}

func gather(from prometheus.Gatherer) (values map[string]float64, labels map[string]map[string]float64) {
	families, _ := from.Gather() // metrics that cannot be read are left out
	values, labels = map[string]float64{}, map[string]map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			v, ok := valueOf(m)
			if !ok {
				continue
			}
			name := f.GetName()
			values[name] += v
			if of := m.GetLabel(); len(of) > 0 {
				if labels[name] == nil {
					labels[name] = map[string]float64{}
				}
				labels[name][of[0].GetValue()] += v
			}
		}
	}
	return values, labels
}

func valueOf(m *dto.Metric) (float64, bool) {
	switch {
	case m.GetGauge() != nil:
		return m.GetGauge().GetValue(), true
	case m.GetCounter() != nil:
		return m.GetCounter().GetValue(), true
	default:
		return 0, false
	}
}

// health runs the checks of whether the ledger is working.
func (s *surface) health(ctx context.Context, p *page) []check {
	values, labels := s.metrics.read(s.Metrics)
	list := []check{s.logCheck(), s.viewCheck(ctx)}
	if values["achledger_stream_opening"] > 0 {
		list = append(list, opening...)
	} else {
		list = append(list, streamChecks(values, labels)...)
	}
	return append(list, fileChecks(values, labels)...)
}

// unsentLong is the age of a file that has not left at which the alert rules call
// a person too, in seconds.
const unsentLong = 30 * 60

// fileChecks are the checks of the files for the bank and of those from it; each
// is left out while nothing is wrong.
func fileChecks(values map[string]float64, labels map[string]map[string]float64) (list []check) {
	var unsent []string
	for _, odfi := range sortedNames(labels["achledger_oldest_unsent_file_age_seconds"]) {
		if labels["achledger_oldest_unsent_file_age_seconds"][odfi] > unsentLong {
			unsent = append(unsent, odfi)
		}
	}
	if len(unsent) > 0 {
		list = append(list, check{"Files for the bank", bad, "not sent", "A file for " + strings.Join(unsent, ", ") + " was cut more than half an hour ago and has not left. The server's logs say why."})
	}
	if n := values["achledger_delivery_failures"]; n > 0 {
		list = append(list, check{"Bank's server", warn, "not reached", "The last attempts to reach a bank's server failed."})
	}
	if n := values["achledger_pickup_failures"]; n > 0 {
		list = append(list, check{"Files on a bank's server", warn, "not picked up", "The last attempts to pick up files from a bank's server failed. The server's logs say why."})
	}
	if n := values["achledger_inbound_unfinished_files"]; n > 0 {
		list = append(list, check{"Files from the bank", bad, "incomplete", plural(int(n), "file from the bank is incomplete, and nothing in it", "files from the bank are incomplete, and nothing in them") + " is applied. The server's logs say which."})
	}
	if n := values["achledger_files_unacknowledged"]; n > 0 {
		list = append(list, check{"Acknowledgements", warn, "missing", plural(int(n), "delivered file was", "delivered files were") + " not acknowledged in time."})
	}
	if n := values["achledger_files_past_deadline"]; n > 0 {
		list = append(list, check{"Deadlines", bad, "missed", plural(int(n), "file", "files") + " with answers missed a deadline."})
	}
	return list
}

// streamChecks are the checks of the stream and of delivery.
func streamChecks(values map[string]float64, labels map[string]map[string]float64) (list []check) {
	if lag, ok := values["achledger_relay_lag_events"]; ok {
		c := check{Name: "Stream", Tone: good, State: "up to date", Says: "Subscribers get everything that is in the log."}
		if lag > 1000 {
			c.Tone, c.State, c.Says = warn, "behind", number(int64(lag))+" events of the log are not in the stream yet. Nothing is lost."
		}
		list = append(list, c)
	}
	if on, ok := labels["achledger_delivery_on"]; ok {
		c := check{Name: "Delivery", Tone: good, State: "on", Says: "Files are sent to every bank."}
		var off []string
		for _, odfi := range sortedNames(on) {
			if on[odfi] == 0 {
				off = append(off, cmp.Or(odfi, "any bank that was not switched on"))
			}
		}
		if len(off) > 0 {
			c.Tone, c.State, c.Says = bad, "off", "No file is sent to "+strings.Join(off, ", ")+". achledger delivery on --help says how to switch it on."
		}
		list = append(list, c)
	}
	return list
}

// opening is what to know while the embedded broker opens its stream.
var opening = []check{
	{"Stream", warn, "being opened", "Payments are accepted. The broker reads its stream, as after a kill or a power cut; subscribers wait until it was compared with the log."},
	{"Delivery", warn, "waits", "No file is sent before the stream was compared with the log."},
}

func (s *surface) logCheck() check {
	select {
	case <-s.Ledger.Store.Failed():
		return check{"Log", bad, "closed", "Nothing can be accepted until the process is restarted."}
	default:
		return check{"Log", good, "writing", "Every accepted request is on disk."}
	}
}

func (s *surface) viewCheck(ctx context.Context) check {
	head, err := s.Ledger.Store.Head(ctx)
	lag := head.Position - s.Views.Position()
	switch {
	case errors.Is(err, eventstore.ErrAway):
		return check{"Database", bad, "away", "The database does not answer. Nothing can be accepted until it does."}
	case err != nil:
		return check{"Log", bad, "not read", "The log could not be read. Pages may show an older state."}
	case lag > 1000:
		return check{"Lists", warn, "behind", number(lag) + " events of the log are not in the lists yet. Pages may show an older state."}
	default:
		return check{"Lists", good, "up to date", "Pages show everything up to event " + number(head.Position) + "."}
	}
}
