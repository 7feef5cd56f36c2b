package http_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/http/api"
)

func TestAKeyIsUsedOnce(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	key := with{"Idempotency-Key", `"8e03978e-40d5-43dd-bc93-6894a57f9324"`}

	t.Run("a repeated request is answered as the first time", func(t *testing.T) {
		first := bank.originate(proposal(), key).is(201)
		if first.header.Get("Idempotent-Replayed") != "" {
			t.Error("the first is no replay")
		}
		again := bank.originate(proposal(), key).is(201)
		if again.header.Get("Idempotent-Replayed") != "true" || string(again.body) != string(first.body) ||
			again.header.Get("Location") != first.header.Get("Location") {
			t.Errorf("%v\n%s\n%s", again.header, first.body, again.body)
		}
	})
	t.Run("also after what it made has changed", func(t *testing.T) {
		first := bank.originate(proposal(), key).is(201)
		event := first.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
		bank.call("DELETE", "/api/transaction/"+first.text("TransactionID")+"/events/"+event, "").is(200)
		if again := bank.originate(proposal(), key).is(201); string(again.body) != string(first.body) {
			t.Errorf("%s\n%s", first.body, again.body)
		}
	})
	t.Run("and after a restart", func(t *testing.T) {
		w.stop()
		w.open()
		bank.originate(proposal(), key).is(201)
	})
	t.Run("and through another credential of the client", func(t *testing.T) {
		another := w.credential("business")
		if a := another.originate(proposal(), key).is(201); a.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%v", a.header)
		}
	})
	t.Run("other input under the key is refused", func(t *testing.T) {
		bank.originate(proposal("Amount", json.Number("1")), key).problem(422, "idempotency-key-reused")
		bank.originate(proposal("ToAccount", "999999998"), key).problem(422, "idempotency-key-reused")
		bank.originate(proposal("TransactionID", someID), key).problem(422, "idempotency-key-reused")
	})
	t.Run("a refusal leaves the key free", func(t *testing.T) {
		key := with{"Idempotency-Key", "second try"}
		bank.originate(proposal("ToRouting", "1"), key).problem(400, "invalid")
		bank.originate(proposal(), key).is(201)
	})
	t.Run("a key that nobody could have meant is refused", func(t *testing.T) {
		bank.originate(proposal(), with{"Idempotency-Key", fmt.Sprintf("%0256d", 0)}).problem(400, "bad-request")
	})
	t.Run("of many at once one is first and all hear of it", func(t *testing.T) {
		w.stop()
		w.faults.BeforeCommit = func() error { time.Sleep(50 * time.Millisecond); return nil } // all arrive meanwhile
		w.open()
		var all sync.WaitGroup
		var mu sync.Mutex
		ids, fresh := map[string]bool{}, 0
		for range 32 {
			all.Go(func() {
				a := bank.originate(proposal("Description", "race"), with{"Idempotency-Key", "race"})
				mu.Lock()
				defer mu.Unlock()
				if a.status != 201 {
					t.Errorf("%d %s", a.status, a.body)
					return
				}
				ids[a.text("TransactionID")] = true
				if a.header.Get("Idempotent-Replayed") == "" {
					fresh++
				}
			})
		}
		all.Wait()
		if len(ids) != 1 || fresh != 1 {
			t.Errorf("%d transactions, %d first answers", len(ids), fresh)
		}
	})
	t.Run("of many with one id, one is made", func(t *testing.T) {
		var all sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		for i := range 32 {
			all.Go(func() {
				a := bank.originate(proposal("TransactionID", someID, "Amount", json.Number(fmt.Sprint(i%2+1))))
				mu.Lock()
				defer mu.Unlock()
				statuses[a.status]++
			})
		}
		all.Wait()
		if statuses[201] != 1 || statuses[200] != 15 || statuses[409] != 16 {
			t.Errorf("statuses %v", statuses)
		}
	})
	t.Run("what was accepted is answered again even when it would now be refused", func(t *testing.T) {
		w.suspend("business")
		bank.originate(proposal(), key).is(201)
		bank.originate(proposal(), with{"Idempotency-Key", "new"}).problem(403, "client-suspended")
	})
}

// Of concurrent requests with one key the first is carried out. The others are
// handled again, and get its answer.
func TestOfManyRequestsUnderOneKeyOneIsFirstAtEveryDoor(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	w.stop()
	w.faults.BeforeCommit = func() error { time.Sleep(50 * time.Millisecond); return nil }
	w.open()
	for path, body := range map[string]string{
		"/v1/recipients": ada,
		links(john):      theLink,
		tokensPath:       theToken,
	} {
		t.Run(path, func(t *testing.T) {
			answers := make(chan *answer, 8)
			var all sync.WaitGroup
			for range cap(answers) {
				all.Go(func() { answers <- acme.call("POST", path, body, with{"Idempotency-Key", "race"}) })
			}
			all.Wait()
			close(answers)
			bodies, fresh := map[string]bool{}, 0
			for a := range answers {
				if a.status/100 != 2 {
					t.Errorf("%d %s", a.status, a.body)
				}
				bodies[string(a.body)] = true
				if a.header.Get("Idempotent-Replayed") == "" {
					fresh++
				}
			}
			if len(bodies) != 1 || fresh != 1 {
				t.Errorf("%d different answers, %d of them first", len(bodies), fresh)
			}
		})
	}
}

// meanwhile is a Plaid that calls do before its first answer, which may ask it
// again.
type meanwhile struct {
	asked atomic.Bool
	do    func()
}

func (m *meanwhile) Account(context.Context, string) (api.PlaidAccount, error) {
	if !m.asked.Swap(true) {
		m.do()
	}
	return api.PlaidAccount{Routing: "011401533", Number: "9900009606", Type: "checking"}, nil
}

// A caller that gives up waiting sends its request again, and the second is there
// first. The first must not hear that the account is linked already.
func TestARequestThatItsRepeatOvertakesIsAnsweredLikeIt(t *testing.T) {
	plaid := &meanwhile{}
	w := newWorld(t, func(o *api.Options) { o.Plaid = plaid })
	acme := w.client("acme", settings())
	link := func(key string) *answer {
		return acme.call("POST", links(john), byToken("any"), with{"Idempotency-Key", key})
	}
	var second *answer
	plaid.do = func() { second = link("one") }
	first := link("one").is(200)
	if second.is(200).text("id") != first.text("id") || first.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the first is answered %s, the second %s", first.body, second.body)
	}
	link("two").problem(409, "active-relationship")
}
