package http_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/sqlite"
	achhttp "github.com/achledger/achledger/http"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/projections/projectionstest"
)

// world is a server over a real log, real keys and real views in a temporary
// folder. Its clock stands still unless the test moves it.
type world struct {
	t      testing.TB
	folder string
	clock  *ledgertest.Clock
	log    *syncBuffer
	faults sqlite.Faults // of the log, from the next open on
	still  bool          // the views do not follow the log
	store  *sqlite.Store
	ledger *ledger.Ledger
	server *achhttp.Server
	url    string
	stop   func()
}

// tuesdayMorning is a banking day before any window.
var tuesdayMorning = time.Date(2026, 11, 17, 14, 0, 0, 0, time.UTC) // 09:00 in New York

// change adjusts a world before it opens.
type change func(*api.Options)

func newWorld(t testing.TB, changes ...change) *world {
	t.Helper()
	w := &world{t: t, folder: t.TempDir(), clock: ledgertest.NewClock(tuesdayMorning), log: &syncBuffer{}}
	w.open(changes...)
	t.Cleanup(func() { w.stop() })
	return w
}

// open starts the server on the world's folder.
func (w *world) open(changes ...change) {
	w.t.Helper()
	store, l := ledgertest.Open(w.t, w.folder, w.clock, sqlite.Options{Faults: w.faults})
	l.Known = ledger.NewKnown()
	w.store, w.ledger = store, l
	ctx, cancel := context.WithCancel(context.Background())
	views, err := projectionstest.Open(ctx, filepath.Join(w.folder, "views.db"), store, projections.Options{})
	w.must(err)
	var following sync.WaitGroup
	following.Go(func() {
		if w.still {
			return
		}
		if err := views.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			w.t.Errorf("views: %v", err)
		}
	})
	o := api.Options{
		Ledger: w.ledger, Tokens: store, Webhooks: store, Views: views, Directory: projections.NewDirectory(w.ledger),
		Files: noFiles{}, Now: w.clock.Now, TempDir: w.t.TempDir(),
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&o)
	}
	w.server, err = achhttp.New(o)
	w.must(err)
	handler := w.server.Handler()
	if _, test := w.t.(*testing.T); test { // a benchmark leaves it out
		handler = checked(w.t, handler)
	}
	web := httptest.NewServer(handler)
	w.url = web.URL
	w.stop = func() {
		web.Close()
		cancel()
		following.Wait()
		w.must(errors.Join(views.Close(), store.Close()))
		w.stop = func() {}
	}
}

// suspend stops a client.
func (w *world) suspend(id string) {
	w.t.Helper()
	ledgertest.Suspend(w.t, w.ledger, id)
}

// events are all of the log.
func (w *world) events() []eventstore.Recorded {
	w.t.Helper()
	all, err := w.store.ReadAll(context.Background(), 0, 1<<20)
	w.must(err)
	return all
}

// everything is all that was kept: the access log and every file.
func (w *world) everything() []string {
	w.t.Helper()
	kept := []string{w.log.String()}
	w.must(filepath.WalkDir(w.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		kept = append(kept, string(b))
		return err
	}))
	return kept
}

// noFiles is a server without workers.
type noFiles struct{ api.Files }

// ACHFileAgain knows no file.
func (noFiles) ACHFileAgain(context.Context, string, string, []byte) (api.Uploaded, bool, error) {
	return api.Uploaded{}, false, nil
}

func (w *world) must(err error) {
	w.t.Helper()
	ledgertest.Must(w.t, err)
}

// settings are those of a client that may do everything.
func settings() domain.Settings {
	return domain.Settings{
		Name: "Business Inc.", CompanyName: "BUSINESS INC", CompanyIdentifications: []string{"1840000017"},
		ODFIs: []string{"021214862"}, SECCodes: []string{"PPD", "CCD", "WEB", "TEL", "CTX", "IAT"}, SameDay: true,
		File: domain.FileSettings{
			ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: "021214862", ImmediateOriginName: "CROSS RIVER BANK",
		},
	}
}

// client opens a client and issues its first credential, or one with the
// scopes given.
func (w *world) client(id string, s domain.Settings, scopes ...string) caller {
	w.t.Helper()
	now, err := w.ledger.Client(context.Background(), id)
	w.must(err)
	if now.Version == 0 {
		ledgertest.OpenClient(w.t, w.ledger, id, func(harborGym *domain.Settings) { *harborGym = s })
	}
	return w.credential(id, scopes...)
}

