package workers

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// What effective date an entry leaves with, when it is cut at a moment.
func TestDatesAreDecidedAtTheCut(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*domain.Proposal)
		cut    string
		want   string // YYMMDD; "" waits
		sendBy string
	}{
		"without a date: the next banking day":                 {nil, "2026-11-20 14:30", "261123", "2026-11-21 02:15"},
		"after 02:15 on a Saturday Monday's day has begun":     {nil, "2026-11-21 03:00", "261124", "2026-11-24 02:15"},
		"before Thanksgiving it is the Friday after":           {nil, "2026-11-25 10:15", "261127", "2026-11-26 02:15"},
		"the same day, on that day":                            {today, "2026-11-20 14:30", "261120", "2026-11-20 16:45"},
		"the same day, once the last window has passed":        {today, "2026-11-20 16:45", "261123", "2026-11-21 02:15"},
		"a date on Thanksgiving moves behind it":               {on("2026-11-26"), "2026-11-25 10:15", "261127", "2026-11-26 02:15"},
		"next Tuesday still waits on Friday":                   {on("2026-11-24"), "2026-11-20 14:30", "", ""},
		"and on Monday before 03:00":                           {on("2026-11-24"), "2026-11-23 02:59", "", ""},
		"and is due on Monday from 03:00":                      {on("2026-11-24"), "2026-11-23 03:00", "261124", "2026-11-24 02:15"},
		"a date that has passed is dated again":                {on("2026-11-23"), "2026-11-23 10:15", "261124", "2026-11-24 02:15"},
		"a credit is not sent two days ahead either":           {on("2026-11-24"), "2026-11-20 22:30", "", ""},
		"an international entry never settles on the same day": {sameDayIAT, "2026-11-20 14:30", "261123", "2026-11-21 02:15"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, batching(func(b *domain.Batching) { b.Windows, b.MaxAge = []string{}, "1m" }))
			id := b.post(gym, pull(1, append([]func(*domain.Proposal){}, notNil(tt.change)...)...))
			b.clock.Set(at(tt.cut))
			must(t, b.batcher.cutDue(context.Background()))
			files := b.cutFiles()
			if tt.want == "" {
				if len(files) > 0 {
					t.Fatalf("cut with date %s, and should wait", files[0].Batches[0].EffectiveOn)
				}
				return
			}
			if len(files) != 1 {
				t.Fatalf("%d files, want one; the entry is %s", len(files), b.item(gym, id).State)
			}
			f := files[0]
			if f.Batches[0].EffectiveOn != tt.want || !f.SendBy.Equal(at(tt.sendBy)) {
				t.Errorf("dated %s to be sent by %s, want %s by %s New York",
					f.Batches[0].EffectiveOn, eastern(f.SendBy).Format(time.DateTime), tt.want, tt.sendBy)
			}
		})
	}
}

// Why an entry leaves with other dates than it was asked for is told by the
// log itself, from the cut on.
func TestTheFiledEventSaysWhyAnEntryIsDatedOtherwise(t *testing.T) {
	asked := func(changes ...func(*domain.Proposal)) []func(*domain.Proposal) { return changes }
	for name, tt := range map[string]struct {
		asked []func(*domain.Proposal)
		cut   string
		want  *domain.Dated
	}{
		"as soon as possible, and so it leaves":     {asked(), "2026-11-20 14:30", nil},
		"a date that is kept":                       {asked(on("2026-11-24")), "2026-11-23 10:15", nil},
		"the same day, and there is a window":       {asked(today), "2026-11-20 14:30", nil},
		"a date that is past when its file is cut":  {asked(on("2026-11-23")), "2026-11-24 10:15", &domain.Dated{MovedReason: "2026-11-23 has passed: dated again for 2026-11-25"}},
		"a date whose last deadline has passed":     {asked(on("2026-11-23")), "2026-11-23 10:15", &domain.Dated{MovedReason: "the last deadline to settle on the morning of 2026-11-23 has passed: dated again for 2026-11-24"}},
		"a holiday":                                 {asked(on("2026-11-26")), "2026-11-25 10:15", &domain.Dated{MovedReason: "2026-11-26 is Thanksgiving Day: moved to the next banking day, 2026-11-27"}},
		"the same day, and the window passed since": {asked(today), "2026-11-20 22:30", &domain.Dated{NotSameDayReason: "the last same-day deadline of 2026-11-20, 16:45 New York time, has passed"}},
		"the same day of a date long past": {asked(today, on("2026-11-19")), "2026-11-20 22:30", &domain.Dated{
			NotSameDayReason: "the last same-day deadline of 2026-11-20, 16:45 New York time, has passed",
			MovedReason:      "2026-11-19 has passed: dated again for 2026-11-23",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, batching(func(b *domain.Batching) { b.Windows, b.MaxAge = []string{}, "1m" }))
			id := b.post(gym, pull(1, tt.asked...))
			b.sweepAt(tt.cut)
			f := b.item(gym, id).Filing
			if f == nil || !reflect.DeepEqual(f.Dated, tt.want) {
				t.Fatalf("filed as %+v, want it dated %+v", f, tt.want)
			}
			events, err := b.store.ReadStream(t.Context(), domain.TransactionStream(gym, id), 0)
			must(t, err)
			if filed := string(events[1].Data); tt.want == nil && strings.Contains(filed, "dated") {
				t.Errorf("the usual entry carries what nobody needs: %s", filed)
			}
			b.verify()
		})
	}
}

