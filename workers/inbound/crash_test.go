package inbound

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// crash is the panic that stops a process at a step.
type crash struct{ step string }

// feedUntil takes in a file and stops at the n-th step with a durable effect;
// ended reports that there was no such step.
func (w *world) feedUntil(n int, content []byte) (step string, ended bool) {
	w.t.Helper()
	w.fault = func(step string) {
		if n--; n == 0 {
			panic(crash{step})
		}
	}
	defer func() {
		if c, ok := recover().(crash); ok {
			step, ended = c.step, false
		}
	}()
	_, err := w.intake.Take(w.t.Context(), "file.ach", FromAPI, bytes.NewReader(content))
	must(w.t, err)
	return "", true
}

func TestACrashAtAnyStepAppliesEveryEntryOnce(t *testing.T) {
	for name, after := range map[string]func(*world, []byte){
		"resumed":                    func(w *world, _ []byte) { must(w.t, w.intake.Resume(w.t.Context())) },
		"fed again":                  func(w *world, content []byte) { w.feed(content) },
		"resumed without the views":  func(w *world, content []byte) { w.loseViews(); w.feed(content) },
		"resumed and fed once again": func(w *world, content []byte) { must(w.t, w.intake.Resume(w.t.Context())); w.feed(content) },
	} {
		t.Run(name, func(t *testing.T) {
			steps := map[string]bool{}
			for n := 1; ; n++ {
				w := newWorld(t)
				w.chunk = 3
				w.restart()
				ids := w.sent()
				content := render(t, w.eightBack(ids)...)
				step, ended := w.feedUntil(n, content)
				if ended {
					break
				}
				steps[step] = true
				w.restart()
				after(w, content)
				w.returnedOnce(ids, step)
				w.close()
			}
			// keep, received, three chunks, applied: before and after each.
			if len(steps) != 8 {
				t.Errorf("crashed at %v", steps)
			}
		})
	}
}

// eightBack makes returns of seven of the eight entries, and of an unknown one.
func (w *world) eightBack(ids []string) (batches []batch) {
	for _, id := range ids[:7] {
		batches = append(batches, w.returned(id, "R01"))
	}
	return append(batches, w.returned(ids[7], "R01", misroute))
}

func (w *world) returnedOnce(ids []string, step string) {
	w.t.Helper()
	files := w.events((domain.InboundReceived{}).Type())
	if len(files) == 0 { // the crash came before the file was stored
		if step != "before keep" && step != "after keep" && step != "before received" {
			w.t.Errorf("%s: the file was lost", step)
		}
		return
	}
	for _, id := range ids[:7] {
		w.only(id, domain.Return)
	}
	w.waits(misrouted)
	all, _, err := w.views.InboundFiles(w.t.Context(), projections.InboundFilter{})
	must(w.t, err)
	list := slices.DeleteFunc(all, func(f projections.Inbound) bool { return f.State == Duplicate })
	if len(list) != 1 || list[0].State != "applied" || list[0].Applied != 7 || list[0].Unmatched != 1 || list[0].Skipped != 0 {
		w.t.Errorf("%s: %+v", step, list)
	}
	if s := w.settlement("2026-11-24", domain.FromFed); s.ReturnedDebits.Entries != 8 {
		w.t.Errorf("%s: settlement %+v", step, s)
	}
	w.sound()
}

// loseViews deletes the views, which a backup does not contain.
func (w *world) loseViews() {
	w.t.Helper()
	w.close()
	paths, err := filepath.Glob(filepath.Join(w.folder, "views.db*"))
	must(w.t, err)
	for _, path := range paths {
		must(w.t, os.Remove(path))
	}
	w.open()
}

// An entry stays where it was placed, even if it would be placed elsewhere now.
func TestAfterACrashNothingIsPlacedTwiceThoughClientsChanged(t *testing.T) {
	w := newWorld(t)
	w.chunk = 1
	w.restart()
	content := render(t, credits("8801", "8802"))
	if step, _ := w.feedUntil(6, content); step != "after chunk" { // the first of two
		t.Fatalf("crashed at %q", step)
	}
	w.restart()
	w.client("late", func(s *domain.Settings) { s.ReceivingAccounts = w.patterns("880*") })
	must(t, w.intake.Resume(t.Context()))
	if u := w.waits(unknownAccount); u.AccountTail != "01" {
		t.Errorf("queue %+v", u)
	}
	if list := w.received("late"); len(list) != 1 || list[0].Account.Tail != "02" {
		t.Errorf("payments %+v", list)
	}
}