func (w *world) credential(client string, scopes ...string) caller {
	w.t.Helper()
	if len(scopes) == 0 {
		scopes = domain.FirstScopes
	}
	issued, err := w.ledger.IssueCredential(context.Background(), ledger.CredentialRequest{Client: client, Scopes: scopes})
	w.must(err)
	return caller{w, issued.Key, issued.Secret}
}

// caller is somebody with a credential.
type caller struct {
	*world
	key, secret string
}

// with adds a header to a request; a value of "" leaves one out.
type with struct{ header, value string }

// call sends a request with the caller's credential.
func (c caller) call(method, path, body string, headers ...with) *answer {
	c.t.Helper()
	return c.send(method, path, body, append([]with{{"Authorization", basic(c.key, c.secret)}}, headers...)...)
}

// originate posts a proposal.
func (c caller) originate(body string, headers ...with) *answer {
	c.t.Helper()
	return c.call("POST", "/api/transaction", body, headers...)
}

// send sends a request as it is.
func (w *world) send(method, path, body string, headers ...with) *answer {
	w.t.Helper()
	r, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	w.must(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		if h.value == "" {
			r.Header.Del(h.header)
			continue
		}
		r.Header.Set(h.header, h.value)
	}
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	a := &answer{t: w.t, asked: method + " " + path, status: response.StatusCode, header: response.Header, closed: response.Close}
	a.body, err = io.ReadAll(response.Body)
	w.must(err)
	return a
}

func basic(key, secret string) string {
	r, _ := http.NewRequest("GET", "/", nil)
	r.SetBasicAuth(key, secret)
	return r.Header.Get("Authorization")
}

// answer is what the server said.
type answer struct {
	t      testing.TB
	asked  string
	status int
	header http.Header
	body   []byte
	closed bool // the connection ended with it
}

// is fails the test at another status.
func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d, want %d\n%s", a.asked, a.status, status, a.body)
	}
	return a
}

// field is a member of the answer, down a path of names.
func (a *answer) field(names ...string) any {
	a.t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.asked, err, a.body)
	}
	for _, name := range names {
		object, ok := v.(map[string]any)
		if !ok {
			a.t.Fatalf("%s: no object with %q\n%s", a.asked, name, a.body)
		}
		v = object[name]
	}
	return v
}

func (a *answer) text(names ...string) string {
	a.t.Helper()
	s, _ := a.field(names...).(string)
	return s
}

// list is an answer that is a bare array.
func (a *answer) list() (list []map[string]any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, &list); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.asked, err, a.body)
	}
	return list
}

// problem fails the test unless the answer is a problem document with this
// status and code, whole and without surprises.
func (a *answer) problem(status int, code string) *answer {
	a.t.Helper()
	a.is(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("%s: content type %q", a.asked, got)
	}
	if got := a.text("code"); got != code {
		a.t.Fatalf("%s: code %q, want %q\n%s", a.asked, got, code, a.body)
	}
	if a.text("type") != "urn:achledger:problem:"+code || a.text("title") == "" || a.text("message") == "" ||
		a.field("status") != json.Number(strconv.Itoa(status)) ||
		a.text("request_id") != a.header.Get("X-Request-ID") {
		a.t.Errorf("%s: not a whole problem document\n%s", a.asked, a.body)
	}
	return a
}

// names reports whether a problem document names a field.
func (a *answer) names(pointer string) *answer {
	a.t.Helper()
	fields, _ := a.field("errors").([]any)
	for _, f := range fields {
		if f.(map[string]any)["pointer"] == pointer {
			return a
		}
	}
	a.t.Errorf("%s: the problem does not name %s\n%s", a.asked, pointer, a.body)
	return a
}

// proposal is the sample of the ACH Connect documentation, with members
// added, replaced, or with nil left out.
func proposal(members ...any) string {
	all := map[string]any{
		"StandardEntryClassCode": "CCD", "TransactionType": "push", "FromRouting": "021214862",
		"FromName": "Business Inc.", "FromIdentification": "934534", "ToRouting": "099999999",
		"ToAccount": "999999999", "ToAccountType": "checking", "ToName": "Corporation Inc.",
		"Description": "Loan Payment", "Amount": json.Number("5000.25"), "SameDay": false,
	}
	for i := 0; i < len(members); i += 2 {
		if name := members[i].(string); members[i+1] == nil {
			delete(all, name)
		} else {
			all[name] = members[i+1]
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// syncBuffer collects a log from many goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// number is a whole number of the answer.
func (a *answer) number(names ...string) int64 {
	a.t.Helper()
	n, _ := a.field(names...).(json.Number)
	i, err := n.Int64()
	if err != nil {
		a.t.Fatalf("%s: %v is not a whole number\n%s", a.asked, names, a.body)
	}
	return i
}
