package webhooks_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// A receiver answers 500 for a day, while payments are made. Then every message
// arrives, and no webhook was disabled.
func TestADayOf500sLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, r := newWorld(t), offline(t)
		w.config.Transport = r
		var well atomic.Bool
		r.answer = func(string, int) int {
			if well.Load() {
				return 200
			}
			return 500
		}
		id, secret := w.hook("https://hooks.example/in")
		r.knows(secret)
		w.run()
		var paid []string
		for range 24 {
			paid = append(paid, w.pay(10)...)
			time.Sleep(time.Hour)
		}
		tries := 0
		for _, p := range paid {
			tries += r.tried(p)
		}
		t.Logf("%d tries of %d messages in a day", tries, len(paid))
		if got := r.has(); len(got) > 0 || tries > 60*len(paid) {
			t.Errorf("%v arrived; %d tries", got, tries)
		}
		well.Store(true)
		for waited := time.Duration(0); len(r.has()) == 0; waited += time.Minute { // until one of them is due
			if waited > 3*time.Hour {
				t.Fatal("nothing was tried again for three hours")
			}
			time.Sleep(time.Minute)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got := r.has(); !all(got, paid) {
			t.Errorf("%d of %d arrived two minutes after the receiver took the first", len(got), len(paid))
		}
		if h := w.is(id); !h.Terms.Enabled || h.Disabled != nil {
			t.Errorf("it was disabled: %+v", h.Disabled)
		}
		w.end()
	})
}

// The receiver never accepts one message. The others are delivered, and after
// three days the webhook is disabled, with an alarm; the messages that waited
// are sent when it is enabled.
func TestAfterThreeDaysOfFailuresAWebhookIsDisabledAndKeepsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, r := newWorld(t), offline(t)
		w.config.Transport = r
		id, _ := w.hook("https://hooks.example/in")
		poison := w.pay(1)[0]
		var well atomic.Bool
		r.answer = func(message string, _ int) int {
			if message == poison && !well.Load() {
				return 503
			}
			return 200
		}
		w.run()
		began := time.Now()
		var paid []string
		for w.is(id).Terms.Enabled {
			if time.Since(began) > 4*24*time.Hour {
				t.Fatal("it is never disabled")
			}
			paid = append(paid, w.pay(1)...)
			time.Sleep(time.Hour)
			synctest.Wait()
			if !all(r.has(), paid[:len(paid)-1]) {
				t.Fatalf("after %s others wait for the one that fails", time.Since(began))
			}
		}
		if after := time.Since(began); after < domain.WebhookRetryTime || after > domain.WebhookRetryTime+4*time.Hour {
			t.Errorf("it was disabled after %s and %d tries", after, r.tried(poison))
		}
		d := w.is(id).Disabled
		if d == nil || d.Message != poison || d.Reason != "it answered 503" {
			t.Fatalf("it was disabled because of %+v", d)
		}
		if c := w.worker.Counts(); c.Disabled != 1 || c.Waiting != 1 {
			t.Errorf("counted %+v", c)
		}
		list, err := w.store.WaitingWebhooks(t.Context(), id, eventstore.WebhookPlace{}, 9)
		if must(t, err); len(list) != 1 || !list[0].GivenUp {
			t.Errorf("what waits is %+v", list)
		}
		tried := r.tried(poison)
		later := w.pay(2)
		time.Sleep(7 * 24 * time.Hour)
		synctest.Wait()
		if r.tried(poison) != tried || r.tried(later[0]) > 0 {
			t.Error("a disabled webhook is told something")
		}
		well.Store(true)
		enabled := true
		w.order(id, domain.ChangeWebhook{Enabled: &enabled, Sandbox: true}.Decide)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := r.has(); !all(got, append(later, poison)) || w.worker.Counts().Waiting != 0 {
			t.Errorf("after it was enabled it has %v", got)
		}
		w.end()
	})
}

// The ledger was stopped for days after the first tries of a message. That the
// endpoint was down all that time nobody knows: it gets some hours to come back.
func TestALedgerThatWasStoppedForDaysDoesNotDisableAWebhookAtItsFirstTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, r := newWorld(t), offline(t)
		w.config.Transport = r
		r.answer = func(string, int) int { return 503 }
		id, _ := w.hook("https://hooks.example/in")
		paid := w.pay(1)[0]
		w.run()
		time.Sleep(time.Minute)
		w.stop()
		time.Sleep(2 * domain.WebhookRetryTime)
		before := r.tried(paid)
		w.run()
		time.Sleep(time.Hour)
		synctest.Wait()
		if tries := r.tried(paid) - before; tries == 0 || !w.is(id).Terms.Enabled {
			t.Errorf("enabled %t after %d more tries", w.is(id).Terms.Enabled, tries)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if w.is(id).Terms.Enabled {
			t.Errorf("it is never disabled, after %d tries", r.tried(paid))
		}
		w.end()
	})
}

// The receiver accepts nothing. A thousand messages wait for another try, and
// then the cursor waits. The receiver is tried about every minute.
func TestSoManyMessagesWaitAndThenTheCursorDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, r := newWorld(t), offline(t)
		w.config.Transport = r
		var down atomic.Bool
		down.Store(true)
		r.answer = func(string, int) int {
			if down.Load() {
				return 502
			}
			return 200
		}
		id, _ := w.hook("https://hooks.example/in")
		paid := w.pay(1300)
		w.run()
		time.Sleep(40 * time.Hour)
		synctest.Wait()
		n, _, err := w.store.WebhooksWaiting(t.Context(), id)
		must(t, err)
		p, _, err := w.store.WebhookProgress(t.Context(), id)
		must(t, err)
		if n != 1000 || fmt.Sprint(p.Cursor.Position) != paid[999] {
			t.Errorf("%d messages wait, and the cursor is at %d; the thousandth message is %s", n, p.Cursor.Position, paid[999])
		}
		w.stop()
		down.Store(false)
		w.run()
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if got := r.has(); !all(got, paid) {
			t.Errorf("%d of %d arrived", len(got), len(paid))
		}
		for id, n := range r.got {
			if n != 1 {
				t.Errorf("message %s was delivered %d times", id, n)
			}
		}
		w.end()
	})
}
