package node

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// headAndGet requests a path by HEAD and by GET.
func (r *running) headAndGet(who folder.Credential, path, accept string) (head, get *http.Response, body string) {
	r.t.Helper()
	ask := func(method string) *http.Response {
		request, err := http.NewRequest(method, r.Base+path, nil)
		r.check(err)
		if who.Key != "" {
			request.SetBasicAuth(who.Key, who.Secret)
		}
		request.Header.Set("Accept", accept)
		response, err := http.DefaultTransport.RoundTrip(request) // does not follow redirects
		r.check(err)
		content, err := io.ReadAll(response.Body)
		r.check(err)
		r.check(response.Body.Close())
		body = string(content)
		return response
	}
	get = ask(http.MethodGet)
	head = ask(http.MethodHead)
	return head, get, body
}

// HEAD is answered with the status and headers of GET on every route, without a
// body. Streams do not allow HEAD.
func TestHEADIsAnsweredWhereverGETIs(t *testing.T) {
	r := serve(t, "", nil)
	_, gym := r.client("Harbor Gym")
	parameter := regexp.MustCompile(`:[a-z_]+`)
	asked := 0
	for route := range scopesOfRoutes {
		method, path, _ := strings.Cut(route, " ")
		if method != http.MethodGet || strings.HasSuffix(path, "/stream") || strings.HasSuffix(path, "/live") {
			continue
		}
		asked++
		who := gym
		if strings.HasPrefix(path, "/v1/ops/") || strings.HasPrefix(path, "/v1/simulations/") || path == "/metrics" {
			who = r.ops
		}
		for _, who := range []folder.Credential{who, {}} {
			head, get, body := r.headAndGet(who, parameter.ReplaceAllString(path, "x"), "application/json")
			if head.StatusCode != get.StatusCode || body != "" {
				t.Errorf("HEAD %s answers %d, GET %d; body %q", path, head.StatusCode, get.StatusCode, body)
			}
			for name := range get.Header {
				if name != "Content-Length" && head.Header.Get(name) == "" {
					t.Errorf("HEAD %s has no %s", path, name)
				}
			}
			if head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
				t.Errorf("HEAD %s is %q, GET %q", path, head.Header.Get("Content-Type"), get.Header.Get("Content-Type"))
			}
		}
	}
	if asked < 60 {
		t.Errorf("only %d routes were asked", asked)
	}
	for path, allow := range map[string]string{"/v1/events/stream": "GET", "/api/transaction": "OPTIONS, POST"} {
		status, got := r.allowed(gym, http.MethodHead, path)
		if status != http.StatusMethodNotAllowed || got != allow {
			t.Errorf("HEAD %s answers %d and allows %q", path, status, got)
		}
	}
	for path, head := range map[string]bool{"/v1/files": true, "/v1/events/stream": false} {
		if _, allow := r.allowed(gym, http.MethodPut, path); strings.Contains(allow, "HEAD") != head {
			t.Errorf("%s allows %s", path, allow)
		}
	}
}

// allowed requests a path by a method, and returns the status and the Allow header.
func (r *running) allowed(who folder.Credential, method, path string) (status int, allow string) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.Base+path, nil)
	r.check(err)
	request.SetBasicAuth(who.Key, who.Secret)
	response, err := http.DefaultClient.Do(request)
	r.check(err)
	r.check(response.Body.Close())
	return response.StatusCode, response.Header.Get("Allow")
}

// HEAD shows no number and no list, so nothing is recorded as shown, and no export is
// read.
func TestNothingIsRecordedAsShownToWhoAsksByHEAD(t *testing.T) {
	r := serve(t, "", nil)
	client, gym := r.client("Harbor Gym")
	_, id := r.pay(gym)
	gym = r.with(client, "read", "reveal")
	before := r.shownEvents()
	for path, accept := range map[string]string{"/api/transaction/" + id: "", "/v1/transactions": "text/csv", "/v1/statement": ""} {
		request, err := http.NewRequest(http.MethodHead, r.Base+path, nil)
		r.check(err)
		request.SetBasicAuth(gym.Key, gym.Secret)
		request.Header.Set("Accept", accept)
		response, err := http.DefaultClient.Do(request)
		r.check(err)
		r.check(response.Body.Close())
		if response.StatusCode != http.StatusOK || accept != "" && !strings.HasPrefix(response.Header.Get("Content-Type"), accept) {
			t.Errorf("HEAD %s answers %s, %v", path, response.Status, response.Header)
		}
	}
	if after := r.shownEvents(); after != before {
		t.Errorf("%d events of what was shown, %d before", after, before)
	}
	r.text(gym, "/api/transaction/"+id)
	if after := r.shownEvents(); after != before+1 {
		t.Errorf("a GET makes %d", after-before)
	}
}

// shownEvents counts the events that record what was shown to somebody.
func (r *running) shownEvents() (n int) {
	for _, e := range r.log() {
		if strings.HasPrefix(e.Stream, "audit/") {
			n++
		}
	}
	return n
}
