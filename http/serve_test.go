package http_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestServeFinishesWhatIsUnderWayAndStops(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- w.server.Serve(ctx, listener) }()

	lines, more := io.Pipe()
	r, err := http.NewRequest("POST", "http://"+listener.Addr().String()+"/api/transaction/bulk", lines)
	w.must(err)
	r.Header.Set("Content-Type", ndjson)
	r.Header.Set("Idempotency-Key", "before the end")
	r.SetBasicAuth(bank.key, bank.secret)
	go fmt.Fprintln(more, proposal())
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	results := bufio.NewReader(response.Body)
	first, err := results.ReadString('\n')
	w.must(err)

	stop()
	ready := func() *answer { return w.send("GET", "/readyz", "") } // through another listener
	for end := time.Now().Add(time.Minute); ready().status == http.StatusOK && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	ready().problem(503, "busy")
	fmt.Fprintln(more, proposal())
	w.must(more.Close())
	rest, err := io.ReadAll(results)
	w.must(err)
	if n := strings.Count(first+string(rest), `"Pending"`); n != 2 {
		t.Errorf("%d results: %s%s", n, first, rest)
	}
	select {
	case err := <-served:
		w.must(err)
	case <-time.After(10 * time.Second):
		t.Fatal("the server does not stop")
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}

func TestAListThatCannotBeCurrentSaysSo(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for two seconds")
	}
	w := newWorld(t)
	bank := w.client("business", settings())
	w.stop()
	w.still = true
	w.open()
	id := bank.originate(proposal()).is(201).text("TransactionID")
	if a := bank.call("GET", "/api/transaction/event", "").problem(503, "view-behind"); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	bank.call("GET", "/api/transaction/"+id, "").is(200) // from the log
}
