package node

import (
	"bufio"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// probe is a request by id that only its client may make.
type probe struct {
	method, path string
	body         any
}

func (c *walker) knows(path string, body any, methods ...string) {
	for _, m := range methods {
		c.probes = append(c.probes, probe{m, path, body})
	}
}

func (c *walker) knowsTransaction(id, event string) {
	path := "/api/transaction/" + id
	c.knows(path, nil, "GET")
	c.knows(path+"/events/"+event, nil, "DELETE")
	c.knows(path+"/returns", object{"ReplyToEventId": event, "ReturnCode": "R03"}, "POST")
	c.knows(path+"/corrections", object{"ReplyToEventId": event, "ChangeCode": "C01", "CorrectedData": "1"}, "POST")
	c.knows(path+"/dishonors", object{"ReplyToEventId": event, "ReasonCode": "R68"}, "POST")
	c.knows(path+"/contests", object{"ReplyToEventId": event, "ReasonCode": "R71"}, "POST")
	c.knows(path+"/refusals", object{"ReplyToEventId": event, "ReasonCode": "C62"}, "POST")
	c.knows(path+"/reversals", object{"ReplyToEventId": event, "ReasonCode": "duplicate"}, "POST")
	c.knows(path+"/retries", object{"ReplyToEventId": event}, "POST")
}

func (c *walker) knowsFile(id string) {
	c.knows("/v1/files/"+id, nil, "GET")
	c.knows("/v1/files/"+id+"/nacha", nil, "GET")
}

// pry requests another client's object, and a page of a list by another client's
// cursor.
func (w *walk) pry() {
	w.t.Helper()
	n := w.rng.IntN(len(w.clients))
	of, by := w.clients[n], w.clients[(n+1+w.rng.IntN(len(w.clients)-1))%len(w.clients)]
	if len(of.probes) == 0 {
		return
	}
	p := of.probes[w.rng.IntN(len(of.probes))]
	var headers []string
	if strings.HasPrefix(p.path, "/v1/files/") {
		headers = []string{"Authorization", basic(by.reveal)}
	}
	if status, text := by.request(p.method, p.path, p.body, headers...); status != 404 {
		w.t.Errorf("client %d: %s %s of client %d answers %d, want 404: %s", by.n, p.method, p.path, of.n, status, text)
	}
	lists := []string{"/api/transaction/event?after=0&limit=2", "/v1/ach-files?limit=1", "/v1/files?limit=1", "/v1/recipients?limit=1"}
	w.pryPage(of, by, lists[w.rng.IntN(len(lists))])
}

// pryPage requests the next page of one client's list as another client.
func (w *walk) pryPage(of, by *walker, path string) {
	request, err := http.NewRequest("GET", w.Base+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Authorization", basic(of.credential))
	_, text, headers := w.send(request)
	w.claim(of, path, text)
	next, _, ok := strings.Cut(strings.TrimPrefix(headers.Get("Link"), "<"), ">")
	if !ok {
		var page struct {
			Next string `json:"next_cursor"`
		}
		if json.Unmarshal([]byte(text), &page) != nil || page.Next == "" {
			return
		}
		next = path + "&cursor=" + page.Next
	}
	by.request("GET", next, nil)
	of.request("GET", next, nil)
}

var walkIDs = regexp.MustCompile(`\b(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9A-F]{32})\b`)

// claim notes which client an answer showed ids to. Every id of a walk belongs to one
// client, so an id that two clients were shown is an error.
func (w *walk) claim(c *walker, from, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, other := range w.clients {
		if other != c && (strings.Contains(text, other.id) || strings.Contains(text, other.credential.Key)) {
			w.t.Errorf("client %d sees client %d in %s: %s", c.n, other.n, from, text)
		}
	}
	if strings.Contains(text, `"request_id"`) || strings.Contains(text, "ErrorResult") || strings.Contains(text, "errorResults") {
		return // a refusal may repeat the id that was asked for
	}
	for part := range strings.SplitSeq(text, `"`) { // most of an answer is no id, and most ids were shown before
		if len(part) < 32 || w.shown[part] == c {
			continue
		}
		w.shown[part] = c
		for _, id := range walkIDs.FindAllString(part, -1) {
			id = strings.ToUpper(strings.ReplaceAll(id, "-", ""))
			if owner, ok := w.owner[id]; ok && owner != c.id {
				w.t.Errorf("client %d sees %s of client %s in %s", c.n, id, owner, from)
			}
			w.owner[id] = c.id
		}
	}
}

// lists reads everything that a client can list, by its path. The ids in it are
// checked by claim.
func (c *walker) lists() map[string]string {
	c.w.t.Helper()
	paths := []string{"/api/transaction/event?after=0", "/v1/files?limit=1000", "/v1/recipients", "/v1/odfis", "/v1/ach-files", "/v1/returns", "/v1/nocs"}
	for _, r := range c.recipients {
		paths = append(paths, "/v1/recipients/"+r.recipient+"/accounts")
	}
	for _, l := range c.links {
		paths = append(paths, l.path(), "/v1/accounts/"+l.holder+"/transfers")
	}
	all := map[string]string{}
	for _, path := range paths {
		status, text := c.request("GET", path, nil)
		if status != 200 {
			c.w.t.Errorf("GET %s answers %d %s", path, status, text)
		}
		all[path] = text
	}
	all["/v1/events"] = strings.Join(slices.DeleteFunc(c.events(), isAudit), "\n")
	for _, other := range c.w.clients {
		for _, l := range other.links {
			if other != c && c.rng.IntN(4) == 0 {
				if _, text := c.request("GET", l.path(), nil); strings.TrimSpace(text) != "[]" {
					c.w.t.Errorf("client %d lists relationships of client %d: %s", c.n, other.n, text)
				}
			}
		}
	}
	return all
}

// isAudit reports whether an event only records that somebody read something, as the
// walk itself does between two comparisons of a list.
func isAudit(event string) bool { return strings.Contains(event, `"type":"audit.`) }

// events lists the client's ledger events, each in its JSON form.
func (c *walker) events() (list []string) {
	for after := int64(0); ; {
		var page struct {
			Data []json.RawMessage
			Next int64 `json:"next_cursor"`
		}
		if !c.want(200, "GET", "/v1/events?limit=1000&after="+strconv.FormatInt(after, 10), nil, &page) || len(page.Data) == 0 {
			return list
		}
		for _, e := range page.Data {
			list = append(list, string(e))
		}
		after = page.Next
	}
}

// listen follows each client's stream from its first event on.
func (w *walk) listen() {
	for _, c := range w.clients {
		request, err := http.NewRequestWithContext(w.t.Context(), "GET", w.Base+"/v1/events/stream?after=0", nil)
		if err != nil {
			w.t.Fatal(err)
		}
		request.Header.Set("Authorization", basic(c.credential))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() { response.Body.Close() })
		go func() {
			lines := bufio.NewScanner(response.Body)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
					w.hear(data)
					w.claim(c, "the event stream", data)
					c.hearing.Lock()
					c.streamed = append(c.streamed, data)
					c.hearing.Unlock()
				}
			}
		}()
	}
}

