package http_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

const ndjson = "application/x-ndjson"

// result is a line of a bulk answer.
type result struct {
	TransactionID, Status string
	Line                  int
	Error                 *struct {
		Code   string
		Status int
		Errors []struct{ Pointer string }
	}
}

// String is the status, or the line and code of the error.
func (r result) String() string {
	if r.Error != nil {
		return fmt.Sprintf("%d:%s", r.Line, r.Error.Code)
	}
	return r.Status
}

func (c caller) bulk(lines []string, headers ...with) []result {
	c.t.Helper()
	a := c.call("POST", "/api/transaction/bulk", strings.Join(lines, "\n"), append(headers, with{"Content-Type", ndjson})...).is(200)
	if got := a.header.Get("Content-Type"); got != ndjson {
		c.t.Errorf("content type %q", got)
	}
	var all []result
	for d := json.NewDecoder(bytes.NewReader(a.body)); d.More(); {
		var r result
		c.must(d.Decode(&r))
		all = append(all, r)
	}
	return all
}

func TestABulkRequestAnswersEachLine(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	id := func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
	payroll := with{"Idempotency-Key", "payroll"}

	t.Run("one line's error stops no other", func(t *testing.T) {
		got := bank.bulk([]string{
			proposal("TransactionID", id(1)),
			proposal("TransactionID", id(2), "Amount", json.Number("1.005")),
			"{ not JSON",
			proposal(),
			proposal("TransactionID", id(3), "StandardEntryClassCode", "XYZ"),
			"",
			proposal("TransactionID", id(1)),
			proposal("TransactionID", id(1), "Amount", json.Number("7")),
			proposal("TransactionID", id(4), "Description", strings.Repeat("x", 64<<10)),
			proposal("TransactionID", id(5)),
		})
		want := "[Pending 2:invalid 3:bad-request 4:invalid 5:rule-broken Pending 8:conflict 9:too-large Pending]"
		if fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
		if got[1].Error.Errors[0].Pointer != "/Amount" || got[3].Error.Errors[0].Pointer != "/TransactionID" {
			t.Errorf("%+v", got)
		}
		bank.call("GET", "/api/transaction/"+id(5), "").is(200)
		bank.call("GET", "/api/transaction/"+id(2), "").is(404)
	})
	t.Run("again, line by line as before, with what has become of it", func(t *testing.T) {
		lines := []string{proposal("TransactionID", id(10)), proposal("TransactionID", id(11))}
		bank.bulk(lines)
		event := bank.call("GET", "/api/transaction/"+id(10), "").field("Events").([]any)[0].(map[string]any)["EventID"].(string)
		bank.call("DELETE", "/api/transaction/"+id(10)+"/events/"+event, "").is(200)
		got := bank.bulk(append(lines, proposal("TransactionID", id(12))))
		if fmt.Sprint(got) != "[Recalled Pending Pending]" {
			t.Error(got)
		}
	})
	t.Run("without ids a key makes them, the same for a retry", func(t *testing.T) {
		lines := []string{proposal(), "", proposal(), proposal("TransactionID", id(20))}
		first := bank.bulk(lines, payroll)
		again := bank.bulk(lines, payroll)
		if fmt.Sprint(first) != "[Pending Pending Pending]" || first[0].TransactionID == first[1].TransactionID || first[2].TransactionID != id(20) {
			t.Errorf("%+v", first)
		}
		for i := range first {
			if first[i] != again[i] {
				t.Errorf("%+v, then %+v", first[i], again[i])
			}
		}
		lines[2] = proposal("Amount", json.Number("1"))
		if got := bank.bulk(lines, payroll); fmt.Sprint(got) != "[Pending 3:conflict Pending]" {
			t.Errorf("a changed line: %v", got)
		}
		if got := bank.bulk(lines[:1], with{"Idempotency-Key", "another"}); got[0].TransactionID == first[0].TransactionID {
			t.Error("the same ids under another key")
		}
		other := w.client("harbor", settings())
		if got := other.bulk(lines[:1], payroll); got[0].TransactionID == first[0].TransactionID || got[0].Status != "Pending" {
			t.Errorf("another client: %+v", got)
		}
	})
	t.Run("neither id nor key on the first line is a mistake of the whole", func(t *testing.T) {
		bank.call("POST", "/api/transaction/bulk", proposal()+"\n"+proposal("TransactionID", id(30)), with{"Content-Type", ndjson}).problem(400, "bad-request")
		bank.call("GET", "/api/transaction/"+id(30), "").is(404)
	})
	t.Run("nothing in, nothing out", func(t *testing.T) {
		if got := bank.bulk([]string{"", ""}); len(got) != 0 {
			t.Error(got)
		}
	})
	t.Run("another media type", func(t *testing.T) {
		bank.call("POST", "/api/transaction/bulk", proposal()).problem(415, "unsupported-media-type")
	})
	t.Run("a result comes before the next line is sent", func(t *testing.T) {
		talk := bank.talk(proposal("TransactionID", id(40)))
		for n := 41; n < 44; n++ {
			if got := talk.hear(); got.Status != "Pending" {
				t.Fatal(got)
			}
			bank.call("GET", "/api/transaction/"+id(n-1), "").is(200)
			talk.say(proposal("TransactionID", id(n)) + "\n")
		}
		w.must(talk.lines.Close())
		rest, err := io.ReadAll(talk.results)
		w.must(err)
		if bytes.Count(rest, []byte("\n")) != 1 {
			t.Errorf("%s", rest)
		}
	})
	t.Run("a body that breaks off loses only what was not whole", func(t *testing.T) {
		talk := bank.talk(proposal("TransactionID", id(50)))
		if got := talk.hear(); got.Status != "Pending" {
			t.Fatal(got)
		}
		talk.say(proposal("TransactionID", id(51))) // no line end
		time.Sleep(50 * time.Millisecond)
		w.must(talk.lines.CloseWithError(io.ErrUnexpectedEOF))
		if rest, err := io.ReadAll(talk.results); err == nil {
			t.Errorf("the answer ended as if it were whole: %q", rest)
		}
		bank.call("GET", "/api/transaction/"+id(50), "").is(200)
		bank.call("GET", "/api/transaction/"+id(51), "").is(404)
	})
	t.Run("what happens to the client meanwhile counts from the next line", func(t *testing.T) {
		harbor := w.client("harbor", settings())
		talk := harbor.talk(proposal("TransactionID", id(60)))
		first := talk.hear()
		w.suspend("harbor")
		talk.say(proposal("TransactionID", id(61)) + "\n")
		second := talk.hear()
		talk.say(proposal("TransactionID", id(60)) + "\n") // accepted before
		third := talk.hear()
		w.revoke(harbor)
		talk.say(proposal("TransactionID", id(60)) + "\n")
		fourth := talk.hear()
		if fmt.Sprint(first, second, third, fourth) != "Pending 2:client-suspended Pending 4:unauthorized" {
			t.Error(first, second, third, fourth)
		}
		w.must(talk.lines.Close())
	})
	t.Run("an answer that is not whole does not end as if it were", func(t *testing.T) {
		c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		w.must(err)
		defer c.Close()
		fmt.Fprintf(c, "POST /api/transaction/bulk HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nAuthorization: %s\r\nContent-Length: 100000\r\n\r\n%s\n",
			ndjson, basic(bank.key, bank.secret), proposal("TransactionID", id(70)))
		answer := bufio.NewReader(c)
		for heard := ""; !strings.Contains(heard, "Pending"); {
			heard, err = answer.ReadString('\n')
			w.must(err)
		}
		fmt.Fprint(c, "{")
		w.must(c.(*net.TCPConn).CloseWrite())
		if rest, _ := io.ReadAll(answer); bytes.HasSuffix(rest, []byte("0\r\n\r\n")) {
			t.Errorf("%q", rest)
		}
	})
	t.Run("a body that ends at once is a mistake of the whole", func(t *testing.T) {
		c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		w.must(err)
		defer c.Close()
		fmt.Fprintf(c, "POST /api/transaction/bulk HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nAuthorization: %s\r\nContent-Length: 100\r\n\r\n{",
			ndjson, basic(bank.key, bank.secret))
		w.must(c.(*net.TCPConn).CloseWrite())
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		w.must(err)
		defer answer.Body.Close()
		if got := answer.Header.Get("Content-Type"); answer.StatusCode != 400 || got != "application/problem+json" {
			t.Error(answer.Status, got)
		}
	})
}

