package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/achledger/achledger/eventstore/follow"
)

// tenRules are six limits, duplicates, WEB debits, descriptions and return
// rates. They are evaluated for every entry and hold none.
const tenRules = `,"limits":[
	{"direction":"credit","per":"entry","cents":9000000000},
	{"direction":"credit","per":"banking_day","cents":9000000000000000},
	{"direction":"credit","per":"settlement_date","cents":9000000000000000,"count":9000000000},
	{"direction":"credit","per":"settlement_date","cents":9000000000000000,"company_identification":"1840000017"},
	{"direction":"credit","per":"banking_days","days":5,"cents":9000000000000000},
	{"direction":"debit","per":"settlement_date","cents":9000000000000000}],
	"duplicates":{"days":1,"action":"warn"},"web_debits":"hold",
	"descriptions":"hold","companies":[{"identification":"1840000017","pays_wages":true,"sells_goods":true}],
	"return_rates":{"action":"hold_debits"}`

// engineTime is how long the decision engine takes to answer.
const engineTime = 5 * time.Millisecond

// guard measures single and bulk POSTs and the cut with ten rules of the guard,
// beside the same references as without, and then the rate of a decision hook.
func (b *bench) guard(ctx context.Context) error {
	g := &bench{options: b.options, rules: tenRules}
	g.Folder = b.folder("guard")
	if err := os.Mkdir(g.Folder, 0o700); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{g.single, g.bulk, g.cut} {
		if err := step(ctx); err != nil {
			return errors.Join(err, g.stop())
		}
	}
	if err := g.stop(); err != nil {
		return err
	}
	for _, r := range g.table.rows {
		r.path = "ten rules: " + r.path
		b.table.add(r)
	}
	return b.hook(ctx)
}

// hook measures how many entries a second an engine decides that answers each
// question, of up to a hundred entries, after five milliseconds.
func (b *bench) hook(ctx context.Context) (err error) {
	engine, err := startEngine()
	if err != nil {
		return err
	}
	defer engine.server.Close()
	p, err := serve(b.folder("hook"), b.Program)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if p.client, err = p.begin(fmt.Sprintf(`,"decision":{"url":"%s/"}`, engine.base)); err != nil {
		return err
	}
	entries := max(b.Entries/10, 1)
	var rates []float64
	for n := range b.Rounds {
		if _, err := p.bulk(ctx, p.client, fmt.Sprintf("hook-%d", n), entries); err != nil {
			return err
		}
		if err := engine.decides(ctx, int64((n+1)*entries)); err != nil {
			return err
		}
		rates = append(rates, float64(entries)/engine.took().Seconds())
		p.settle(ctx)
	}
	b.table.add(row{
		path: "decision hook", against: fmt.Sprintf("an engine that answers after %s", engineTime),
		measured: fmt.Sprintf("%s entries/s", thousands(median(rates))), budget: "none: its own rate", kept: true,
		details: fmt.Sprintf("from the first question about %s entries of one client to the last; each is held, asked about and allowed", thousands(float64(entries))),
	})
	return nil
}

// engine is a decision engine that allows everything. It runs in this process.
type engine struct {
	base        string
	server      *http.Server
	decided     atomic.Int64 // entries
	first, last atomic.Int64 // Unix nanoseconds of the questions; first is 0 until the next comes
}

func startEngine() (*engine, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &engine{base: "http://" + l.Addr().String()}
	e.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: e}
	go func() { _ = e.server.Serve(l) }()
	return e, nil
}

// ServeHTTP allows every entry of a question.
func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.first.CompareAndSwap(0, time.Now().UnixNano())
	type verdict struct {
		EventID string `json:"event_id"`
		Verdict string `json:"verdict"`
	}
	var question struct {
		Entries []verdict `json:"entries"`
	}
	if err := json.NewDecoder(r.Body).Decode(&question); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for i := range question.Entries {
		question.Entries[i].Verdict = "allow"
	}
	time.Sleep(engineTime)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string][]verdict{"decisions": question.Entries})
	e.last.Store(time.Now().UnixNano())
	e.decided.Add(int64(len(question.Entries)))
}

// decides waits until so many entries were decided.
func (e *engine) decides(ctx context.Context, entries int64) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for e.decided.Load() < entries {
		if !follow.Sleep(ctx, time.Millisecond) {
			return fmt.Errorf("the engine was asked about %d of %d entries", e.decided.Load(), entries)
		}
	}
	return nil
}

// took is the time from the first question since the last call to the newest.
func (e *engine) took() time.Duration {
	return time.Duration(max(e.last.Load()-e.first.Swap(0), 1))
}
