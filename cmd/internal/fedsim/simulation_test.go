package fedsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/fedsim"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/eventstore/testseed"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/verify"
)

// size reads the size of the simulation, for instance "30x1000" for 30 days of
// 1,000 transactions, and its seed from the environment.
func size(t *testing.T) (days, each int, from uint64) {
	days, each = 10, 200
	if text := os.Getenv("ACHLEDGER_SIMULATION"); text != "" {
		if _, err := fmt.Sscanf(text, "%dx%d", &days, &each); err != nil {
			t.Fatalf("ACHLEDGER_SIMULATION is %q, want DAYSxTRANSACTIONS", text)
		}
	}
	return days, each, testseed.Of(t, 20261128)
}

// month is a running ledger and the simulated Federal Reserve, with what is needed
// to hand the answers of the one to the other.
type month struct {
	t      *testing.T
	folder folder.Folder
	base   string
	ops    folder.Credential
	client folder.Credential
	random *rand.Rand
	inbox  string
	fed    *fedsim.Fed
	now    time.Time
	posted int
	late   map[string]bool // transactions whose return comes too late
	came   map[string]int  // files of the bank by what became of them
}

// Days of payments, of returns that are on time, late or repeated, of corrections
// and of incoming payments, with broken files and duplicate files. The operator's
// sums of what was sent, returned and paid must equal those of the ledger's views,
// to the cent, and verify must find no fault.
func TestMoneyIsConserved(t *testing.T) {
	days, each, seed := size(t)
	t.Logf("%d days of %d transactions; ACHLEDGER_SIMULATION=%dx%d ACHLEDGER_SEED=%d", days, each, days, each, seed)
	began := time.Now()
	m := begin(t, seed)
	day := calendar.NewDate(2026, time.November, 2)
	for range days {
		m.clock(day.At(9, 0))
		m.post(each)
		m.clock(day.At(10, 16)) // the window of 10:15 cuts and delivers
		m.pay(max(1, each/50))
		m.exchange()
		m.answer()
		day = day.Add(1)
	}
	for range 20 { // until everything has come back
		m.clock(day.At(10, 16))
		m.exchange()
		m.answer()
		day = day.Add(1)
	}
	if _, waits := m.fed.Next(); waits {
		t.Error("the operator still has something to send")
	}
	must(t, m.fed.Conserved())
	m.compare()
	m.verify()
	b := m.fed.Balance()
	t.Logf("%d transactions, %d entries sent in %s; cents returned %d, twice %d, dishonored %d, in %d, sent back %d; %d corrections; %d strays; files %v",
		m.posted, b.Entries, time.Since(began).Round(100*time.Millisecond),
		b.Debits.Returned+b.Credits.Returned, b.Repeated, b.Debits.Dishonored+b.Credits.Dishonored, b.Incoming.Sent, b.Incoming.Returned, b.Changes, b.UnsentReturns, m.came)
}