// talk is a bulk request whose lines are sent one after the other.
type talk struct {
	w       *world
	lines   *io.PipeWriter
	results *bufio.Reader
}

// talk begins a bulk request with its first line.
func (c caller) talk(first string) talk {
	c.t.Helper()
	body, lines := io.Pipe()
	r, err := http.NewRequest("POST", c.url+"/api/transaction/bulk", body)
	c.must(err)
	r.Header.Set("Content-Type", ndjson)
	r.SetBasicAuth(c.key, c.secret)
	go fmt.Fprintln(lines, first)
	response, err := http.DefaultClient.Do(r)
	c.must(err)
	c.t.Cleanup(func() { response.Body.Close() })
	return talk{c.world, lines, bufio.NewReader(response.Body)}
}

func (t talk) say(text string) {
	t.w.t.Helper()
	_, err := io.WriteString(t.lines, text)
	t.w.must(err)
}

func (t talk) hear() (r result) {
	t.w.t.Helper()
	text, err := t.results.ReadBytes('\n')
	t.w.must(err)
	t.w.must(json.Unmarshal(text, &r))
	return r
}

// measured is a log that measures the heap at every fifth append to transactions.
// The bulk request that makes them waits meanwhile, so that its queues fill.
type measured struct {
	eventstore.Store
	appends int
	peak    atomic.Int64 // bytes
}