// A quarantined batch stays in quarantine after the reason has gone.
func TestAfterACrashTheLogSaysWhatIsInQuarantine(t *testing.T) {
	w := newWorld(t)
	foreign := credits("400012345678")
	foreign.Entries[0].Routing = "091400606"
	content := render(t, credits("400012345678"), foreign)
	if step, _ := w.feedUntil(4, content); step != "after received" {
		t.Fatalf("crashed at %q", step)
	}
	w.restart()
	w.bank("091400606")
	must(t, w.intake.Resume(t.Context()))
	if len(w.received(gym)) != 1 || len(w.queue()) != 0 {
		t.Errorf("payments %d, queue %+v", len(w.received(gym)), w.queue())
	}
}

// Another writer changes a transaction while its return is being placed.
func TestARaceForATransactionIsDecidedAgain(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	content := render(t, w.returned(ids[0], "R01"), w.returned(ids[1], "R01"))
	raced := 0
	w.fault = func(step string) {
		if step == "before chunk" && raced == 0 {
			raced++
			tx := w.transaction(gym, ids[1])
			w.write(change(tx, domain.TransactionReversalRequested{Outgoing: domain.Outgoing{ItemID: "reversal", ReplyTo: tx.Items[0].ID}}))
		}
	}
	if o := w.feed(content); o.Counts.Applied != 2 || raced != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.only(ids[0], domain.Return)
	w.only(ids[1], domain.Return)
}

func TestAFileThatFailsDoesNotHoldUpTheOthers(t *testing.T) {
	w := newWorld(t)
	content := render(t, credits("400012345678"))
	w.feedUntil(4, content)
	w.restart()
	files, err := filepath.Glob(filepath.Join(w.folder, "files/in/*"))
	must(t, err)
	must(t, os.Rename(files[0], filepath.Join(w.folder, "lost")))
	for i := range 3 {
		w.feed(renderAs(t, fmt.Sprintf("080%d", i), credits(fmt.Sprintf("40001234567%d", i))))
	}
	if n := len(w.received(gym)); n != 3 {
		t.Errorf("%d payments", n)
	}
	if err := w.intake.Resume(t.Context()); err == nil {
		t.Error("nobody hears of the lost file")
	}
	// The bank sends it again: the lost file is stored.
	w.feed(content)
	if n := len(w.received(gym)); n != 4 {
		t.Errorf("%d payments", n)
	}
}

// Two files contain the same batch, and neither is applied yet.
func TestABatchInTwoFilesThatWaitIsAppliedOnce(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	b := w.returned(id, "R01")
	for _, created := range []string{"0700", "0800"} {
		_, err := w.intake.Accept(t.Context(), created, FromAPI, bytes.NewReader(renderAs(t, created, b)))
		must(t, err)
	}
	must(t, w.intake.Resume(t.Context()))
	w.only(id, domain.Return)
	if list := w.queue(); len(list) != 0 {
		t.Errorf("queue %+v", list)
	}
}

func TestAKeptFileInAnothersPlaceIsNotApplied(t *testing.T) {
	w := newWorld(t)
	var kept []string
	for i, created := range []string{"0700", "0800"} {
		o, err := w.intake.Accept(t.Context(), created, FromAPI, bytes.NewReader(renderAs(t, created, credits(fmt.Sprintf("40001234567%d", i)))))
		must(t, err)
		kept = append(kept, filepath.Join(w.folder, "files/in", o.ID))
	}
	must(t, os.Rename(kept[0], kept[1]))
	w.restart()
	if err := w.intake.Resume(t.Context()); err == nil {
		t.Error("nobody hears of it")
	}
	w.nothingApplied()
}

// While a long file is being applied, others are received, and a copy of it is
// recognized.
func TestAFileComesWhileAnotherIsApplied(t *testing.T) {
	w := newWorld(t)
	long, short := render(t, credits("400012345678")), renderAs(t, "0800", credits("400012345679"))
	came := 0
	w.fault = func(step string) {
		if step != "before applied" || came > 0 {
			return
		}
		came++
		for content, state := range map[string]string{string(long): Duplicate, string(short): projections.InboundReceived} {
			o, err := w.intake.Accept(t.Context(), "meanwhile", FromAPI, strings.NewReader(content))
			if err != nil || o.State != state {
				t.Errorf("meanwhile: %+v, %v", o, err)
			}
		}
	}
	if o := w.feed(long); o.State != "applied" || came != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.fault = nil
	must(t, w.intake.Resume(t.Context()))
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments", n)
	}
	w.sound()
}

// A file arrives again at the moment in which it is completed.
func TestAFileComesAgainWhileItIsCompleted(t *testing.T) {
	w := newWorld(t)
	content := render(t, credits("400012345678"))
	if _, err := w.intake.Accept(t.Context(), "first", FromAPI, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	completed := false
	w.fault = func(step string) {
		if step == "before repeated" && !completed {
			completed = true
			must(t, w.intake.Resume(t.Context()))
		}
	}
	if o := w.feed(content); o.State != Duplicate || o.Of != "applied" || !completed {
		t.Errorf("outcome %+v", o)
	}
}
