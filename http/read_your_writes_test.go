package http_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
)

func TestEveryReadSeesEveryWriteBeforeIt(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	var all sync.WaitGroup
	for n := range 64 {
		all.Go(func() {
			for i := range 4 {
				amount := json.Number(fmt.Sprintf("%d.%02d", n+1, i))
				a := bank.originate(proposal("Amount", amount))
				if a.status != 201 {
					t.Errorf("POST: %d %s", a.status, a.body)
					return
				}
				id := a.text("TransactionID")
				if got := bank.call("GET", "/api/transaction/"+id, ""); got.status != 200 || got.field("Amount") != amount {
					t.Errorf("GET %s: %d %s", id, got.status, got.body)
				}
				list := bank.call("GET", "/api/transaction/event", "") // 30,000 events in all: too many to decode them
				if !bytes.Contains(list.body, []byte(`"TransactionID":"`+id+`"`)) {
					t.Errorf("%s is not in the list (%d)", id, list.status)
				}
			}
		})
	}
	all.Wait()
	if n := len(bank.call("GET", "/api/transaction/event", "").is(200).list()); n != 64*4 {
		t.Errorf("%d events, want %d", n, 64*4)
	}
}
