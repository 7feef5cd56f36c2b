package node

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/achledger/achledger/cmd/internal/folder"
)

const (
	walkODFI = "231380104"
	walkBank = "121042882" // of everybody else
	// walkDigits begin every account number of a walk, so that a search finds any of
	// them where it must not be.
	walkDigits = "48151623"
)

// walker is a client and what it remembers.
type walker struct {
	w          *walk
	n          int
	id         string
	credential folder.Credential
	reveal     folder.Credential
	rng        *rand.Rand
	receives   string // how its own account numbers begin
	suspended  bool

	promises   []*promise
	probes     []probe
	recipients []proParty // stored recipients
	odfi       string
	tokens     []string    // of the vault
	token      string      // the newest access token
	links      []*walkLink // relationships
	held       []*promise
	carries    map[string]bool // ids of the files that the client brings to its bank itself

	hearing  sync.Mutex
	streamed []string // by the event stream
}

func (c *walker) company() string { return fmt.Sprintf("18400000%02d", 17+c.n) }

// step makes the client do one thing, drawn at random.
func (c *walker) step() {
	steps := []func(){
		c.originate, c.originate, c.originate, c.bulkLoad, c.upload, c.act, c.act, c.act, c.act,
		c.proRecipient, c.proFile, c.proFile, c.vaultStore, c.vaultPay, c.vaultPay, c.vaultChange,
		c.link, c.transfer, c.transfer, c.unlink,
	}
	steps[c.rng.IntN(len(steps))]()
}

// request makes a request as the client, authenticated in a random way; body is text
// or an object. The answer is kept for the search for account numbers.
func (c *walker) request(method, path string, body any, headers ...string) (int, string) {
	text, media := "", "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		text, media = b, "text/plain"
	default:
		content, err := json.Marshal(b)
		if err != nil {
			c.w.t.Error(err)
		}
		text = string(content)
	}
	request, err := http.NewRequest(method, c.w.Base+path, strings.NewReader(text))
	if err != nil {
		c.w.t.Error(err)
		return 0, ""
	}
	request.Header.Set("Content-Type", media)
	c.authorize(request)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Authorization" {
			request.Header.Del("api-key") // with two credentials only the scopes in common would count
		}
	}
	status, answer, _ := c.w.send(request)
	c.w.hear(answer)
	c.w.claim(c, method+" "+path, answer)
	return status, answer
}

// authorize authenticates a request in one of the four ways.
func (c *walker) authorize(r *http.Request) {
	switch c.rng.IntN(5) {
	case 0:
		r.Header.Set("api-key", c.credential.Key+"."+c.credential.Secret)
	case 1:
		c.bearer(r, "/connect/token", "application/x-www-form-urlencoded", "grant_type=client_credentials&client_id="+
			url.QueryEscape(c.credential.Key)+"&client_secret="+url.QueryEscape(c.credential.Secret))
	case 2:
		c.bearer(r, "/v1/token", "application/json", fmt.Sprintf(`{"key":%q,"secret":%q}`, c.credential.Key, c.credential.Secret))
	default:
		r.SetBasicAuth(c.credential.Key, c.credential.Secret)
	}
}

// bearer uses a new access token or, if the client has had too many, the newest one.
func (c *walker) bearer(r *http.Request, path, media, body string) {
	ask, err := http.NewRequest("POST", c.w.Base+path, strings.NewReader(body))
	if err != nil {
		c.w.t.Error(err)
		return
	}
	ask.Header.Set("Content-Type", media)
	status, answer, _ := c.w.send(ask)
	if status != http.StatusTooManyRequests || c.token == "" {
		var token struct {
			Access string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(answer), &token); err != nil || status >= 300 || token.Access == "" {
			c.w.t.Errorf("POST %s answers %d %s", path, status, answer)
		}
		c.token = token.Access
		c.w.did(path)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
}

// send sends a request and returns status, text and headers.
func (w *walk) send(r *http.Request) (int, string, http.Header) {
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Error(err)
		return 0, "", nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Error(err)
	}
	return response.StatusCode, string(text), response.Header
}

// want makes a request that must be answered with a status, and decodes the answer.
func (c *walker) want(status int, method, path string, body, answer any, headers ...string) bool {
	got, text := c.request(method, path, body, headers...)
	if got != status {
		c.w.t.Errorf("client %d: %s %s %v answers %d, want %d: %s", c.n, method, path, body, got, status, text)
		return false
	}
	if answer != nil {
		if err := json.Unmarshal([]byte(text), answer); err != nil {
			c.w.t.Errorf("%s %s: %v in %s", method, path, err, text)
			return false
		}
	}
	return true
}

// makes is want for a request that makes something, which is refused while the client
// is suspended.
func (c *walker) makes(status int, path string, body, answer any, headers ...string) bool {
	if !c.suspended {
		return c.want(status, "POST", path, body, answer, headers...)
	}
	if got, text := c.request("POST", path, body, headers...); got < 400 || got >= 500 {
		c.w.t.Errorf("suspended client %d: POST %s answers %d: %s", c.n, path, got, text)
	}
	return false
}

// account returns an account number that was not used before.
func (w *walk) account() string {
	number := fmt.Sprintf("%s%05d", walkDigits, w.next())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.numbers[number] = true
	return number
}

// cents returns an amount that was not used before, below 2,000 dollars.
func (w *walk) cents() int64 { return 100_001 + int64(w.next()) }

func (w *walk) next() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.number++
	return w.number
}

func (w *walk) hear(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = append(w.heard, text)
}

// did counts a completed step.
func (w *walk) did(step string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done[step]++
}

// newGUID returns a GUID made from the seed.
func (c *walker) newGUID() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(c.rng.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return uuid.UUID(b).String()
}

func (c *walker) one(of ...string) string { return of[c.rng.IntN(len(of))] }

func (c *walker) even() bool { return c.rng.IntN(2) == 0 }

func dollars(cents int64) json.Number {
	return json.Number(fmt.Sprintf("%d.%02d", cents/100, cents%100))
}

func basic(who folder.Credential) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(who.Key+":"+who.Secret))
}
