package inbound

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// rejected returns a file of ours as the bank sends it back: with its code in
// place of the first eight digits of each trace number.
func rejected(t *testing.T, content, code string) []byte {
	t.Helper()
	lines, n := strings.SplitAfter(content, "\n"), 0
	for i, line := range lines {
		if line[:min(1, len(line))] == "6" {
			lines[i] = line[:79] + code + line[87:]
			n++
		}
	}
	if n == 0 {
		t.Fatal("no entry")
	}
	return []byte(strings.Join(lines, ""))
}

func TestABanksRejectReportWaitsEachEntryWithItsPaymentAndCode(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	o := w.feed(rejected(t, w.delivered(), "REJ06030"))
	if o.State != "applied" || o.Counts != (domain.InboundApplied{Unmatched: 8}) {
		t.Fatalf("outcome %+v", o)
	}
	queue := w.byTrace()
	for _, id := range ids {
		trace := w.origination(id).Filing.Trace
		u := queue["REJ06030"+trace[8:]]
		if u.EntryKind != nacha.KindReject || u.Reason != nacha.BankReject || u.Code != "REJ06030" || u.OriginalTrace != trace ||
			!slices.Equal(u.Candidates, []string{gym + "/" + id}) || !strings.Contains(u.Message, "REJ06030") {
			t.Errorf("the reject of %s waits as %+v", trace, u)
		}
		if u.SettledOn != "" || !u.Deadline.IsZero() {
			t.Errorf("it settled on %q and must be sent back by %s", u.SettledOn, u.Deadline)
		}
	}
	for _, day := range []string{"2026-11-23", "2026-11-24"} {
		if s := w.settlement(day, domain.FromFed); s.Debits.Entries+s.Credits.Entries+s.ReturnedDebits.Entries+s.ReturnedCredits.Entries+s.Waiting.Entries != 0 {
			t.Errorf("%s: money moved: %+v", day, s)
		}
	}
	w.sound()
}

func TestAPersonCanOnlyDismissABanksReject(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(rejected(t, w.delivered(), "REJ06030"))
	u := w.byTrace()["REJ06030"+w.origination(id).Filing.Trace[8:]]
	_, assigned := w.intake.Assign(t.Context(), u.ID, gym, id)
	_, anew := w.intake.Assign(t.Context(), u.ID, gym, "")
	_, back := w.intake.Return(t.Context(), u.ID, "R03")
	for name, err := range map[string]error{"assigned": assigned, "assigned as a payment": anew, "sent back": back} {
		if domain.CodeOf(err) != domain.RuleBroken || !strings.Contains(err.Error(), "moves no money") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.intake.Dismiss(t.Context(), u.ID, ""); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("dismissed without a reason: %v", err)
	}
	for range 2 {
		must(t, w.intake.Dismiss(t.Context(), u.ID, "the client sends it again under another name"))
	}
	if n, p := len(w.queue()), w.transaction(gym, id); n != 7 || len(p.Items) != 1 || p.Origination().State != domain.Filed {
		t.Errorf("%d wait, the payment is %+v", n, p)
	}
	w.sound()
}

// The bank may reject an answer of ours as well.
func TestABanksRejectOfAnAnswerNamesItsPayment(t *testing.T) {
	for name, answer := range map[string]func(w *world) (id string){
		"a return": func(w *world) string {
			w.clock.Set(at("2026-11-23 09:00"))
			w.feed(vector(t, "06"))
			id := w.received(gym)[0].ID
			w.returnIt(id, "R29")
			return id
		},
		"a notification of change": func(w *world) string {
			w.clock.Set(at("2026-11-23 09:00"))
			w.feed(vector(t, "05"))
			id := w.received(gym)[0].ID
			sealed, err := w.SealDataIn(domain.TransactionStream(gym, id), "change", gym, "9900112233")
			must(t, err)
			w.ask(gym, id, answers.Correct{
				ItemID: "change", ReplyTo: w.transaction(gym, id).Items[0].ID, Code: "C01", Data: "9900112233", Sealed: sealed, Masked: "*****2233",
			}, "2026-11-23 14:31")
			return id
		},
		"a dishonored return": func(w *world) string {
			id := w.sent()[0]
			w.feed(render(t, w.returned(id, "R01")))
			w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(id, domain.Return).ID, Code: "R68"}, "2026-11-24 10:16")
			return id
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := answer(w)
			before := w.transaction(gym, id).Version
			w.feed(rejected(t, w.delivered(), "REJ0A1B2"))
			u := w.waits(nacha.BankReject)
			if u.EntryKind != nacha.KindReject || u.Code != "REJ0A1B2" || u.SettledOn != "" || !slices.Equal(u.Candidates, []string{gym + "/" + id}) {
				t.Errorf("it waits as %+v", u)
			}
			_, err := w.intake.Assign(t.Context(), u.ID, gym, id)
			if after := w.transaction(gym, id).Version; domain.CodeOf(err) != domain.RuleBroken || after != before {
				t.Errorf("assigned: %v, version %d after %d", err, after, before)
			}
			w.sound()
		})
	}
}

// A reject whose trace number belongs to nothing, or to another item, waits:
// without a candidate, or with what it may be about.
func TestABanksRejectThatAgreesWithNothing(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	trace := w.origination(id).Filing.Trace[8:]
	content := string(rejected(t, w.delivered(), "REJ06030"))
	content = strings.ReplaceAll(content, "REJ06030"+trace, "REJ060309999999")
	w.feed([]byte(content))
	if u := w.byTrace()["REJ060309999999"]; u.EntryKind != nacha.KindReject || len(u.Candidates) != 0 {
		t.Errorf("it waits as %+v", u)
	}
	w.sound()
}

func TestWhatIsNoRejectReportOfOursGoesIntoQuarantine(t *testing.T) {
	w := newWorld(t)
	w.sent()
	content := w.delivered()
	foreign := strings.ReplaceAll(string(rejected(t, content, "REJ06030")), ourBank[:8]+"0000", "091400600000")
	for name, tt := range map[string]struct{ content, reason string }{
		"another bank's":            {foreign, NotOurs},
		"another mark":              {string(rejected(t, content, "REJ16030")), nacha.NotNumeric},
		"a code in dashes":          {string(rejected(t, content, "REJ0--30")), nacha.NotNumeric},
		"mixed with what was taken": {strings.Replace(content, "0"+ourBank[:8], "0REJ06030", 1), nacha.MixedKinds},
	} {
		o := w.feed([]byte(tt.content))
		var codes []string
		for _, r := range o.Reasons {
			codes = append(codes, r.Code)
		}
		if o.State != projections.InboundQuarantined || !slices.Contains(codes, tt.reason) {
			t.Errorf("%s: %s, %v", name, o.State, fmt.Sprint(o.Reasons))
		}
	}
	if len(w.queue()) != 0 {
		t.Error("something waits")
	}
}
