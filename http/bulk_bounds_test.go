package http_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAClientHasSoManyBulkRequests(t *testing.T) {
	const most = 16
	w := newWorld(t)
	bank, other := w.client("business", settings()), w.client("harbor", settings())
	id := func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
	var talks []talk
	for n := range most {
		talks = append(talks, bank.talk(proposal("TransactionID", id(n))))
	}
	one := func(c caller) *answer {
		return c.call("POST", "/api/transaction/bulk", proposal("TransactionID", id(most)), with{"Content-Type", ndjson})
	}
	if a := one(bank).problem(429, "too-many-requests"); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	one(other).is(200)
	w.must(talks[0].lines.Close())
	for end := time.Now().Add(time.Minute); one(bank).status != 200; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a request that has ended keeps its place")
		}
	}
	for _, talk := range talks[1:] {
		if got := talk.hear(); got.Status != "Pending" {
			t.Errorf("a request that is under way: %v", got)
		}
		w.must(talk.lines.Close())
	}
}

// TestABulkRequestOfRefusedLinesEnds sends invalid lines without end: each is
// refused and writes nothing to the log.
func TestABulkRequestOfRefusedLinesEnds(t *testing.T) {
	const most = 1000 // in a row
	w := newWorld(t)
	bank := w.client("business", settings())
	body, lines := io.Pipe()
	sending := make(chan struct{})
	go func() {
		defer close(sending)
		junk := strings.Repeat("x\n", 8<<10)
		_, err := io.WriteString(lines, "x\n"+proposal()+"\n")
		for err == nil {
			_, err = io.WriteString(lines, junk)
		}
	}()
	r, err := http.NewRequest("POST", w.url+"/api/transaction/bulk", body)
	w.must(err)
	r.Header.Set("Content-Type", ndjson)
	r.Header.Set("Idempotency-Key", "junk")
	r.SetBasicAuth(bank.key, bank.secret)
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	d := json.NewDecoder(bufio.NewReader(response.Body))
	var last result
	n, more := 0, true
	for ; more; n++ {
		got := result{}
		if err := d.Decode(&got); err != nil {
			w.must(err)
		}
		if n == 1 && got.Status != "Pending" {
			t.Errorf("the good line: %+v", got)
		}
		if n != 1 && got.Line != n+1 {
			t.Fatalf("result %d is of line %d", n+1, got.Line)
		}
		last = got
		more = got.Error == nil || got.Error.Code != "too-many-refused"
	}
	if n <= most || n > most+8*1024 {
		t.Errorf("%d results before the end", n)
	}
	if last.Error.Status != http.StatusUnprocessableEntity {
		t.Errorf("the last line is %+v", last.Error)
	}
	if err := d.Decode(&result{}); err != io.EOF {
		t.Errorf("behind the last line: %v", err)
	}
	w.must(body.Close())
	<-sending
	if events := w.events(); len(events) > 10 {
		t.Errorf("the log has %d events", len(events))
	}
}
