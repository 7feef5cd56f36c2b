package http_test

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// listen opens an event stream, which ends with the test.
func (w *world) listen(authorization string) *http.Response {
	w.t.Helper()
	r, err := http.NewRequest("GET", w.url+"/v1/events/stream", nil)
	w.must(err)
	r.Header.Set("Authorization", authorization)
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	w.t.Cleanup(func() { response.Body.Close() })
	return response
}

func TestACredentialHasSoManyStreams(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	var last *http.Response
	for range 16 {
		if last = w.listen(basic(bank.key, bank.secret)); last.StatusCode != http.StatusOK {
			t.Fatalf("a stream is answered %d", last.StatusCode)
		}
	}
	if a := bank.call("GET", "/v1/events/stream", "").problem(429, "too-many-requests"); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	second := w.credential("business")
	if got := w.listen(basic(second.key, second.secret)).StatusCode; got != http.StatusOK {
		t.Errorf("another credential gets %d", got)
	}
	w.must(last.Body.Close())
	for end := time.Now().Add(time.Minute); w.listen(basic(bank.key, bank.secret)).StatusCode != http.StatusOK; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a stream that was closed keeps its place")
		}
	}
}

func TestAStreamEndsWithItsToken(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	token := w.send("POST", "/connect/token", "", with{"Authorization", basic(bank.key, bank.secret)}).is(200).text("access_token")
	stream := w.listen("Bearer " + token)
	if stream.StatusCode != http.StatusOK {
		t.Fatalf("the stream is answered %d", stream.StatusCode)
	}
	w.clock.Advance(2 * time.Hour)
	ended := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, stream.Body); ended <- err }()
	select {
	case err := <-ended:
		w.must(err)
	case <-time.After(30 * time.Second):
		t.Fatal("the stream outlives its token")
	}
}
