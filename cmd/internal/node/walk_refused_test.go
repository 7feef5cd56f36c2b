package node

import (
	"encoding/json"
	"slices"
)

// contents are the promises of a client that left in one file, with their trace
// numbers there.
type contents struct {
	c        *walker
	promises []*promise
	traces   []string
}

// contentsOf looks up the promises that left in a file. The answer to an ACH Pro file
// names no transactions to the model, so these are found by amount and direction, which
// are unique.
func (w *walk) contentsOf(f walkFile) (in contents) {
	w.t.Helper()
	in.c = w.clients[slices.IndexFunc(w.clients, func(c *walker) bool { return c.id == f.Client })]
	for _, e := range w.eventsIn(f, in.c) {
		p := in.c.some(func(p *promise) bool { return p.event == e.EventID })
		if p == nil {
			p = in.c.named(e.TransactionID, e.EventID)
		}
		if p != nil { // a prenote has no promise: the ledger makes it
			in.promises, in.traces = append(in.promises, p), append(in.traces, e.TraceNumber)
		}
	}
	return in
}

// eventOf is an event in the lists of its client.
type eventOf struct{ TransactionID, EventID, FileID, TraceNumber string }

// eventsIn lists all events of a file. It waits for them, since the views may show a cut
// a moment later.
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

// offsetsIn counts the entries of a file that only balance its batches.
func (c *walker) offsetsIn(f walkFile) (n int) {
	for _, o := range c.offsets() {
		if o.Stream == "file/"+f.ID {
			n++
		}
	}
	return n
}

// offset is the event about such an entry.
type offset struct {
	Stream string
	Data   struct{ Trace string }
}

func (c *walker) offsets() []offset {
	var feed struct{ Data []offset }
	c.want(200, "GET", "/v1/events?after=0&type=file.offset&limit=500", nil, &feed)
	return feed.Data
}

// named finds the promise for a transaction that its answer did not name, by amount and
// direction, and adds the ids to it. It returns nil for a prenote.
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

// acknowledge makes the operator accept, pend or reject a file.
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
		in.c.actOn(in.promises[w.rng.IntN(len(in.promises))]) // an action on an entry whose file is rejected right after
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

// takeBack has operations release a file. That is refused once delivery has begun,
// which may be at any moment. For a file that its client brings to the bank it is
// refused once the bank has answered one of the entries.
func (w *walk) takeBack() {
	w.t.Helper()
	files := w.files()
	if w.rng.IntN(4) > 0 { // mostly one that is not being delivered
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
	case status == 200 && (f.State == "released" || f.State == "refused" && then == "wait"): // it was released before
	case status != 409 || rests && carries && !answered:
		w.t.Errorf("releasing a %s file, carried %t, answered %t, to %s answers %d %s", f.State, carries, answered, then, status, text)
	}
}

// released updates the model for a file whose entries were not processed. They wait
// again, unless the bank answered them; those for which held reports true wait until
// they are judged.
func (w *walk) released(f walkFile, in contents, held func(*promise) bool) {
	w.t.Helper()
	for n, p := range in.promises {
		if p.answered {
			w.stay[in.traces[n]] = true
			continue
		}
		p.back = true
		if held(p) {
			in.c.holds(p)
		}
	}
	for _, p := range in.promises {
		if in.c.pointless(p.tx) || in.c.unwanted(p) {
			for _, entry := range in.c.promises {
				if entry.tx == p.tx && entry.back && !entry.dead && entry.presents() {
					in.c.holds(entry) // its client does not want it any more
				}
			}
		}
	}
}

// holds notes that something waits until it is judged.
func (c *walker) holds(p *promise) {
	if !slices.Contains(c.held, p) {
		c.held = append(c.held, p)
		c.w.did("held")
	}
}

// unwanted reports whether an entry was to be taken back that was not processed: its
// receiving bank was asked to return it and has time to answer, or its reversal came
// back. That is so, too, once the dishonor of the reversal's return was not processed.
func (c *walker) unwanted(p *promise) bool {
	var t told
	c.want(200, "GET", "/api/transaction/"+p.tx, nil, &t)
	asked := slices.ContainsFunc(t.Events, func(e eventTold) bool {
		return e.EventType == "ReturnRequest" && e.ReplyToEventId == p.event && e.Status == "Pending"
	})
	lost := p.presents() || p.kind == "DishonoredReturn" && t.losesReversal(t.event(t.event(p.event).ReplyToEventId))
	return asked || lost && !p.answered && t.reversalCameBack()
}

// presents reports whether it is an entry, or presents one again.
func (p *promise) presents() bool { return p.kind == "Origination" || p.kind == "Retry" }

// pointless marks the events of a transaction that the ledger may have rejected by
// itself after a return or release: a payment that was returned or waits again cannot be
// reversed, and a return is either dishonored or presented again. It reports whether a
// reversal was.
func (c *walker) pointless(tx string) (reversal bool) {
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
			reversal = reversal || p.kind == "Reversal"
			c.w.did("pointless")
		case status == "Rejected" && c.lapsed(p):
			p.dead = true
		case status == "Rejected":
			c.w.t.Errorf("%s %s of %s is rejected, and nothing says why: %s", p.kind, p.event, tx, t.story())
		case status == "Pending" && p.kind == "Reversal" && !stands:
			c.w.t.Errorf("reversal %s of %s waits beside the payment it reverses", p.event, tx)
		}
	}
	return reversal
}
