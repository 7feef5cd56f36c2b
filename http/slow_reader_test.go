package http_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/achledger/achledger/http/api"
)

// largeFiles accepts every file, and has much to say about those of one client.
type largeFiles struct {
	noFiles
	wordy string
	asked chan struct{} // closed when that client's file was accepted
}

func (f largeFiles) Upload(_ context.Context, client string, _ []byte, _ api.FileRequest) (api.Uploaded, bool, error) {
	u := api.Uploaded{FileID: "of " + client}
	if client == f.wordy {
		for range 500_000 {
			u.Transactions = append(u.Transactions, "00000000-0000-4000-8000-000000000000")
		}
		close(f.asked)
	}
	return u, false, nil
}

// serve serves the world's server on an address of its own, with the connections that
// the command gives it.
func (w *world) serve() (address string) {
	w.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- w.server.Serve(ctx, listener) }()
	w.t.Cleanup(func() { stop(); w.must(<-served) })
	return listener.Addr().String()
}

// dial opens a connection that ends with the test.
func (w *world) dial(address string) net.Conn {
	w.t.Helper()
	conn, err := net.Dial("tcp", address)
	w.must(err)
	w.t.Cleanup(func() { conn.Close() })
	return conn
}

// A client uploads a large file and does not read the answer, which lists each
// transaction. One large body is processed at a time, and the next one is processed
// nevertheless.
func TestAnUploadWhoseAnswerIsNotReadDelaysNobodyElse(t *testing.T) {
	files := largeFiles{wordy: "slow", asked: make(chan struct{})}
	w := newWorld(t, func(o *api.Options) { o.Files = files })
	slow, other := w.client("slow", settings()), w.client("other", settings())
	address := w.serve()
	body := bytes.Repeat([]byte{'9'}, 1<<20+1)

	conn := w.dial(address)
	w.must(conn.(*net.TCPConn).SetReadBuffer(4 << 10))
	_, err := fmt.Fprintf(conn, "POST /v1/nacha HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s",
		basic(slow.key, slow.secret), len(body), body)
	w.must(err)
	<-files.asked

	r, err := http.NewRequest("POST", "http://"+address+"/v1/nacha", bytes.NewReader(body))
	w.must(err)
	r.Header.Set("Content-Type", "text/plain")
	r.SetBasicAuth(other.key, other.secret)
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Errorf("the file of another client is answered %d", response.StatusCode)
	}
}

// A client opens as many connections as it may, and leaves them open. Others are
// answered, and it is itself on those that it has.
func TestAClientHasSoManyConnections(t *testing.T) {
	const most = 1024
	w := newWorld(t)
	greedy, other := w.client("greedy", settings()), w.client("other", settings())
	address := w.serve()
	ask := func(conn net.Conn, c caller) *http.Response {
		t.Helper()
		_, err := fmt.Fprintf(conn, "GET /v1/profile HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n", basic(c.key, c.secret))
		w.must(err)
		a, err := http.ReadResponse(bufio.NewReader(conn), nil)
		w.must(err)
		_, err = io.Copy(io.Discard, a.Body)
		w.must(err)
		return a
	}
	var first net.Conn
	for n := range most {
		conn := w.dial(address)
		if n == 0 {
			first = conn
		}
		if a := ask(conn, greedy); a.StatusCode != http.StatusOK {
			t.Fatalf("connection %d is answered %d", n+1, a.StatusCode)
		}
	}
	if a := ask(w.dial(address), greedy); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" || !a.Close {
		t.Errorf("one more is answered %d, %v", a.StatusCode, a.Header)
	}
	if a := ask(first, greedy); a.StatusCode != http.StatusOK {
		t.Errorf("the first one is answered %d", a.StatusCode)
	}
	if a := ask(first, other); a.StatusCode != http.StatusOK { // it is the other one's from now on
		t.Errorf("another client is answered %d", a.StatusCode)
	}
	if a := ask(w.dial(address), greedy); a.StatusCode != http.StatusOK {
		t.Errorf("a connection in the place of one that it gave up is answered %d", a.StatusCode)
	}
}
