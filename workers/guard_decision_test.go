package workers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/achledger/achledger/domain"
	judging "github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/guard"
)

// engine decides, as a bank's own would.
type engine struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	verify func(body []byte, h http.Header) error
	says   func(entry map[string]any) string // a verdict; allow unless it is set
	asked  []string                          // event ids, in the order of asking
	bodies []string
}

func newEngine(t *testing.T) *engine {
	e := &engine{t: t, says: func(map[string]any) string { return "allow" }}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.verify != nil && e.verify(body, r.Header) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var q struct{ Entries []map[string]any }
	if err := json.Unmarshal(body, &q); err != nil {
		e.t.Errorf("it was asked %s", body)
	}
	e.bodies = append(e.bodies, string(body))
	var said []map[string]any
	for _, entry := range q.Entries {
		id := entry["event_id"].(string)
		e.asked = append(e.asked, id)
		said = append(said, map[string]any{"event_id": id, "verdict": e.says(entry), "reason": "the list says so"})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"decisions": said})
}

// deciding has an engine decide about everything that a client sends.
func deciding(url string, when ...judging.When) func(*domain.Settings) {
	return func(s *domain.Settings) {
		s.Decision = &judging.DecisionHook{URL: url, When: when, Timeout: "300ms", Batch: 2}
	}
}

// asker asks once what has to be asked.
func (b *bank) asker() *guard.Asker {
	b.t.Helper()
	return guard.NewAsker(guard.AskerConfig{Guard: b.guard, Views: b.views, Files: b.files, Answered: func(outcome string, n int) {
		b.decisions.Lock()
		defer b.decisions.Unlock()
		if b.decided == nil {
			b.decided = map[string]int{}
		}
		b.decided[outcome] += n
	}})
}

func (b *bank) asksEngine() {
	b.t.Helper()
	must(b.t, b.asker().Pass(b.t.Context()))
}

// A person holds an entry while the engine thinks about it: what the engine says
// then does not let it leave. When the person lets it go, the engine is asked again.
func TestAnEngineDoesNotLetLeaveWhatAPersonHoldsMeanwhile(t *testing.T) {
	e := newEngine(t)
	b := openBank(t, deciding(e.URL))
	id := b.post(gym, pull(1, cents(10_00)))
	b.sweep()
	e.says = func(map[string]any) string {
		if len(e.asked) == 1 {
			_, err := ledger.Execute(context.Background(), b.Ledger, ledger.TransactionStream(gym, id), domain.Hold{ItemID: itemOf(id), Reason: "the police asked for it"}.Decide)
			if err != nil {
				t.Error(err)
			}
		}
		return "allow"
	}
	b.asksEngine()
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{id: domain.Held})
	if i := b.item(gym, id); i.Reason != "the police asked for it" || i.HeldBy != nil {
		t.Errorf("it is held because %s, by %+v", i.Reason, i.HeldBy)
	}
	b.approve(gym, id)
	b.sweep()
	b.asksEngine()
	b.sweepAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{id: domain.Filed})
	if len(e.asked) != 2 {
		t.Errorf("asked about %v", e.asked)
	}
}

func TestAnEngineAllowsHoldsAndRejectsWhatWouldLeave(t *testing.T) {
	e := newEngine(t)
	b := openBank(t, deciding(e.URL, judging.When{Direction: judging.Debit}), bounded(daily(1000_00)))
	secret, err := b.DecisionSecret("client/"+gym, e.URL)
	must(t, err)
	signed, err := standardwebhooks.NewWebhookRaw(secret)
	must(t, err)
	e.verify = func(body []byte, h http.Header) error { return signed.Verify(body, h) }
	e.says = func(entry map[string]any) string {
		return map[float64]string{600_00: "allow", 500_00: "allow", 10_00: "hold", 20_00: "reject", 30_00: "perhaps"}[entry["amount_cents"].(float64)]
	}
	allowed := b.postTo(gym, "7700123", pull(1, cents(600_00)))
	held := b.post(gym, pull(2, cents(10_00)))
	rejected := b.post(gym, pull(3, cents(20_00)))
	unclear := b.post(gym, pull(4, cents(30_00)))
	credit := b.post(gym, pull(5, push, cents(40_00)))
	over := b.post(gym, pull(6, cents(500_00))) // with the first it is over the limit
	b.sweep()
	b.stands(map[string]domain.State{allowed: domain.Held, held: domain.Held, rejected: domain.Held, credit: domain.Pending})
	if by := b.item(gym, allowed).HeldBy; by == nil || by.Rule != "decision/asked" {
		t.Errorf("held by %+v", by)
	}
	b.asksEngine()
	b.restart()
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{allowed: domain.Filed, held: domain.Held, rejected: domain.Rejected, unclear: domain.Held, credit: domain.Filed, over: domain.Held})
	for id, want := range map[string][2]string{
		held:     {"decision", "the engine that decides says hold: the list says so"},
		rejected: {"decision", "the engine that decides says reject: the list says so"},
		unclear:  {"decision", `the engine that decides gave no answer: "perhaps" is not allow, hold or reject`},
		over:     {"limits/debit/settlement_date", "the limit of $1000.00 for debits settling on one day, 2026-11-23: with this entry it would be $1100.00"},
	} {
		if i := b.item(gym, id); i.HeldBy == nil || i.HeldBy.Rule != want[0] || i.Reason != want[1] {
			t.Errorf("%d cents: %+v, %s", i.AmountCents, i.HeldBy, i.Reason)
		}
	}
	b.asksEngine()
	if slices.Sort(e.asked); len(e.asked) != 5 || len(slices.Compact(e.asked)) != 5 {
		t.Errorf("asked about %v", e.asked)
	}
	for _, body := range e.bodies {
		if strings.Contains(body, "7700123") || !strings.Contains(body, `"name":"TEST PERSON`) || strings.Count(body, "event_id") > 2 {
			t.Errorf("asked %s", body)
		}
	}
	if b.decided["allow"] != 2 || b.decided["hold"] != 1 || b.decided["reject"] != 1 || b.decided["unanswered"] != 1 {
		t.Errorf("counted %v", b.decided)
	}
	b.approve(gym, unclear) // a person in the engine's place
	b.approve(gym, held)
	b.sweepAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{unclear: domain.Filed, held: domain.Filed})
}

