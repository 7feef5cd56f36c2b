package node

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/webhooks"
)

// addWebhooks makes the worker that posts to clients' endpoints. Its messages
// have the same form as the API's responses.
func (c *workerSet) addWebhooks(s *Server) (err error) {
	c.webhooks, err = webhooks.New(webhooks.Config{
		Ledger: s.Ledger, Beside: s.Store, Views: s.views, Log: s.log, Sandbox: s.Kind == folder.Sandbox,
		Shows: webhooks.Shows{
			Item: func(i projections.Item) any { return api.NewEventRecord(i) },
			File: func(f domain.File) (any, string) {
				if !api.IsShown(f) {
					return nil, ""
				}
				shown := api.NewFileRecord(api.FileFromLog(f))
				return shown, shown.State
			},
			Link: func(ctx context.Context, h domain.Holder, r *domain.Relationship) (any, error) {
				shown, _, err := api.NewLinkRecord(ctx, s.Ledger, h, r)
				return shown, err
			},
		},
	})
	return err
}

// webhookMetrics are the state of the webhooks.
type webhookMetrics struct{ server *Server }

var (
	webhookTries    = prometheus.NewDesc("achledger_webhook_tries_total", "Tries to post a webhook message, by result: delivered or failed.", []string{"result"}, nil)
	webhooksEnabled = gauge("webhooks_enabled", "Webhooks that messages are posted to.")
	webhooksStopped = gauge("webhooks_disabled", "Webhooks that were disabled because every try of a message failed for three days.")
	webhooksWaiting = gauge("webhook_messages_waiting", "Webhook messages that failed and wait for another try.")
	webhooksOldest  = gauge("webhook_oldest_waiting_seconds", "Time since the first try of the message that waits longest, of enabled webhooks.")
	webhooksBehind  = gauge("webhook_lag_events", "Events of the log that the enabled webhook furthest behind has yet to pass.")
)

// Describe implements prometheus.Collector.
func (m *webhookMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{webhookTries, webhooksEnabled, webhooksStopped, webhooksWaiting, webhooksOldest, webhooksBehind} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *webhookMetrics) Collect(ch chan<- prometheus.Metric) {
	c := m.server.workers().webhooks.Counts()
	ch <- prometheus.MustNewConstMetric(webhookTries, prometheus.CounterValue, float64(c.Delivered), "delivered")
	ch <- prometheus.MustNewConstMetric(webhookTries, prometheus.CounterValue, float64(c.Failed), "failed")
	for d, v := range map[*prometheus.Desc]float64{
		webhooksEnabled: float64(c.Webhooks), webhooksStopped: float64(c.Disabled), webhooksWaiting: float64(c.Waiting),
		webhooksOldest: c.Oldest.Seconds(), webhooksBehind: float64(c.Behind),
	} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
}