func (m *measured) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if strings.HasPrefix(appends[0].Stream, "transaction/") {
		if m.appends++; m.appends%5 == 0 {
			m.peak.Store(max(m.peak.Load(), heapInUse()))
		}
	}
	return m.Store.Append(ctx, appends...)
}

// heapInUse is what is reachable in the heap, in bytes. A collection keeps all
// that is allocated while it runs, used or not. At full speed, on processors that
// the collector shares, that was up to 50 MiB where 30 were in use, so what was
// allocated since the collection began is not counted. The first collection ends
// one that is in progress.
func heapInUse() int64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	runtime.GC()
	runtime.ReadMemStats(&after)
	return int64(after.HeapAlloc) - int64(after.TotalAlloc-before.TotalAlloc)
}

// TestBulkOfManyLines sends more than fits in memory, to a caller who reads
// nothing before it has sent everything.
func TestBulkOfManyLines(t *testing.T) {
	if testing.Short() {
		t.Skip("50,000 lines")
	}
	const many, every = 50_000, 1000 // every so many lines one is wrong
	temp := t.TempDir()
	var log measured
	w := newWorld(t, func(o *api.Options) {
		o.TempDir = temp
		log.Store, o.Ledger.Store = o.Ledger.Store, &log
	})
	bank := w.client("business", settings())
	padded := func(line string) string { return "{" + strings.Repeat(" ", 1300) + line[1:] } // 80 MB in all
	good, bad := padded(proposal()), padded(proposal("ToRouting", "099999998"))
	send, lines := io.Pipe()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		out := bufio.NewWriterSize(lines, 64<<10)
		for n := 1; n <= many; n++ {
			if n%every == 0 {
				fmt.Fprintln(out, bad)
			} else {
				fmt.Fprintln(out, good)
			}
		}
		if err := errors.Join(out.Flush(), lines.Close()); err != nil {
			t.Error(err)
		}
	}()
	r, err := http.NewRequest("POST", w.url+"/api/transaction/bulk", send)
	w.must(err)
	r.Header.Set("Content-Type", ndjson)
	r.Header.Set("Idempotency-Key", "payroll")
	r.SetBasicAuth(bank.key, bank.secret)
	began := time.Now()
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	<-sent
	if named, err := os.ReadDir(temp); err != nil || len(named) > 0 {
		t.Errorf("what was spilled has names and would stay after a crash: %v, %v", named, err)
	}
	d := json.NewDecoder(response.Body)
	for n := 1; n <= many; n++ {
		var got result
		if err := d.Decode(&got); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		if wrong := n%every == 0; wrong != (got.Error != nil) || wrong && got.Line != n || !wrong && got.Status != "Pending" {
			t.Fatalf("line %d: %+v", n, got)
		}
	}
	if d.More() {
		t.Error("more results than lines")
	}
	took := time.Since(began)
	t.Logf("%d lines in %v, %.0f a second; heap at most %d MiB", many, took.Round(time.Millisecond), many/took.Seconds(), log.peak.Load()>>20)
	if peak := log.peak.Load(); peak == 0 || peak > 46<<20 { // some 34 were measured, so 260 bytes kept of each line are too many
		t.Errorf("the heap grew to %d MiB", peak>>20)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files left behind, %v", len(left), err)
	}
	head, err := w.store.Head(context.Background())
	w.must(err)
	if want := int64(many - many/every); head.Position < want || head.Position > want+10 {
		t.Errorf("the log has %d events, want about %d", head.Position, want)
	}
}
