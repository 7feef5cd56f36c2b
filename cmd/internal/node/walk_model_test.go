package node

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// walkSteps are the steps that walks together must take at least once.
var walkSteps = []string{"originate", "bulk", "upload", "recall", "return", "correct", "reverse", "retry", "return_request", "corrected_entry", "ach-file", "recipient",
	"token", "token XML", "vault payment", "relationship", "transfer", "hold", "reject", "suspend", "accepted", "rejected",
	"pointless", "held", "take back", "bank return", "bank correction", "inbound", "/connect/token", "/v1/token"}

// promise is something that a 2xx said will leave in a file, once: an origination or
// a later event of a transaction. It may also be a payment of another bank.
type promise struct {
	tx    string // "" where the answer did not say
	event string // "" where the answer did not say
	kind  string // as ACH Connect names events
	debit bool
	cents int64
	dead  bool // recalled or rejected: it is in no file
	comes bool // it came from another bank: it is in no file of ours

	answered bool // the bank answered it, so it stays in its file
	refusals int  // how often the operator rejected its file
	back     bool // it was not processed, and waited again
	kept     bool // it was held, or its client suspended, while it may have waited
}

// promised adds a promise to the model, and checks that the ledger shows it.
func (c *walker) promised(p promise) {
	c.promises = append(c.promises, &p)
	if p.tx == "" {
		return
	}
	var t told
	if !c.want(200, "GET", "/api/transaction/"+p.tx, nil, &t) {
		return
	}
	if p.event == "" {
		p.event = t.last(p.kind)
		c.promises[len(c.promises)-1].event = p.event
	}
	if _, text := c.request("GET", "/api/transaction/event?eventType="+p.kind, nil); p.event == "" || !strings.Contains(text, p.event) {
		c.w.t.Errorf("today's events have no %s %s of %s, which was acknowledged", p.kind, p.event, p.tx)
	}
	if p.kind == "Origination" {
		c.knowsTransaction(p.tx, p.event)
	}
}

// died notes that an event must not be in a file.
func (c *walker) died(tx, event string) {
	for _, p := range c.promises {
		if p.tx == tx && p.event == event {
			p.dead = true
			return
		}
	}
}

// origin returns the promise for the origination of a transaction.
func (c *walker) origin(tx string) *promise {
	for _, p := range c.promises {
		if p.tx == tx && p.kind == "Origination" {
			return p
		}
	}
	c.w.t.Errorf("the model has no transaction %s", tx)
	return &promise{}
}

// some returns a random one of the promises that fit, or nil.
func (c *walker) some(fits func(*promise) bool) *promise {
	var list []*promise
	for _, p := range c.promises {
		if fits(p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[c.rng.IntN(len(list))]
}

// walkLog keeps what the server logs.
type walkLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *walkLog) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(io.Writer(l), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write implements io.Writer.
func (l *walkLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}
