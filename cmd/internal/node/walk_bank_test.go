package node

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// bank is a step of operations, of the other banks, or of the clock.
func (w *walk) bank() {
	w.t.Helper()
	c := w.clients[w.rng.IntN(len(w.clients))]
	if c.suspended {
		w.suspend(c, false)
		return
	}
	switch w.rng.IntN(15) {
	case 0, 1:
		w.day(w.now().Add(time.Duration(20+w.rng.IntN(240)) * time.Minute).Format(time.RFC3339))
	case 2:
		w.day(w.now().Add(time.Duration(12+w.rng.IntN(30)) * time.Hour).Format(time.RFC3339))
	case 3, 12:
		w.hold(c)
	case 4, 13:
		for _, c := range w.clients {
			w.judge(c)
		}
	case 5:
		w.suspend(c, true)
	case 6, 7:
		w.acknowledge()
	case 8, 9:
		w.answer(c)
	case 14:
		w.takeBack()
	default:
		w.inbound(c)
	}
}

// day moves the clock. If that is refused, the server's log is printed.
func (w *walk) day(now string) {
	w.t.Helper()
	if status := w.call(w.ops, "PUT", "/v1/simulations/clock", object{"now": now}, nil); status != 200 {
		w.log.mu.Lock()
		text := w.log.text.String()
		w.log.mu.Unlock()
		w.t.Fatalf("seed %d: moving the clock to %s answers %d; the server says\n%s", w.seed, now, status, text[max(0, len(text)-2000):])
	}
}

// now is the sandbox's time.
func (w *walk) now() time.Time {
	request, err := http.NewRequest("GET", w.Base+"/v1/simulations/clock", nil)
	if err != nil {
		w.t.Error(err)
		return time.Time{}
	}
	request.Header.Set("Authorization", basic(w.ops))
	_, text, _ := w.send(request)
	_, stamp, _ := strings.Cut(text, `"now":"`)
	stamp, _, _ = strings.Cut(stamp, `"`)
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		w.t.Error(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		w.t.Error(err)
	}
	return at.In(newYork)
}

// hold keeps the newest event of a client out of files.
func (w *walk) hold(c *walker) {
	var p *promise
	for _, made := range c.promises {
		if made.event != "" && !made.dead && !made.comes {
			p = made
		}
	}
	if p == nil || slices.Contains(c.held, p) {
		return
	}
	status, text := w.post(w.ops, "/v1/ops/events/"+p.event+"/hold", object{"reason": "looks odd"})
	w.hear(text)
	switch status {
	case 200:
		c.held, p.kept = append(c.held, p), true
		w.did("hold")
	case 409, 422: // it has left
	default:
		w.t.Errorf("holding an event answers %d %s", status, text)
	}
}

// judge approves or rejects what is held.
func (w *walk) judge(c *walker) {
	if len(c.held) == 0 {
		return
	}
	p := c.held[0]
	c.held = c.held[1:]
	if p.dead {
		return // recalled while it was held, or rejected with its payment
	}
	verb := []string{"approve", "reject"}[w.rng.IntN(2)]
	status, text := w.post(w.ops, "/v1/ops/events/"+p.event+"/"+verb, object{"reason": "asked them"})
	w.hear(text)
	if status == 422 && verb == "approve" && p.kind != "Origination" { // the answer's deadline has passed, or the ledger would reject it
		verb = "reject"
		status, text = w.post(w.ops, "/v1/ops/events/"+p.event+"/"+verb, object{"reason": "too late"})
	}
	if status == 409 && p.kind != "Origination" && c.rejectedMeanwhile(p) {
		p.dead = true
		return
	}
	if status != 200 {
		w.t.Errorf("%s of a %s answers %d %s", verb, p.kind, status, text)
	}
	p.dead = verb == "reject"
	w.did(verb)
}

// rejectedMeanwhile reports whether the ledger has rejected an answer because its
// deadline passed while it was held or waited.
func (c *walker) rejectedMeanwhile(p *promise) bool {
	var t told
	if !c.want(200, "GET", "/api/transaction/"+p.tx, nil, &t) {
		return false
	}
	for _, e := range t.Events {
		if e.EventID == p.event {
			return e.Status == "Rejected" && strings.Contains(e.Reason, "deadline")
		}
	}
	return false
}

// lapsed marks as dead the answers that something kept from leaving until their
// deadline had passed.
func (w *walk) lapsed() {
	for _, c := range w.clients {
		for _, p := range c.promises {
			p.dead = p.dead || c.lapsed(p)
		}
	}
}

// lapsed reports whether the deadline of an answer passed while something kept it from
// leaving.
func (c *walker) lapsed(p *promise) bool {
	return (p.back || p.kept) && !p.dead && p.kind != "Origination" && c.rejectedMeanwhile(p)
}

// suspend suspends a client, or ends its suspension.
func (w *walk) suspend(c *walker, suspended bool) {
	w.must(200, w.ops, "PATCH", "/v1/ops/clients/"+c.id, object{"suspended": suspended}, nil)
	c.suspended = suspended
	for _, p := range c.promises {
		p.kept = p.kept || suspended
	}
	w.did("suspend")
}

