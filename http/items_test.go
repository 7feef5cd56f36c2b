package http_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

func TestEventsAreListedByDayTypeAndStatus(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	ids := map[string]string{}
	event := map[string]string{}
	originate := func(name string) {
		a := bank.originate(proposal("Description", name)).is(201)
		ids[a.text("TransactionID")] = name
		event[name] = a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	}
	recall := func(name string) {
		for id, n := range ids {
			if n == name {
				bank.call("DELETE", "/api/transaction/"+id+"/events/"+event[name], "").is(200)
			}
		}
	}
	originate("monday's")
	originate("recalled")
	w.clock.Advance(24 * time.Hour)
	originate("today's")
	recall("recalled")

	names := func(t *testing.T, query string) string {
		t.Helper()
		var list []string
		for _, e := range bank.call("GET", "/api/transaction/event"+query, "").is(200).list() {
			list = append(list, ids[e["TransactionID"].(string)])
		}
		return strings.Join(list, " ")
	}
	for query, want := range map[string]string{
		"":                                         "today's",
		"?date=2026-11-17":                         "monday's recalled",
		"?date=11/17/2026":                         "monday's recalled",
		"?date=2026-11-16":                         "",
		"?date=2026-11-17&status=Pending":          "monday's",
		"?date=2026-11-18&status=Recalled":         "recalled",
		"?date=2026-11-17&status=recalled":         "",
		"?eventType=Origination":                   "today's",
		"?eventType=Return":                        "",
		"?direction=tofed":                         "today's",
		"?direction=FromFed":                       "",
		"?startDate=2026-11-17":                    "monday's recalled today's",
		"?startDate=11/17/2026&endDate=11/17/2026": "monday's recalled",
		"?endDate=2026-11-17":                      "monday's recalled",
		"?after=0":                                 "monday's recalled today's",
		"?EVENTTYPE=origination&STATUS=pending":    "today's",
	} {
		t.Run("events"+query, func(t *testing.T) {
			if got := names(t, query); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
	t.Run("the plural is the same list", func(t *testing.T) {
		if n := len(bank.call("GET", "/api/transaction/events", "").is(200).list()); n != 1 {
			t.Errorf("%d events", n)
		}
	})
	for _, query := range []string{"date=yesterday", "date=2026-13-01", "eventType=Refund", "status=Lost", "direction=Up",
		"after=x", "after=-1", "limit=0", "limit=1001", "limit=x", "cursor=%00", "page=2", "date=2026-11-17&startDate=2026-11-17",
		"startDate=2026-11-18&endDate=2026-11-17", "status=Pending&status=Recalled"} {
		t.Run("no such filter: "+query, func(t *testing.T) {
			bank.call("GET", "/api/transaction/event?"+query, "").problem(400, "invalid")
		})
	}
	t.Run("changes since a position", func(t *testing.T) {
		head, err := w.store.Head(context.Background())
		w.must(err)
		after := "?after=" + strconv.FormatInt(head.Position, 10)
		if got := names(t, after); got != "" {
			t.Errorf("%q", got)
		}
		recall("monday's")
		if got := names(t, after); got != "monday's" {
			t.Errorf("%q", got)
		}
	})
	t.Run("page by page, each event once", func(t *testing.T) {
		for range 5 {
			originate("more")
		}
		seen := map[string]int{}
		pages := 0
		for path := "/api/transaction/event?limit=2"; path != ""; pages++ {
			a := bank.call("GET", path, "").is(200)
			for _, e := range a.list() {
				seen[e["EventID"].(string)]++
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), ">")
		}
		if len(seen) != 6 || pages != 3 {
			t.Errorf("%d events on %d pages", len(seen), pages)
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s %d times", id, n)
			}
		}
	})
	t.Run("a held one is Pending with the reason", func(t *testing.T) {
		a := bank.originate(proposal()).is(201)
		id, item := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
		_, err := ledger.Execute(context.Background(), w.ledger, ledger.TransactionStream("business", id), domain.Hold{ItemID: item, Reason: "unusual amount"}.Decide)
		w.must(err)
		for _, e := range bank.call("GET", "/api/transaction/event?status=Pending", "").is(200).list() {
			if e["EventID"] == item && e["Reason"] == "unusual amount" {
				return
			}
		}
		t.Error("not in the list")
	})
}

// Who polls for changes goes on where the last answer ended, and misses none.
func TestAPollContinuesAtThePositionOfTheLastAnswer(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	poll := func(query string) (*answer, []string) {
		t.Helper()
		a := bank.call("GET", "/api/transaction/event"+query, "").is(200)
		var ids []string
		for _, e := range a.list() {
			ids = append(ids, e["TransactionID"].(string))
		}
		return a, ids
	}
	first := bank.originate(proposal()).is(201).text("TransactionID")
	second := bank.originate(proposal()).is(201).text("TransactionID")
	page, ids := poll("?after=0&limit=1")
	at := page.header.Get("Ledger-Position")
	if len(ids) != 1 || ids[0] != first || at == "" {
		t.Fatalf("the first page has %q, at %q", ids, at)
	}
	third := bank.originate(proposal()).is(201).text("TransactionID")
	next, _, _ := strings.Cut(strings.TrimPrefix(page.header.Get("Link"), "</api/transaction/event"), ">")
	if rest, ids := poll(next); len(ids) == 0 || ids[0] != second || rest.header.Get("Ledger-Position") != "" {
		t.Errorf("the page after it has %q, at %q", ids, rest.header.Get("Ledger-Position"))
	}
	all, ids := poll("?after=" + at)
	if len(ids) != 1 || ids[0] != third {
		t.Errorf("after %s came %q, want %s", at, ids, third)
	}
	if _, ids := poll("?after=" + all.header.Get("Ledger-Position")); len(ids) != 0 {
		t.Errorf("after the end came %q", ids)
	}
}
