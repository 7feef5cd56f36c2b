package main

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"time"
)

// check waits until everything has left, and compares the bank, the nodes and
// the log with what was acknowledged.
func (x *chaos) check(ctx context.Context) error {
	fmt.Println("Checking.")
	if err := x.drain(ctx); err != nil {
		return err
	}
	x.compareFiles()
	x.bank.checkInbox()
	x.compareNodes(ctx)
	x.compareStream(ctx)
	if woken, accepted := x.Databases.Woken(); accepted > 0 {
		x.model.fail("%d of %d former primaries accepted a write after they woke", accepted, woken)
	}
	x.verify(ctx)
	return ctx.Err()
}

// drain advances the clock until everything that must leave has left, two
// minutes of real time at most.
func (x *chaos) drain(ctx context.Context) error {
	for end := time.Now().Add(2 * time.Minute); ctx.Err() == nil; pause(ctx, time.Second) {
		x.bank.take()
		if x.model.some(mustLeave) == nil && x.bank.inboxIsRead() || time.Now().After(end) {
			break
		}
		x.api.ask(ctx, x.Ops, "PUT", "/v1/simulations/clock", jsonType, `{"advance":"10m"}`, nil)
		x.settleUnknown(ctx)
	}
	return ctx.Err()
}

func mustLeave(p *payment, file string) bool {
	return p.acknowledged && !p.recalled && !p.recalling && file == ""
}

// settleUnknown does for files of unknown delivery what a person does: it looks
// whether the bank has them, and confirms or resends.
func (x *chaos) settleUnknown(ctx context.Context) {
	var list struct {
		Data []struct{ ID, Name, State string }
	}
	x.api.ask(ctx, x.Ops, "GET", "/v1/ops/files?limit=1000", jsonType, "", &list)
	for _, f := range list.Data {
		if f.State != "delivery_unknown" {
			continue
		}
		verb := "resend"
		for _, name := range x.bank.keys {
			if name == f.Name {
				verb = "confirm"
			}
		}
		x.model.acknowledge(func() { x.model.unknown[f.ID] = true })
		x.api.ask(ctx, x.Ops, "POST", "/v1/ops/files/"+f.ID+"/"+verb, jsonType, `{"reason":"asked the bank"}`, nil)
	}
}

func (x *chaos) compareFiles() {
	m := x.model
	m.mu.Lock()
	defer m.mu.Unlock()
	for mark, p := range m.payments {
		file := m.left[mark]
		switch {
		case mustLeave(p, file):
			m.wrong = append(m.wrong, fmt.Sprintf("%s was acknowledged and never left", mark))
		case p.recalled && file != "":
			m.wrong = append(m.wrong, fmt.Sprintf("%s was recalled and left in %s", mark, file))
		}
	}
}

// listedTransaction is a transaction in a node's list.
type listedTransaction struct {
	ID     string `json:"transaction_id"`
	Status string `json:"status"`
	Cents  int64  `json:"amount_cents"`
}

// compareNodes compares the transactions that the nodes list with each other
// and with what was acknowledged.
func (x *chaos) compareNodes(ctx context.Context) {
	var first map[string]listedTransaction
	for _, n := range x.Nodes {
		all := x.list(ctx, n.Base())
		if first == nil {
			first = all
		}
		for id, t := range first {
			if all[id] != t {
				x.model.fail("node %s says %+v, node %s %+v", n.Name, all[id], x.Nodes[0].Name, t)
			}
		}
		if len(all) != len(first) {
			x.model.fail("node %s lists %d transactions, node %s %d", n.Name, len(all), x.Nodes[0].Name, len(first))
		}
	}
	for _, p := range x.model.payments {
		if p.upload {
			continue // its id was made by the ledger
		}
		t, ok := first[p.id]
		_, left := x.model.left[p.mark]
		switch {
		case p.acknowledged && !ok:
			x.model.fail("%s was acknowledged and is in no list", p.mark)
		case ok && t.Cents != p.cents:
			x.model.fail("%s is listed with %d cents, not %d", p.mark, t.Cents, p.cents)
		case p.recalled && t.Status != "Recalled":
			x.model.fail("%s was recalled and is %s", p.mark, t.Status)
		case p.returned && t.Status != "Returned":
			x.model.fail("%s was returned and is %s", p.mark, t.Status)
		case left && t.Status != "Transmitted" && t.Status != "Returned":
			x.model.fail("%s left and is %s", p.mark, t.Status)
		}
	}
}

// list returns all transactions of a node by id.
func (x *chaos) list(ctx context.Context, base string) map[string]listedTransaction {
	all := map[string]listedTransaction{}
	direct := newAPI(base, x.Ops)
	for cursor := ""; ; {
		var page struct {
			Data []listedTransaction
			Next string `json:"next_cursor"`
		}
		status, text := direct.insist(ctx, x.Ops, "GET", "/v1/ops/transactions?limit=1000&cursor="+url.QueryEscape(cursor), jsonType, "", &page)
		if status != 200 {
			x.model.fail("the list of %s is answered %d %s", base, status, text)
			return all
		}
		for _, t := range page.Data {
			all[t.ID] = t
		}
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// verify runs achledger verify against every node. It checks the chain, the
// stream, the files and the totals, and each node's views row by row.
func (x *chaos) verify(ctx context.Context) {
	for _, n := range x.Nodes {
		cmd := exec.CommandContext(ctx, x.program, "verify", "--store", x.Store, "--data", n.Data)
		output, err := cmd.CombinedOutput()
		fmt.Printf("\nNode %s:\n%s", n.Name, output)
		if err != nil {
			x.model.fail("achledger verify on node %s: %v", n.Name, err)
		}
	}
}
