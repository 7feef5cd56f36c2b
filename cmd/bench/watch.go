package main

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// watchLag samples the relay's lag every tenth of a second. The function it
// returns stops that and returns the maximum.
func (p *process) watchLag(ctx context.Context) (worst func() float64) {
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	most := 0.0
	wg.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				most = max(most, p.metric("achledger_relay_lag_events"))
			}
		}
	})
	return func() float64 {
		stop()
		wg.Wait()
		return most
	}
}

// settle waits until all followers of the log have caught up, webhooks
// included, so that one measurement does not include work of the one before. It looks
// twenty times a second, because the ledger's processor time is measured meanwhile: one
// look costs it half a millisecond.
func (p *process) settle(ctx context.Context) {
	for ctx.Err() == nil && p.metric("achledger_view_lag_events", "achledger_relay_lag_events", "achledger_webhook_lag_events") > 0 {
		time.Sleep(50 * time.Millisecond)
	}
}

// metric reads the sum of some gauges, without those that are missing.
func (p *process) metric(names ...string) (sum float64) {
	request, err := http.NewRequest(http.MethodGet, p.base+"/metrics", nil)
	if err != nil {
		return 0
	}
	request.SetBasicAuth(p.ops.Key, p.ops.Secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok && slices.Contains(names, name) {
			f, _ := strconv.ParseFloat(value, 64)
			sum += f
		}
	}
	return sum
}