func begin(t *testing.T, seed uint64) *month {
	t.Helper()
	dir := t.TempDir()
	m := &month{t: t, folder: folder.Folder(filepath.Join(dir, "data")), inbox: filepath.Join(dir, "mail"),
		random: rand.New(rand.NewPCG(seed, 1)), came: map[string]int{}, late: map[string]bool{}}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan node.Running, 1), make(chan error, 1)
	go func() {
		ended <- node.Serve(ctx, node.Options{
			Folder: m.folder, Kind: folder.Sandbox, Listen: "127.0.0.1:0", Broker: node.BrokerOptions{Listen: "127.0.0.1:0"},
			Log: slog.New(slog.DiscardHandler), Ready: func(r node.Running) { ready <- r },
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	select {
	case r := <-ready:
		m.base = r.Base
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
	var err error
	m.ops, err = m.folder.ReadCredential()
	must(t, err)
	m.fed, err = fedsim.Open(fedsim.Options{Outbox: m.folder.Outbox(), Inbox: m.inbox, Seed: seed, Faults: fed.Faults{Repeat: 3, Truncate: 4}})
	must(t, err)
	t.Cleanup(func() { m.fed.Close() })
	m.clock(time.Date(2026, 11, 2, 5, 0, 0, 0, time.UTC))
	var opened struct{ Credential folder.Credential }
	m.call(m.ops, http.MethodPost, "/v1/ops/clients", map[string]any{
		"name": "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD", "CCD"}, "receiving_accounts": []string{"4000*"},
		"batching": map[string]any{"windows": []string{"10:15"}},
		"file": map[string]string{
			"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK",
		},
	}, &opened)
	m.client = opened.Credential
	return m
}

// plans are what the receiver's bank answers, as a part of the receiver's name. Most
// names have no plan.
var plans = []string{"R01", "R02", "R03", "R01 TWICE", "R04 TWICE", "R02 LATE", "R02 LATE R73", "C01", "C02", "C05"}

func (m *month) post(each int) {
	m.t.Helper()
	var lines bytes.Buffer
	for range each {
		plan := ""
		if m.random.IntN(8) == 0 {
			plan = plans[m.random.IntN(len(plans))]
		}
		id := fmt.Sprintf("0198a000-0000-7000-8000-%012d", m.posted)
		m.late[id] = strings.Contains(plan, "LATE")
		cents := 1 + m.random.Int64N(500_000)
		must(m.t, json.NewEncoder(&lines).Encode(map[string]string{
			"TransactionID": id, "StandardEntryClassCode": "PPD",
			"TransactionType": []string{"push", "pull"}[m.random.IntN(2)], "ToRouting": "121042882",
			"ToAccount": fmt.Sprintf("77%08d", m.posted), "ToAccountType": "checking", "ToName": strings.TrimSpace(fmt.Sprintf("P%d %s", m.posted, plan)),
			"Description": "DUES", "Amount": fmt.Sprintf("%d.%02d", cents/100, cents%100),
		}))
		m.posted++
	}
	answers := m.send(m.client, http.MethodPost, "/api/transaction/bulk", "application/x-ndjson", lines.Bytes())
	if n := bytes.Count(answers, []byte(`"Status":"Pending"`)); n != each {
		m.t.Fatalf("%d of %d were accepted:\n%.500s", n, each, answers)
	}
}

// pay makes other banks send payments.
func (m *month) pay(n int) {
	m.t.Helper()
	for range n {
		must(m.t, m.fed.Pay(m.now, fed.Payment{
			To: "231380104", Account: fmt.Sprintf("4000%04d", m.random.IntN(10_000)), Name: "HARBOR GYM",
			AmountCents: 1 + m.random.Int64N(900_000), Debit: m.random.IntN(3) == 0,
		}))
	}
}

// answer lets the client return some of the payments that came, and dishonor
// returns that came too late.
func (m *month) answer() {
	m.t.Helper()
	var events []struct{ EventID, TransactionID, EventType string }
	must(m.t, json.Unmarshal(m.send(m.client, http.MethodGet, "/api/transaction/events?direction=FromFed&limit=1000", "", nil), &events))
	for _, e := range events {
		switch {
		case e.EventType == "Origination" && m.random.IntN(4) == 0:
			m.call(m.client, http.MethodPost, "/api/transaction/"+e.TransactionID+"/returns", map[string]string{"ReplyToEventId": e.EventID, "ReturnCode": "R03"}, nil)
		case e.EventType == "Return" && m.late[e.TransactionID]:
			m.call(m.client, http.MethodPost, "/api/transaction/"+e.TransactionID+"/dishonors", map[string]string{"ReplyToEventId": e.EventID, "ReasonCode": "R68"}, nil)
		}
	}
}

// exchange lets the operator process the files of the outbox, and takes in its
// answers.
func (m *month) exchange() {
	m.t.Helper()
	must(m.t, m.fed.Pass(context.Background(), m.now))
	server, err := control.Dial(context.Background(), m.folder)
	must(m.t, err)
	defer server.Close()
	entries, err := os.ReadDir(m.inbox)
	must(m.t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(m.inbox, e.Name())
		var in node.Ingested
		must(m.t, server.Call(context.Background(), "ingest", path, &in))
		m.came[in.State]++
		if broken := strings.HasPrefix(e.Name(), "broken-"); broken != (in.State == projections.InboundQuarantined) && in.State != "duplicate" {
			m.t.Errorf("%s is %s: %v", e.Name(), in.State, in.Reasons)
		}
		must(m.t, os.Remove(path))
	}
}

// compare compares the operator's records with the ledger's views: the settlements
// day by day, and the items one by one.
func (m *month) compare() {
	m.t.Helper()
	r, err := node.OpenReader(context.Background(), m.folder)
	must(m.t, err)
	defer r.Close()
	views, err := r.Views(context.Background())
	must(m.t, err)
	defer views.Close()
	var sent, incoming, returned, answered struct{ debits, credits int64 }
	for day := (calendar.NewDate(2026, time.November, 1)); !day.At(0, 0).After(m.now.AddDate(0, 0, 10)); day = day.Add(1) {
		rows, err := views.Settlements(context.Background(), day.String())
		must(m.t, err)
		for _, s := range rows {
			if s.Direction == domain.ToFed {
				sent.debits += s.Debits.Cents
				sent.credits += s.Credits.Cents
				answered.debits += s.ReturnedDebits.Cents
				answered.credits += s.ReturnedCredits.Cents
				continue
			}
			incoming.debits += s.Debits.Cents
			incoming.credits += s.Credits.Cents
			returned.debits += s.ReturnedDebits.Cents
			returned.credits += s.ReturnedCredits.Cents
		}
	}
	b := m.fed.Balance()
	m.same("debits sent, by settlement", sent.debits, b.Debits.Sent)
	m.same("credits sent, by settlement", sent.credits, b.Credits.Sent)
	m.same("payments in, by settlement", incoming.debits+incoming.credits, b.Incoming.Sent)
	answers := b.Debits.Dishonored + b.Credits.Dishonored + b.Incoming.Returned
	m.same("sent back and dishonored, by settlement", answered.debits+answered.credits, answers)
	back := b.Debits.Returned + b.Credits.Returned + b.Repeated
	m.same("returned, by settlement", returned.debits+returned.credits, back)

	queued, _, err := views.UnmatchedEntries(context.Background(), projections.UnmatchedFilter{})
	must(m.t, err)
	var waits int64
	for _, q := range queued {
		waits += q.AmountCents
	}
	m.same("sent, by item", m.items(views, domain.Origination, domain.ToFed, "Transmitted"), b.Debits.Sent+b.Credits.Sent)
	m.same("in, by item", m.items(views, domain.Origination, domain.FromFed, ""), b.Incoming.Sent)
	m.same("returned, contested and in the queue, by item",
		m.items(views, domain.Return, domain.FromFed, "")+m.items(views, domain.Contest, domain.FromFed, "")+waits, back)
	m.same("sent back and dishonored, by item",
		m.items(views, domain.Return, domain.ToFed, "Transmitted")+m.items(views, domain.Dishonor, domain.ToFed, "Transmitted"), answers)
	if b.Entries != m.posted {
		m.t.Errorf("%d entries were sent of %d transactions", b.Entries, m.posted)
	}
	if back == 0 || b.Incoming.Returned == 0 || b.Debits.Dishonored+b.Credits.Dishonored == 0 || b.Incoming.Sent == 0 || b.Changes == 0 || m.came["duplicate"] == 0 || m.came[projections.InboundQuarantined] == 0 {
		m.t.Errorf("the simulation has not seen everything: %+v, %v", b, m.came)
	}
}

func (m *month) items(views *projections.Views, kind domain.ItemKind, direction domain.Direction, status string) (cents int64) {
	m.t.Helper()
	items, _, err := views.Items(context.Background(), projections.ItemFilter{Kind: kind, Direction: direction, Status: status})
	must(m.t, err)
	for _, i := range items {
		cents += i.AmountCents
	}
	return cents
}

func (m *month) same(what string, ledger, operator int64) {
	m.t.Helper()
	if ledger != operator {
		m.t.Errorf("%s: the ledger says %d cents, the operator %d", what, ledger, operator)
	}
}

func (m *month) verify() {
	m.t.Helper()
	r, err := node.OpenReader(context.Background(), m.folder)
	must(m.t, err)
	defer r.Close()
	var said bytes.Buffer
	ok, err := r.Subject().Report(context.Background(), &said, func(string) (verify.Progress, func()) {
		return func(int64, int64) {}, func() {}
	})
	must(m.t, err)
	if !ok {
		m.t.Errorf("something does not hold:\n%s", said.String())
	}
}

func (m *month) clock(to time.Time) {
	m.t.Helper()
	m.now = to
	m.call(m.ops, http.MethodPut, "/v1/simulations/clock", map[string]any{"now": to.UTC()}, nil)
}

func (m *month) call(who folder.Credential, method, path string, body, answer any) {
	m.t.Helper()
	text, err := json.Marshal(body)
	must(m.t, err)
	got := m.send(who, method, path, "application/json", text)
	if answer != nil {
		must(m.t, json.Unmarshal(got, answer))
	}
}

func (m *month) send(who folder.Credential, method, path, media string, body []byte) []byte {
	m.t.Helper()
	request, err := http.NewRequest(method, m.base+path, bytes.NewReader(body))
	must(m.t, err)
	request.SetBasicAuth(who.Key, who.Secret)
	request.Header.Set("Content-Type", media)
	response, err := http.DefaultClient.Do(request)
	must(m.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	must(m.t, err)
	if response.StatusCode >= 300 {
		m.t.Fatalf("%s %s answers %d: %s", method, path, response.StatusCode, answer)
	}
	return answer
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