// A client's own file is dated by the client. When it is not complete before
// its window passes, the file says why the entries bear another date.
func TestAnUploadThatMissedItsWindowSaysWhyAtTheCut(t *testing.T) {
	b := openBank(t)
	b.clock.Set(at("2026-11-20 16:40"))
	content := rendered(t, payroll(2, func(f *nacha.File) { f.Batches[0].Header.EffectiveOn = "261120" }))
	b.fault = stopAt("after opened")
	if _, err := b.upload(content); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	b.restart()
	b.sweepAt("2026-11-20 16:50")
	f := b.onlyFile()
	if f.Batches[0].EffectiveOn != "261123" || f.Batches[1].EffectiveOn != "261124" {
		t.Errorf("the batches are dated %s and %s", f.Batches[0].EffectiveOn, f.Batches[1].EffectiveOn)
	}
	want := map[int]string{1: "the deadline at 2026-11-20 16:45 New York time had passed before the file could leave"}
	if !reflect.DeepEqual(f.Redated, want) {
		t.Errorf("the file says %v, want %v", f.Redated, want)
	}
	b.verify()
}

func sameDayIAT(p *domain.Proposal) {
	abroad(p)
	p.SameDay = true
}

func notNil(f func(*domain.Proposal)) []func(*domain.Proposal) {
	if f == nil {
		return nil
	}
	return []func(*domain.Proposal){f}
}

// The file was judged for its own day, so it leaves. What it fills is told.
func TestAFileThatIsDatedAgainToAFullDayLeavesAndIsWarnedOf(t *testing.T) {
	for name, tt := range map[string]struct {
		other   int64 // cents that settle on the day to which it moves
		warned  int64
		another bool // another process warns
	}{
		"there is room for it":                 {400_00, 0, false},
		"there is none":                        {400_01, 1, false},
		"there is room, and the process stops": {400_00, 0, true},
		"there is none, and the process stops": {400_01, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, bounded(daily(1000_00)))
			var log bytes.Buffer
			b.guard.Log = slog.New(slog.NewTextHandler(&log, nil))
			late := b.post(gym, pull(1, cents(600_00), on("2026-11-23")))
			b.cutsAt("2026-11-20 14:30")
			other := b.post(gym, pull(2, cents(tt.other), on("2026-11-24")))
			b.cutsAt("2026-11-23 10:15") // there is room for it on its day
			b.stands(map[string]domain.State{late: domain.Filed, other: domain.Filed})
			b.sweepAt("2026-11-23 10:20")
			f, err := b.Ledger.File(t.Context(), b.item(gym, late).Filing.File)
			must(t, err)
			if f.State != domain.FileIsDelivered || f.Batches[0].EffectiveOn != "261124" {
				t.Errorf("the file is %s, dated %s", f.State, f.Batches[0].EffectiveOn)
			}
			if tt.another {
				b.restart()
				b.guard.Log = slog.New(slog.NewTextHandler(&log, nil))
			}
			must(t, b.batcher.Sweep(t.Context()))
			must(t, b.batcher.Sweep(t.Context()))
			lines := strings.Count(log.String(), "a file that was dated again exceeds a limit")
			if int64(lines) != tt.warned || b.guard.Warned() != tt.warned {
				t.Errorf("%d lines, %d entries, want %d: %s", lines, b.guard.Warned(), tt.warned, log.String())
			}
			if tt.warned > 0 && !strings.Contains(log.String(), "saw=1000.01 limit=1000.00") {
				t.Errorf("it says %s", log.String())
			}
		})
	}
}

