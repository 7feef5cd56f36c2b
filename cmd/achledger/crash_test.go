package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/testseed"
)

// The program is killed at random moments under load over HTTP, and started again.
// The test checks the ledger's promises without any code of the program: it speaks
// HTTP, and reads the outbox with a reader of its own.
func TestKilledAtAnyMomentItKeepsItsPromises(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))

	s := &subject{t: t, folder: filepath.Join(t.TempDir(), "data")}
	s.start()
	s.prepare()
	load := newLoad(s, seed)
	for round := range 6 {
		load.await(int64(10 * (round + 1)))
		time.Sleep(time.Duration(300+random.IntN(1500)) * time.Millisecond)
		s.kill()
		t.Logf("killed %d: %d acknowledged so far", round+1, load.acknowledged.Load())
		s.start()
	}
	load.await(60)
	time.Sleep(time.Second)
	payments := load.stop()

	s.awaitFiles(payments)
	for _, p := range payments {
		s.check(p)
	}
	s.stop()
	s.checkOutbox(payments)
	s.verify()
}

// subject is the program under test.
type subject struct {
	t       *testing.T
	folder  string
	base    atomic.Value // of the newest process
	process *exec.Cmd
	ops     [2]string // key and secret
	client  [2]string
}

// ready is the whole line that serve prints last at its start.
var ready = regexp.MustCompile(`achledger is ready at (http://[0-9.:]+)\n`)

// start runs the program and waits for the line with its address.
func (s *subject) start() {
	s.t.Helper()
	s.process = exec.Command("achledger", "serve", "--sandbox", "--data", s.folder, "--listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0")
	var logs lockedBuffer
	s.process.Stderr = &logs
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	address := make(chan string, 1)
	go func() {
		var line []byte
		for b := make([]byte, 256); ; {
			n, err := out.Read(b)
			line = append(line, b[:n]...)
			if found := ready.FindSubmatch(line); found != nil {
				address <- string(found[1])
				_, _ = io.Copy(io.Discard, out)
				return
			}
			if err != nil {
				close(address)
				return
			}
		}
	}()
	select {
	case base, ok := <-address:
		if !ok {
			s.t.Fatalf("the program ended before it was ready:\n%s", logs.String())
		}
		s.base.Store(base)
	case <-time.After(60 * time.Second):
		s.kill()
		s.t.Fatalf("not ready after a minute:\n%s", logs.String())
	}
}

func (s *subject) kill() {
	_ = s.process.Process.Kill() // SIGKILL
	_ = s.process.Wait()
}

// stop ends the program as an operator would.
func (s *subject) stop() {
	s.t.Helper()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Wait(); err != nil {
		s.t.Errorf("after SIGTERM the program ended with %v", err)
	}
}

func (s *subject) verify() {
	s.t.Helper()
	out, err := exec.Command("achledger", "verify", "--data", s.folder).CombinedOutput()
	if err != nil {
		s.t.Errorf("verify: %v\n%s", err, out)
	}
}

// prepare opens a client whose files are cut at 25 entries or after a second,
// on a Tuesday morning.
func (s *subject) prepare() {
	s.t.Helper()
	var ops struct{ Key, Secret string }
	content, err := os.ReadFile(filepath.Join(s.folder, "ops.credential"))
	if err == nil {
		err = json.Unmarshal(content, &ops)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.ops = [2]string{ops.Key, ops.Secret}
	if status, body := s.call(s.ops, http.MethodPut, "/v1/simulations/clock", `{"now":"2026-11-24T14:40:00Z"}`); status != http.StatusOK {
		s.t.Fatalf("set the clock: %d %s", status, body)
	}
	status, body := s.call(s.ops, http.MethodPost, "/v1/ops/clients", `{
		"name":"Crash Test","company_name":"CRASH TEST","company_identifications":["1840000017"],
		"odfi_routing_numbers":["231380104"],"sec_codes":["PPD"],
		"batching":{"max_entries":25,"max_age":"1s","windows":[]},
		"file":{"immediate_destination":"061000146","immediate_destination_name":"FEDERAL RESERVE BANK",
		        "immediate_origin":"231380104","immediate_origin_name":"LANTERN SAVINGS BANK"}}`)
	var opened struct{ Credential struct{ Key, Secret string } }
	if err := json.Unmarshal(body, &opened); err != nil || status != http.StatusCreated {
		s.t.Fatalf("open a client: %d %s", status, body)
	}
	s.client = [2]string{opened.Credential.Key, opened.Credential.Secret}
}

// call makes one request to the newest process. Status 0 means that no answer came.
func (s *subject) call(who [2]string, method, path, body string) (status int, answer []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, s.base.Load().(string)+path, strings.NewReader(body))
	if err != nil {
		return 0, nil
	}
	request.SetBasicAuth(who[0], who[1])
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	if err != nil {
		return 0, nil
	}
	return response.StatusCode, answer
}

// awaitFiles waits until everything acknowledged and not recalled has left.
func (s *subject) awaitFiles(payments []*payment) {
	s.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		waiting := 0
		sent := s.outbox()
		for _, p := range payments {
			if p.acknowledged && !p.recalled && !p.recallUnknown && sent[p.mark] == 0 {
				waiting++
			}
		}
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Errorf("%d acknowledged payments are in no file", waiting)
			return
		}
	}
}

// check looks a payment up.
func (s *subject) check(p *payment) {
	s.t.Helper()
	if !p.acknowledged {
		return
	}
	status, body := s.call(s.client, http.MethodGet, "/api/transaction/"+p.id, "")
	var got struct {
		TransactionID, Status string
		Amount                json.Number
	}
	if err := json.Unmarshal(body, &got); err != nil || status != http.StatusOK || got.TransactionID != p.id {
		s.t.Errorf("payment %s was acknowledged; now %d %s", p.id, status, body)
		return
	}
	if cents(got.Amount.String()) != p.cents {
		s.t.Errorf("payment %s is of %s dollars, was of %d cents", p.id, got.Amount, p.cents)
	}
	if want := map[bool]string{true: "Recalled", false: "Transmitted"}[p.recalled]; got.Status != want && !p.recallUnknown {
		s.t.Errorf("payment %s is %s, want %s", p.id, got.Status, want)
	}
}

// checkOutbox counts every payment in the files.
func (s *subject) checkOutbox(payments []*payment) {
	s.t.Helper()
	sent := s.outbox()
	for _, p := range payments {
		n := sent[p.mark]
		switch {
		case n > 1:
			s.t.Errorf("payment %s left %d times", p.id, n)
		case p.recalled && n != 0:
			s.t.Errorf("payment %s was recalled and left", p.id)
		case p.acknowledged && !p.recalled && !p.recallUnknown && n != 1:
			s.t.Errorf("payment %s was acknowledged and did not leave", p.id)
		}
		delete(sent, p.mark)
	}
	for mark := range sent {
		s.t.Errorf("an entry %q left that nobody asked for", mark)
	}
}

// cents reads 12, 12.3 and 12.34.
func cents(dollars string) int64 {
	whole, part, _ := strings.Cut(dollars, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// lockedBuffer keeps what a process logs.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
