package node

import (
	"encoding/json"
	"slices"
)

// contents are the promises of a client that left in one file, with the
// traces they bear there.
type contents struct {
	c        *walker
	promises []*promise
	traces   []string
}

// contentsOf looks up what left in a file. Payments of ach-files are told by
// amount and direction, of which no two have the same: nobody named them
// before.
func (w *walk) contentsOf(f walkFile) (in contents) {
	w.t.Helper()
	in.c = w.clients[slices.IndexFunc(w.clients, func(c *walker) bool { return c.id == f.Client })]
	for _, e := range w.eventsIn(f, in.c) {
		p := in.c.some(func(p *promise) bool { return p.event == e.EventID })
		if p == nil {
			p = in.c.named(e.TransactionID, e.EventID)
		}
		if p != nil { // else a prenote, which is the ledger's own
			in.promises, in.traces = append(in.promises, p), append(in.traces, e.TraceNumber)
		}
	}
	return in
}

// eventOf is an event in the lists of its client.
type eventOf struct{ TransactionID, EventID, FileID, TraceNumber string }

// eventsIn are the events of a file, all of them: the lists may learn of a
// cut a moment later.
func (w *walk) eventsIn(f walkFile, c *walker) (list []eventOf) {
	w.t.Helper()
	eventually(w.t, "the entries of "+f.Name+" in the list of events", func() bool {
		var events []eventOf
		c.want(200, "GET", "/api/transaction/event?after=0&direction=ToFed", nil, &events)
		list = slices.DeleteFunc(events, func(e eventOf) bool { return e.FileID != f.ID })
		return len(list)+c.offsetsIn(f) == f.Entries || f.State == "refused" || f.State == "released"
	})
	return list
}

// offsetsIn is how many entries of a file balance its batches and are nobody's
// payments.
func (c *walker) offsetsIn(f walkFile) (n int) {
	for _, o := range c.offsets() {
		if o.Stream == "file/"+f.ID {
			n++
		}
	}
	return n
}

// offset is the event of one.
type offset struct {
	Stream string
	Data   struct{ Trace string }
}

func (c *walker) offsets() []offset {
	var feed struct{ Data []offset }
	c.want(200, "GET", "/v1/events?after=0&type=file.offset&limit=500", nil, &feed)
	return feed.Data
}

// named is the promise for a transaction that the answer did not name; nil
// where no money was promised.
func (c *walker) named(tx, event string) *promise {
	var t struct {
		Amount          json.Number
		TransactionType string
	}
	c.want(200, "GET", "/api/transaction/"+tx, nil, &t)
	debit := t.TransactionType == "pull"
	p := c.some(func(p *promise) bool { return p.tx == "" && p.debit == debit && dollars(p.cents) == t.Amount })
	if p != nil {
		p.tx, p.event = tx, event
	} else if amount, err := t.Amount.Float64(); err != nil || amount != 0 {
		c.w.t.Errorf("client %d: a file has %s of transaction %s, which nobody promised", c.n, t.Amount, tx)
	}
	return p
}

// acknowledge plays the operator.
func (w *walk) acknowledge() {
	w.t.Helper()
	files := w.files()
	if len(files) == 0 {
		return
	}
	f := files[w.rng.IntN(len(files))]
	result := []string{"accepted", "accepted", "pended", "rejected"}[w.rng.IntN(4)]
	in := w.contentsOf(f)
	if result == "rejected" && len(in.promises) > 0 {
		in.c.actOn(in.promises[w.rng.IntN(len(in.promises))]) // too late, as its client will hear
	}
	status, text := w.post(w.ops, "/v1/simulations/files/"+f.ID+"/acknowledge", object{"result": result})
	w.hear(text)
	switch {
	case status == 200 && result == "rejected":
		w.released(f, in, func(p *promise) bool {
			p.refusals++
			return p.refusals > 1 || in.c.carries[f.ID]
		})
		fallthrough
	case status == 200:
		w.did(result)
	case status != 409 && status != 422:
		w.t.Errorf("acknowledging a %s file as %s answers %d %s", f.State, result, status, text)
	}
}

// takeBack has operations release a file. That is too late once delivery
// began, which may be at any moment; of a file that its client carries it is
// too late when the bank answered an entry of it.
func (w *walk) takeBack() {
	w.t.Helper()
	files := w.files()
	if w.rng.IntN(4) > 0 { // most often one that rests
		files = slices.DeleteFunc(files, func(f walkFile) bool { return f.State != "rendered" })
	}
	if len(files) == 0 {
		return
	}
	f := files[w.rng.IntN(len(files))]
	in := w.contentsOf(f)
	then := []string{"wait", "reject"}[w.rng.IntN(2)]
	carries, answered := in.c.carries[f.ID], slices.ContainsFunc(in.promises, func(p *promise) bool { return p.answered })
	rests := f.State == "rendered" || f.State == "cut"
	status, text := w.post(w.ops, "/v1/ops/files/"+f.ID+"/release", object{"reason": "not carried", "then": then, "not_carried": true})
	w.hear(text)
	switch {
	case status == 200 && rests && !(carries && answered):
		w.released(f, in, func(p *promise) bool {
			p.dead = then == "reject"
			return carries && !p.dead
		})
		w.did("take back")
	case status == 200 && (f.State == "released" || f.State == "refused" && then == "wait"): // so it is
	case status != 409 || rests && carries && !answered:
		w.t.Errorf("releasing a %s file, carried %t, answered %t, to %s answers %d %s", f.State, carries, answered, then, status, text)
	}
}

// released knows what it means that the entries of a file were not processed:
// they wait again, unless the bank answered them, those for which held is
// true until they are judged.
func (w *walk) released(f walkFile, in contents, held func(*promise) bool) {
	w.t.Helper()
	for n, p := range in.promises {
		if p.answered {
			w.stay[in.traces[n]] = true
			continue
		}
		p.back = true
		if held(p) && !slices.Contains(in.c.held, p) {
			in.c.held = append(in.c.held, p)
			w.did("held")
		}
	}
	for _, p := range in.promises {
		in.c.pointless(p.tx)
	}
}

// pointless knows which answers of a transaction the ledger rejects by itself
// when something comes back: of a payment that was returned, or waits again,
// there is nothing to reverse, and one return is either dishonored or
// presented again.
func (c *walker) pointless(tx string) {
	c.w.t.Helper()
	var t told
	c.want(200, "GET", "/api/transaction/"+tx, nil, &t)
	stands := slices.Contains([]string{"Released", "Transmitted"}, t.status(c.origin(tx).event))
	returned := slices.ContainsFunc(t.Events, func(e eventTold) bool { return e.EventType == "Return" && e.Direction == "FromFed" })
	disputed := t.last("DishonoredReturn") != "" && t.last("Retry") != "" || t.last("Reversal") != ""
	for _, p := range c.promises {
		if p.tx != tx || p.dead {
			continue
		}
		may := p.kind == "Reversal" && (!stands || returned) || (p.kind == "Retry" || p.kind == "DishonoredReturn") && disputed
		switch status := t.status(p.event); {
		case status == "Rejected" && may:
			p.dead = true
			c.w.did("pointless")
		case status == "Rejected":
			c.w.t.Errorf("%s %s of %s is rejected, and nothing says why: %s", p.kind, p.event, tx, t.story())
		case status == "Pending" && p.kind == "Reversal" && !stands:
			c.w.t.Errorf("reversal %s of %s waits beside the payment it reverses", p.event, tx)
		}
	}
}