func TestAFileThatCouldNotLeaveInTimeIsDatedAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		change    func(*domain.Proposal)
		delivered string
		want      string
		redated   bool
	}{
		"delivered before 02:15 it keeps its date":          {nil, "2026-11-21 02:14", "261123", false},
		"at 02:15 the date would be a lie":                  {nil, "2026-11-21 02:15", "261124", true},
		"a same-day file keeps its date until 16:45":        {today, "2026-11-20 16:44", "261120", false},
		"and then settles on the next banking day":          {today, "2026-11-20 16:45", "261123", true},
		"or on the day it leaves, while windows lie before": {today, "2026-11-23 09:00", "261123", true},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			b.post(gym, pull(1, notNil(tt.change)...))
			b.clock.Set(at("2026-11-20 14:30"))
			must(t, b.batcher.cutDue(context.Background()))
			before := b.onlyFile()
			b.sweepAt(tt.delivered)
			f := b.onlyFile()
			if f.State != domain.FileIsDelivered || f.Batches[0].EffectiveOn != tt.want {
				t.Errorf("the file is %s, dated %s; want delivered, dated %s", f.State, f.Batches[0].EffectiveOn, tt.want)
			}
			if (f.Note != "") != tt.redated {
				t.Errorf("it says why it was dated again: %q; was it? %v", f.Note, tt.redated)
			}
			if f.Name() != before.Name() {
				t.Errorf("its numbers changed from %s to %s", before.Name(), f.Name())
			}
			b.verify()
		})
	}
}

func TestARenderedFileIsDatedAgainTooAndRenderedAgain(t *testing.T) {
	b := openBank(t)
	b.post(gym, pull(1))
	b.fault = stopAt("before delivering")
	b.clock.Set(at("2026-11-20 14:30"))
	if err := b.batcher.Sweep(context.Background()); err == nil {
		t.Fatal("the sweep did not stop")
	}
	b.restart()
	first := b.onlyFile()
	b.sweepAt("2026-11-21 03:00")
	f := b.onlyFile()
	if f.State != domain.FileIsDelivered || f.Batches[0].EffectiveOn != "261124" || f.Batches[0].Number != 1 {
		t.Errorf("the file is %s with batch %+v", f.State, f.Batches[0])
	}
	if string(f.Rendered.SHA256) == string(first.Rendered.SHA256) || f.Rendered.Name != first.Rendered.Name {
		t.Error("the file was not rendered again under the same name")
	}
	b.verify()
}

func TestADownloadedFileIsTheClientsFromItsCutOn(t *testing.T) {
	b := openBank(t)
	b.write(domain.BankStream(ourBank), domain.LedgerClient, 0, domain.BankConfigured{
		Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ByDownload},
	})
	b.post(gym, pull(1))
	b.fault = stopAt("after cut")
	b.clock.Set(at("2026-11-20 14:30"))
	_ = b.batcher.Sweep(t.Context())
	b.restart()
	for range 2 {
		b.sweepAt("2026-11-24 10:15") // rendered days later, and still the client's
	}
	f := b.onlyFile()
	if f.State != domain.FileIsRendered || f.Batches[0].EffectiveOn != "261123" || len(b.sent()) != 0 {
		t.Errorf("the file is %s, dated %s, with %d files in the outbox", f.State, f.Batches[0].EffectiveOn, len(b.sent()))
	}
	content, err := b.files.Bytes(context.Background(), f.ID)
	must(t, err)
	if int64(len(content)) != f.Rendered.Size {
		t.Errorf("%d bytes to download, want %d", len(content), f.Rendered.Size)
	}
	b.verify()
}
