package inbound

import (
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

func (w *world) judge(id string, c Rejudge) (string, error) {
	w.t.Helper()
	state, err := w.intake.Judge(w.t.Context(), id, c)
	if err == nil {
		must(w.t, w.intake.Resume(w.t.Context()))
	}
	return state, err
}

// row returns the file's row in the views, after comparing them with rebuilt
// ones.
func (w *world) row(id string) projections.Inbound {
	w.t.Helper()
	w.sound()
	f, ok, err := w.views.FindInbound(w.t.Context(), id)
	must(w.t, err)
	if !ok {
		w.t.Fatalf("no row of %s", id)
	}
	return f
}

func TestAFileForABankThatWasUnknownIsAppliedOnceItIsSetUp(t *testing.T) {
	w := emptyWorld(t)
	content := render(t, credits("4001", "4002"))
	o := w.feed(content)
	if o.State != "quarantined" {
		t.Fatalf("%+v", o)
	}
	if _, err := w.judge(o.ID, Rejudge{Reason: "too early"}); domain.CodeOf(err) != domain.RuleBroken {
		t.Errorf("before anything is set up: %v", err)
	}
	w.client(gym)
	if again := w.feed(content); again.State != Duplicate || len(w.received(gym)) != 0 {
		t.Errorf("the same file again: %+v", again)
	}
	for range 2 { // asking twice is asking once
		if _, err := w.judge(o.ID, Rejudge{Reason: "the client is open"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.events((domain.InboundJudged{}).Type())); n != 1 {
		t.Errorf("judged %d times", n)
	}
	if row := w.row(o.ID); len(w.received(gym)) != 2 || row.State != "applied" || row.Applied != 2 || len(row.Reasons) != 0 {
		t.Errorf("%d payments, row %+v", len(w.received(gym)), row)
	}
	if _, err := w.judge(o.ID, Rejudge{Reason: "another"}); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("nothing is in quarantine: %v", err)
	}
}

func TestOneBatchOfAFileIsJudgedAgain(t *testing.T) {
	w := newWorld(t)
	other, third := credits("4101"), credits("4201")
	other.Entries[0].Routing, third.Entries[0].Routing = theirBank, "061000146"
	third.Header.CompanyName = "ANOTHER"
	o := w.feed(render(t, credits("4001"), other, third))
	if o.State != "partly_quarantined" || o.Counts.Applied != 1 {
		t.Fatalf("%+v", o)
	}
	w.bank(theirBank)
	w.bank("061000146")
	if _, err := w.judge(o.ID, Rejudge{Reason: "set up", Batch: 2}); err != nil {
		t.Fatal(err)
	}
	if row := w.row(o.ID); row.State != "partly_quarantined" || row.BadBatches != 1 || row.Applied != 1 || row.Unmatched != 1 {
		t.Errorf("row %+v", row)
	}
	if _, err := w.judge(o.ID, Rejudge{Reason: "the rest"}); err != nil {
		t.Fatal(err)
	}
	if row := w.row(o.ID); row.State != "applied" || row.Unmatched != 2 || len(w.received(gym)) != 1 {
		t.Errorf("row %+v", row)
	}
}

func TestABatchWhoseTotalsHoldIsTakenAsItIs(t *testing.T) {
	good := string(render(t, credits("4001", "4002")))
	for name, tt := range map[string]struct {
		old, with string
		refused   bool
	}{
		"a trace of another bank":        {"0121042880000002\n", "0121042890000002\n", false},
		"a company that is blank":        {"ORCHARD FOODS   ", "                ", false},
		"a service class that is wrong":  {"5220ORCHARD", "5225ORCHARD", false},
		"a modifier nobody uses":         {"0700A094", "0700*094", false},
		"a day of creation that is none": {"261124", "269924", false},
		"a total that is wrong":          {"000000000300" + "1910000042", "000000000301" + "1910000042", true},
		"a hash that is wrong":           {"0046276020000000000000000000000300191", "0046276021000000000000000000000300191", true},
		"an amount that is no number":    {"0000000200", "00000002O0", true},
		"a file total that is wrong":     {"000000000300                ", "000000000301                ", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			content := []byte(strings.Replace(good, tt.old, tt.with, 1))
			if string(content) == good {
				t.Fatalf("%q does not stand in\n%s", tt.old, good)
			}
			o := w.feed(content)
			if o.State != "quarantined" {
				t.Fatalf("%+v", o)
			}
			if _, err := w.judge(o.ID, Rejudge{Reason: "again"}); domain.CodeOf(err) != domain.RuleBroken {
				t.Errorf("without as_is: %v", err)
			}
			_, err := w.judge(o.ID, Rejudge{Reason: "the bank says so", AsIs: true})
			if refused := domain.CodeOf(err) == domain.RuleBroken; refused != tt.refused || err != nil && !refused {
				t.Fatalf("as it is: %v", err)
			}
			want := 2
			if tt.refused {
				want = 0
			}
			if got := len(w.received(gym)); got != want || (w.row(o.ID).State == "applied") == tt.refused {
				t.Errorf("%d payments, want %d; %+v", got, want, w.row(o.ID))
			}
		})
	}
}

func TestACrashWhileAFileIsJudgedAgainAppliesEveryEntryOnce(t *testing.T) {
	content := render(t, credits("4001", "4002", "4003", "4004"))
	var steps []string
	for n := 1; ; n++ {
		w := emptyWorld(t)
		w.chunk = 2
		w.restart()
		o := w.feed(content)
		w.client(gym)
		step, left := "", n
		w.fault = func(at string) {
			if left--; left == 0 {
				step = at
				panic(crash{})
			}
		}
		func() {
			defer func() { _ = recover() }()
			_, err := w.judge(o.ID, Rejudge{Reason: "open"})
			must(t, err)
		}()
		w.restart()
		must(t, w.intake.Resume(t.Context()))
		_, err := w.judge(o.ID, Rejudge{Reason: "open"})
		must(t, err)
		if row := w.row(o.ID); len(w.received(gym)) != 4 || row.State != "applied" || row.Applied != 4 {
			t.Errorf("crash %s: %d payments, %+v", step, len(w.received(gym)), row)
		}
		w.close()
		if step == "" {
			break
		}
		steps = append(steps, step)
	}
	if !slices.Contains(steps, "after judged") || !slices.Contains(steps, "after chunk") {
		t.Errorf("steps %v", steps)
	}
}

func TestWhoJudgesAgainSaysWhyAndWhat(t *testing.T) {
	w := newWorld(t)
	o := w.feed(render(t, credits("4001")))
	for name, tt := range map[string]struct {
		id   string
		c    Rejudge
		code domain.Code
	}{
		"no reason":          {o.ID, Rejudge{}, domain.Invalid},
		"no such file":       {"0000", Rejudge{Reason: "x"}, domain.NotFound},
		"no such batch":      {o.ID, Rejudge{Reason: "x", Batch: 2}, domain.Invalid},
		"not in quarantine":  {o.ID, Rejudge{Reason: "x"}, domain.Conflict},
		"a good batch of it": {o.ID, Rejudge{Reason: "x", Batch: 1, AsIs: true}, domain.Conflict},
		"a batch below zero": {o.ID, Rejudge{Reason: "x", Batch: -1}, domain.Invalid},
	} {
		if _, err := w.judge(tt.id, tt.c); domain.CodeOf(err) != tt.code {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
}

func TestEveryArrivalIsListedWithItsNameAndWay(t *testing.T) {
	w := newWorld(t)
	first := w.feedAs("first.ach", render(t, credits("4001")))
	w.clock.Set(at("2026-11-24 10:00"))
	w.feedAs("second.ach", render(t, credits("4001")))
	w.sound()
	rows, _, err := w.views.InboundFiles(t.Context(), projections.InboundFilter{State: Duplicate})
	must(t, err)
	if len(rows) != 1 || rows[0].ID != first.ID || rows[0].Name != "second.ach" || rows[0].Source != FromAPI || !rows[0].ReceivedAt.Equal(at("2026-11-24 10:00")) {
		t.Errorf("duplicates %+v", rows)
	}
	all, _, err := w.views.InboundFiles(t.Context(), projections.InboundFilter{})
	must(t, err)
	if len(all) != 2 || all[1].Name != "first.ach" || all[1].Repeats != 1 {
		t.Errorf("arrivals %+v", all)
	}
	if row := w.row(first.ID); row.Name != "first.ach" || row.State != "applied" {
		t.Errorf("the file itself: %+v", row)
	}
	if byKey, err := w.views.InboundByKey(t.Context(), nacha.HeaderKey(fed, "261124", "0700", "A")); err != nil || len(byKey) != 1 {
		t.Errorf("by its key %+v, %v", byKey, err)
	}
}