// hearOut waits until the event streams have sent all events of the lists.
func (w *walk) hearOut() {
	w.t.Helper()
	for _, c := range w.clients {
		want := strings.Join(c.events(), "\n")
		eventually(w.t, "the event stream tells what the list tells", func() bool {
			c.hearing.Lock()
			defer c.hearing.Unlock()
			return strings.Join(c.streamed, "\n") == want
		})
	}
}

// subscribe reads each client's events from the broker, and checks that it cannot
// subscribe to another client's.
func (w *walk) subscribe() {
	w.t.Helper()
	eventually(w.t, "the stream holds the whole log", func() bool { return w.metric("achledger_relay_lag_events") == "0" })
	for n, c := range w.clients {
		conn := w.connect(c.credential)
		other := w.clients[(n+1)%len(w.clients)]
		if _, err := tryFeed(conn, c.credential.Key, other.id); err == nil {
			w.t.Errorf("client %d may subscribe to client %d", c.n, other.n)
		}
		consumer := feed(w.t, conn, c.credential.Key, c.id)
		want := len(c.events())
		got := 0
		for got < want {
			batch, err := consumer.Fetch(min(500, want-got), jetstream.FetchMaxWait(10*time.Second))
			if err != nil {
				w.t.Fatal(err)
			}
			some := false
			for m := range batch.Messages() {
				some = true
				got++
				if !strings.HasPrefix(m.Subject(), "ledger."+c.id+".") {
					w.t.Errorf("client %d is sent %s", c.n, m.Subject())
				}
				w.hear(string(m.Data()))
				w.claim(c, "the broker", string(m.Data()))
				_ = m.Ack()
			}
			if !some {
				w.t.Fatalf("client %d is sent %d of %d events", c.n, got, want)
			}
		}
	}
}