// Whatever goes wrong with an engine, what it was asked about waits for a
// person, and another client's leaves as if there were none.
func TestAnEngineThatIsSlowWrongSilentOrDownHoldsAndHoldsUpNobodyElse(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { silent.Close() })
	down, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	down.Close()
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	serve := func(f http.HandlerFunc) string {
		s := httptest.NewServer(f)
		t.Cleanup(s.CloseClientConnections)
		return s.URL
	}
	for name, tt := range map[string]struct{ url, why string }{
		"slow": {serve(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-done:
			case <-r.Context().Done():
			}
		}), "not within 300ms"},
		"slow with its answer": {serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"decisions":[`)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-done:
			case <-r.Context().Done():
			}
		}), "not within 300ms"},
		"no JSON":        {serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `allow`) }), "what it answered could not be read"},
		"half an answer": {serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"decisions":[{"event`) }), "what it answered could not be read"},
		"unclear beside allow": {serve(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, id, _ := strings.Cut(string(body), `"event_id":"`)
			_, _ = fmt.Fprintf(w, `{"decisions":[{"event_id":%[1]q,"verdict":"allow"},{"event_id":%[1]q,"verdict":"ALLOW"}]}`, id[:36])
		}), `"ALLOW" is not allow, hold or reject`},
		"nothing about it":         {serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }), "it said nothing about this entry"},
		"failing":                  {serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), "it answered 500"},
		"not taking the signature": {serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }), "it answered 401"},
		"elsewhere":                {serve(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://127.0.0.1:1/", 307) }), "it answered 307"},
		"silent":                   {"http://" + silent.Addr().String(), "not within 300ms"},
		"down":                     {"http://" + down.Addr().String(), "it was not reached"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, deciding(tt.url))
			e := newEngine(t)
			b.client("other", deciding(e.URL))
			waits := b.post(gym, pull(1))
			leaves := b.post("other", pull(2))
			b.sweep()
			b.asksEngine()
			b.sweepAt("2026-11-20 14:30")
			b.stands(map[string]domain.State{waits: domain.Held})
			if i := b.item(gym, waits); i.HeldBy == nil || i.HeldBy.Rule != "decision" || i.Reason != "the engine that decides gave no answer: "+tt.why {
				t.Errorf("held by %+v: %s", i.HeldBy, i.Reason)
			}
			if i := b.item("other", leaves); i.State != domain.Filed {
				t.Errorf("another client's is %s", i.State)
			}
			b.approve(gym, waits)
			b.sweepAt("2026-11-20 16:30")
			b.stands(map[string]domain.State{waits: domain.Filed})
		})
	}
}

// A sanctions list needs names and dates of birth, also of what a client sends in
// a file of its own; no engine needs the account.
func TestAnEngineIsToldThePartiesOfAPaymentAbroadWhole(t *testing.T) {
	const number = "FR7630006000011234567890189"
	for name, send := range map[string]func(*bank){
		"in a file of the client's": func(b *bank) {
			_, err := b.upload(rendered(t, family()))
			must(t, err)
		},
		"one by one": func(b *bank) {
			client, err := b.Client(t.Context(), gym)
			must(t, err)
			_, _, err = b.Accept(t.Context(), client, ledger.Order{Number: number, Proposal: pull(1, abroad, func(p *domain.Proposal) {
				p.IAT.From.Name, p.IAT.From.BornOn, p.IAT.To.Name, p.IAT.To.BornOn = "ADA MARSH", "1962-11-03", "BO MARSH", "1984-02-29"
			})})
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t)
			b := openBank(t, deciding(e.URL, judging.When{SEC: "IAT"}))
			send(b)
			b.sweep()
			b.asksEngine()
			asked := strings.Join(e.bodies, "")
			for _, text := range []string{`"name":"BO MARSH"`, "ADA MARSH", "1962-11-03", "1984-02-29"} {
				if !strings.Contains(asked, text) {
					t.Errorf("it is not told %s: %s", text, asked)
				}
			}
			if strings.Contains(asked, number) {
				t.Errorf("it is told the account: %s", asked)
			}
			b.nowhere("1962-11-03", "1984-02-29")
		})
	}
}