// answer makes the other bank return or correct a payment, or contest a dishonor.
func (w *walk) answer(c *walker) {
	p := c.some(func(p *promise) bool { return p.tx != "" && p.kind == "Origination" })
	if w.rng.IntN(2) == 0 { // prefer a payment that is to be reversed
		reversal := c.some(func(p *promise) bool { return p.kind == "Reversal" && !p.dead })
		if of := c.some(func(p *promise) bool { return reversal != nil && p.tx == reversal.tx && p.kind == "Origination" }); of != nil {
			p = of
		}
	}
	if p == nil {
		return
	}
	verb, body := "return", object{"code": "R01", "client": c.id}
	switch {
	case p.comes:
		verb, body["code"] = "dishonor", "R68"
		if w.rng.IntN(2) == 0 {
			verb, body["code"], body["data"] = "correction", "C01", w.account()
		}
	case w.rng.IntN(3) == 0:
		verb, body["code"], body["data"] = "correction", "C01", w.account()
	case w.rng.IntN(4) == 0:
		verb, body["code"] = "contest", "R71"
	case p.debit && w.rng.IntN(2) == 0:
		body["code"] = "R11" // its client may debit again, as was authorized
	}
	status, text := w.post(w.ops, "/v1/simulations/transactions/"+p.tx+"/"+verb, body)
	w.hear(text)
	switch status {
	case 200:
		w.did("bank " + verb)
		c.answered(p.tx)
		c.actOn(p)
	case 422: // it has not left, or there is nothing to dispute
	default:
		w.t.Errorf("the bank's %s of %s answers %d %s", verb, p.tx, status, text)
	}
}

// answered notes which event of a transaction the bank has just answered. That event
// was processed, even if its file is rejected later.
func (c *walker) answered(tx string) {
	var t told
	c.want(200, "GET", "/api/transaction/"+tx, nil, &t)
	last := eventTold{}
	for _, e := range t.Events {
		if e.Direction == "FromFed" && e.ReplyToEventId != "" {
			last = e
		}
	}
	if last.EventID == "" {
		return // the entry had not left, so the bank's answer waits for a person
	}
	for _, p := range c.promises {
		p.answered = p.answered || p.event == last.ReplyToEventId
	}
	c.pointless(tx)
	for _, p := range c.promises { // an entry that waits again is not wanted when nothing takes it back any more
		if p.tx == tx && p.presents() && p.back && !p.dead && t.status(p.event) == "Pending" && t.losesReversal(last) {
			c.holds(p)
		}
	}
}

// losesReversal reports whether an answer of the bank sends a reversal back: it returns
// the reversal, or contests the dishonor of its return.
func (t told) losesReversal(e eventTold) bool {
	if e.EventType == "ContestedReturn" {
		e = t.event(t.event(e.ReplyToEventId).ReplyToEventId)
	}
	return e.EventType == "Return" && t.event(e.ReplyToEventId).EventType == "Reversal"
}

// reversalCameBack reports whether a return of a reversal stands.
func (t told) reversalCameBack() bool {
	return slices.ContainsFunc(t.Events, func(e eventTold) bool {
		return e.EventType == "Return" && t.losesReversal(e) && !slices.ContainsFunc(t.Events, func(d eventTold) bool {
			return d.EventType == "DishonoredReturn" && d.ReplyToEventId == e.EventID && (d.Status == "Released" || d.Status == "Transmitted") &&
				!slices.ContainsFunc(t.Events, func(x eventTold) bool { return x.EventType == "ContestedReturn" && x.ReplyToEventId == d.EventID })
		})
	})
}

// event finds an event of a transaction.
func (t told) event(id string) (found eventTold) {
	for _, e := range t.Events {
		if e.EventID == id {
			found = e
		}
	}
	return found
}

// inbound makes a payment of another bank arrive, and checks that its client sees it.
func (w *walk) inbound(c *walker) {
	cents, debit := w.cents(), w.rng.IntN(2) == 0
	number := fmt.Sprintf("%s%05d", c.receives, w.next())
	w.numbers[number] = true
	w.must(200, w.ops, "POST", "/v1/simulations/inbound", object{
		"routing": walkODFI, "account": number, "name": "Ada Marsh", "amount_cents": cents, "debit": debit, "sec_code": "PPD",
		"company_name": "COUNTY TAX", "company_identification": "3750000099", "description": "TAX PMT",
	}, nil)
	var events []struct{ TransactionID, EventID string }
	c.want(200, "GET", "/api/transaction/event?after=0&direction=FromFed&eventType=Origination", nil, &events)
	found := 0
	for _, e := range events {
		if c.some(func(p *promise) bool { return p.tx == e.TransactionID }) == nil {
			found++
			c.promised(promise{tx: e.TransactionID, event: e.EventID, kind: "Origination", debit: debit, cents: cents, comes: true})
		}
	}
	if found != 1 {
		w.t.Errorf("a payment from another bank made %d transactions", found)
	}
	w.did("inbound")
	if w.rng.IntN(2) == 0 {
		c.actOn(c.promises[len(c.promises)-1])
	}
}

// release lets everything leave that waits: it judges what is held, ends suspensions,
// and lets days pass.
func (w *walk) release() {
	w.t.Helper()
	for _, c := range w.clients {
		for len(c.held) > 0 {
			w.judge(c)
		}
		if c.suspended {
			w.suspend(c, false)
		}
	}
	for range 7 {
		w.day(w.now().Add(24 * time.Hour).Format(time.RFC3339))
	}
}
