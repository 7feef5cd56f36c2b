package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

const jsonType = "application/json"

// takeOn creates the client of the payments.
func (x *chaos) takeOn(ctx context.Context) error {
	settings := maps.Clone(client)
	settings["batching"] = map[string]any{"max_entries": 60, "max_age": "5m"}
	return x.api.open(ctx, settings)
}

func proposal(p *payment) string {
	return fmt.Sprintf(`{"TransactionID":%q,"StandardEntryClassCode":"PPD","TransactionType":"push","ToRouting":"121042882","ToAccount":"30488174411","ToAccountType":"checking","ToName":"Ada Marsh","ToIdentification":%q,"Description":"PAYROLL","Amount":%d.%02d}`,
		p.id, p.mark, p.cents/100, p.cents%100)
}

// pay sends payments one by one, each until it is acknowledged.
func (x *chaos) pay(ctx context.Context) {
	for ctx.Err() == nil {
		p := x.model.send("P")
		status, text := x.api.insist(ctx, x.api.client, "POST", "/api/transaction", jsonType, proposal(p), nil)
		switch status {
		case http.StatusOK, http.StatusCreated:
			x.model.acknowledge(func() { p.acknowledged = true })
		case 0: // ctx has ended
		default:
			x.model.fail("payment %s is answered %d %s", p.mark, status, text)
		}
		pause(ctx, 30*time.Millisecond)
	}
}

// bulk sends 50 payments in a request, until all are acknowledged.
func (x *chaos) bulk(ctx context.Context) {
	for ctx.Err() == nil {
		var lines strings.Builder
		sent := map[string]*payment{}
		for range 50 {
			p := x.model.send("B")
			sent[p.id] = p
			lines.WriteString(proposal(p) + "\n")
		}
		for missing := len(sent); missing > 0 && ctx.Err() == nil; pause(ctx, 200*time.Millisecond) {
			_, text := x.api.ask(ctx, x.api.client, "POST", "/api/transaction/bulk", "application/x-ndjson", lines.String(), nil)
			missing = len(sent)
			for _, line := range strings.Split(string(text), "\n") {
				var result struct{ TransactionID, Status string }
				if json.Unmarshal([]byte(line), &result) == nil && result.Status != "" && sent[result.TransactionID] != nil {
					x.model.acknowledge(func() { sent[result.TransactionID].acknowledged = true })
					missing--
				}
			}
		}
		pause(ctx, time.Second)
	}
}

// recall recalls payments that may still be waiting.
func (x *chaos) recall(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, 300*time.Millisecond)
		p := x.model.some(func(p *payment, file string) bool {
			return p.acknowledged && !p.recalling && file == "" && !p.upload
		})
		if p == nil {
			continue
		}
		x.model.acknowledge(func() { p.recalling = true })
		var t struct {
			Events []struct{ EventID, EventType string }
		}
		if status, _ := x.api.insist(ctx, x.api.client, "GET", "/api/transaction/"+p.id, jsonType, "", &t); status != http.StatusOK || len(t.Events) == 0 {
			continue
		}
		status, text := x.api.insist(ctx, x.api.client, "DELETE", "/api/transaction/"+p.id+"/events/"+t.Events[0].EventID, jsonType, "", nil)
		switch status {
		case http.StatusOK:
			x.model.acknowledge(func() { p.recalled = true })
		case http.StatusConflict, 0: // it had left, or ctx has ended
		default:
			x.model.fail("the recall of %s is answered %d %s", p.mark, status, text)
		}
	}
}

// answer makes the simulated bank return payments.
func (x *chaos) answer(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, 700*time.Millisecond)
		p := x.model.some(func(p *payment, file string) bool {
			return p.acknowledged && file != "" && !p.answered && !p.upload && strings.HasSuffix(p.mark, "7")
		})
		if p == nil {
			continue
		}
		x.model.mu.Lock()
		p.answered = true
		x.model.mu.Unlock()
		status, text := x.api.ask(ctx, x.Ops, "POST", "/v1/simulations/transactions/"+p.id+"/return", jsonType, `{"code":"R01"}`, nil)
		switch {
		case status < 300 && status > 0:
			x.model.acknowledge(func() { p.returned = true; x.model.returns++ })
		case status == http.StatusConflict: // its delivery is not recorded yet
		case status >= 500 || status == 0 || status == http.StatusTooManyRequests:
		default:
			x.model.fail("the return of %s is answered %d %s", p.mark, status, text)
		}
	}
}

// passTime advances the clock, so that windows pass.
func (x *chaos) passTime(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, 3*time.Second)
		x.api.ask(ctx, x.Ops, "PUT", "/v1/simulations/clock", jsonType, `{"advance":"6m"}`, nil)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