// The process stops while the engine thinks, and once it has answered: it is
// asked again, under the same ids, and what it says is recorded once.
func TestWhatWasAskedAndNotRecordedIsAskedAgain(t *testing.T) {
	e := newEngine(t)
	b := openBank(t, deciding(e.URL))
	id := b.post(gym, pull(1))
	b.sweep()
	ctx, stop := context.WithCancel(t.Context())
	e.says = func(map[string]any) string { stop(); time.Sleep(time.Millisecond); return "allow" } // and the process stops
	_ = b.asker().Pass(ctx)
	b.stands(map[string]domain.State{id: domain.Held})
	b.restart()
	e.says = func(map[string]any) string { return "allow" }
	b.asksEngine()
	b.asksEngine()
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{id: domain.Filed})
	if want := []string{itemOf(id), itemOf(id)}; !slices.Equal(e.asked, want) {
		t.Errorf("asked about %v, want %v", e.asked, want)
	}
	if n := len(b.item(gym, id).History); n != 4 { // pending, held, pending, filed
		t.Errorf("%d steps: %+v", n, b.item(gym, id).History)
	}
}

func TestWhatWaitsForAnEngineThatWasTakenAwayWaitsForAPerson(t *testing.T) {
	e := newEngine(t)
	b := openBank(t, deciding(e.URL))
	id := b.post(gym, pull(1))
	b.sweep()
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Settings.Decision = nil })
	b.asksEngine()
	b.sweep()
	if i := b.item(gym, id); i.State != domain.Held || i.HeldBy.Rule != "decision" || len(e.asked) != 0 {
		t.Errorf("%s by %+v, asked %v", i.State, i.HeldBy, e.asked)
	}
}

func TestAFileLeavesWhenTheEngineAllowsAllOfItAndNoRuleIsAgainstIt(t *testing.T) {
	e := newEngine(t)
	b := openBank(t, deciding(e.URL), bounded(daily(1000_00)))
	e.says = func(entry map[string]any) string {
		return map[bool]string{true: "hold", false: "allow"}[entry["amount_cents"].(float64) == 7_00]
	}
	first, second, third := b.uploadOf(300_00, 100_00, 200_00), b.uploadOf(5_00, 6_00, 7_00), b.uploadOf(300_00, 300_00)
	must(t, b.batcher.Sweep(t.Context()))
	for _, id := range []string{first, second, third} {
		if f := b.fileStands(id, domain.FileIsHeld); f.HeldBy.Rule != "decision/asked" {
			t.Errorf("held by %+v", f.HeldBy)
		}
	}
	b.asksEngine()
	must(t, b.batcher.Sweep(t.Context()))
	if f := b.fileStands(second, domain.FileIsHeld); f.HeldBy.Rule != "decision" {
		t.Errorf("held by %+v", f.HeldBy)
	}
	for _, id := range []string{first, third} { // together they pass the limit, and both count
		if f := b.fileStands(id, domain.FileIsHeld); f.HeldBy.Rule != "limits/debit/settlement_date" || f.HeldBy.Saw != "1218.00" {
			t.Errorf("held by %+v", f.HeldBy)
		}
	}
	must(t, b.files.Release(t.Context(), third, domain.ReleaseFile{Reason: "wrong", Then: domain.ThenReject}))
	last := b.uploadOf(9_00)
	must(t, b.batcher.Sweep(t.Context()))
	b.restart()
	b.asksEngine()
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(last, domain.FileIsDelivered)
}

// A person in the engine's place overrules no limit.
func TestAFileApprovedInPlaceOfTheEngineIsStillHeldByALimit(t *testing.T) {
	e := newEngine(t)
	b := openBank(t, deciding(e.URL), bounded(daily(1000_00)))
	inPlace, answered := b.uploadOf(600_00, 500_00), b.uploadOf(1_00)
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(inPlace, domain.FileIsHeld)
	b.approveFile(inPlace)
	b.asksEngine()
	must(t, b.batcher.Sweep(t.Context()))
	for _, id := range []string{inPlace, answered} {
		if f := b.fileStands(id, domain.FileIsHeld); f.HeldBy == nil || f.HeldBy.Rule != "limits/debit/settlement_date" {
			t.Errorf("held by %+v", f.HeldBy)
		}
		b.approveFile(id)
	}
	b.restart()
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(inPlace, domain.FileIsDelivered)
	b.fileStands(answered, domain.FileIsDelivered)
	if len(e.asked) != 1 {
		t.Errorf("asked about %v", e.asked)
	}
}
