package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// take is the worst latency of a list or look-up.
type take struct {
	when, who, path string
	worst           time.Duration
}

func slower(a, b take) int { return cmp.Compare(b.worst, a.worst) }

// tries is how often each list is read; the worst counts.
const tries = 5

// tooLong is the budget of a list.
const tooLong = 300 * time.Millisecond

// lists measures every list and look-up, of operations and of a client.
func (s *sizing) lists(when string) func(context.Context) error {
	return func(ctx context.Context) error {
		some, err := s.some(s.halves[0], few)
		if err != nil {
			return err
		}
		one := some[few-1]
		var slow []take
		err = s.stage("lists, "+when, func() error {
			for _, path := range s.opsLists(one) {
				slow = append(slow, take{when: when, who: "operations", path: path})
			}
			for _, path := range clientLists(one) {
				slow = append(slow, take{when: when, who: "client", path: path})
			}
			for i := range slow {
				if err := s.measure(ctx, &slow[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		s.takes = append(s.takes, slow...)
		slices.SortFunc(slow, slower)
		over := 0
		for over < len(slow) && slow[over].worst >= tooLong {
			over++
		}
		s.add(row{
			path: "lists and look-ups, " + when, against: s.sized(), measured: fmt.Sprintf("%s at worst, %d of %d too long", milliseconds(slow[0].worst), over, len(slow)),
			budget: "under 300 ms", kept: over == 0, details: slow[0].who + " " + slow[0].path,
		})
		return nil
	}
}

// measure reads a list a few times and notes the worst.
func (s *sizing) measure(ctx context.Context, t *take) error {
	credential := s.ledger.ops
	if t.who == "client" {
		credential = s.halves[0].who
	}
	for range tries {
		began := time.Now()
		if err := s.ledger.call(credential, http.MethodGet, t.path, "", nil); err != nil {
			return err
		}
		t.worst = max(t.worst, time.Since(began))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

var statuses = []string{"Pending", "Released", "Transmitted", "Returned", "Recalled", "Rejected"}

// found are filters with which people look for a payment.
func found(one listed) []string {
	out := []string{
		"amount=" + one.Amount + "&name=" + url.QueryEscape(one.Name), "amount=" + one.Amount, "name=" + url.QueryEscape(one.Name), "name=BA", "name=NOBODYATALL",
		"last4=" + lastDigits(one.Last4), "company=1840000017", "code=R01", "min=4999.99", "direction=FromFed", "from=2026-11-24&to=2026-11-24", "from=2026-12-01",
	}
	for _, status := range statuses {
		out = append(out, "status="+status, "status="+status+"&from=2026-11-24&to=2026-11-24", "status="+status+"&company=1840000017")
	}
	if one.Trace != "" {
		out = append(out, "trace="+one.Trace, "file="+one.File)
	}
	return out
}

func lastDigits(masked string) string { return masked[max(0, len(masked)-4):] }

func (s *sizing) opsLists(one listed) []string {
	out := []string{
		"/v1/ops/transactions?limit=100", "/v1/ops/files?limit=100", "/v1/ops/clients", "/v1/ops/queue", "/v1/ops/exposure", "/v1/ops/return-rates?client=" + s.halves[0].id, "/metrics",
		"/v1/ops/return-rates/entries?class=overall&company_identification=1840000017&client=" + s.halves[0].id, "/v1/ops/audit", "/v1/ops/inbound", "/v1/ops/unmatched", "/v1/ops/approvals", "/v1/ops/inbound-decisions",
		"/v1/ops/settlements", "/v1/ops/credentials", "/v1/ops/search?q=" + one.ID, "/v1/ops/clients/" + s.halves[0].id + "/transactions/" + one.ID,
	}
	for _, by := range found(one) {
		out = append(out, "/v1/ops/transactions?limit=100&"+by, "/v1/ops/transactions?limit=100&client="+s.halves[0].id+"&"+by)
	}
	return append(out, searches("/v1/ops/search?q=", one)...)
}

func clientLists(one listed) []string {
	out := []string{
		"/v1/transactions?limit=100", "/api/transaction/events?limit=100", "/v1/events?limit=100", "/v1/files?limit=100", "/v1/windows", "/v1/returns?limit=100",
		"/v1/nocs?limit=100", "/v1/return-rates", "/api/transaction/" + one.ID,
	}
	for _, by := range found(one) {
		out = append(out, "/v1/transactions?limit=100&"+by)
	}
	return append(out, searches("/v1/search?q=", one)...)
}

// searches are values that appear on a bank statement.
func searches(path string, one listed) []string {
	out := []string{path + one.Amount + "+" + url.QueryEscape(one.Name), path + url.QueryEscape(one.Name), path + "R01", path + "Rejected", path + "NOBODYATALL"}
	if one.Trace != "" {
		out = append(out, path+one.Trace, path+one.Trace+"+"+one.Amount)
	}
	return out
}

// shown is how many of the lists are printed, slowest first.
const shown = 20

func (s *sizing) printTakes() []string {
	out := []string{"| list, a page of 100 | of | while | ms at worst |", "|---|---|---|---|"}
	slices.SortFunc(s.takes, slower)
	for _, t := range s.takes[:min(shown, len(s.takes))] {
		out = append(out, fmt.Sprintf("| `%s` | %s | %s | %.1f |", t.path, t.who, t.when, float64(t.worst.Microseconds())/1000))
	}
	return append(out, "")
}
