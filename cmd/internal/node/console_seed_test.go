package node

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// bankDay is a morning at a bank of two clients, with something in every
// queue of the console.
type bankDay struct {
	*running
	gym, diner   string // clients
	gymKey       folder.Credential
	dinerKey     folder.Credential
	sent         []string // transactions of the gym that left
	held         string   // a transaction that is held
	heldEvent    string
	waits        string // a transaction that leaves at 16:30
	dinerSecond  string // its event
	returned     string
	unmatchedRow string
	file         string
	inbound      string
	quarantined  string
	request      string // for a second person
}

func newBankDay(t testing.TB) *bankDay {
	t.Helper()
	b := &bankDay{}
	b.running = serve(t, "", nil)
	b.clock("2026-11-10 09:40")
	b.gym, b.gymKey = b.open("Harbor Gym", "HARBOR GYM", "1840000017", "10:15", "14:30", "16:30")
	b.diner, b.dinerKey = b.open("Juniper Diner", "JUNIPER DINER", "1840000025", "16:30")
	// The same weekday a week before, so that the windows have something to
	// be compared with.
	for n := range 6 {
		b.send(b.gymKey, "push", fmt.Sprintf("Clerk %d", n), 1400+n*37)
	}
	b.send(b.dinerKey, "push", "Cook One", 2210)
	var members []string
	for n := range 40 {
		id, _ := b.send(b.gymKey, "pull", fmt.Sprintf("Member %d", n+1), 30+n)
		members = append(members, id)
	}
	b.clock("2026-11-10 17:00")
	b.clock("2026-11-13 11:00")
	for n, why := range []string{"R01", "R10", "R03"} {
		b.do(b.ops, http.MethodPost, "/v1/simulations/transactions/"+members[n]+"/return", map[string]any{"code": why, "client": b.gym}, nil)
	}
	b.do(b.ops, http.MethodPatch, "/v1/ops/clients/"+b.gym, map[string]any{"limits": []map[string]any{
		{"direction": "credit", "per": "settlement_date", "cents": 1_250_000, "action": "hold"},
		{"direction": "debit", "per": "banking_day", "count": 50, "action": "hold"},
	}}, nil)
	b.clock("2026-11-17 09:40")
	b.morning()
	return b
}

// clock takes the sandbox's clock to a time of New York.
func (b *bankDay) clock(at string) {
	b.t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", at, calendar.Eastern)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(b.ops, http.MethodPut, "/v1/simulations/clock", map[string]any{"now": to.UTC()}, nil)
}

func (b *bankDay) do(who folder.Credential, method, path string, body, answer any) {
	b.t.Helper()
	if status := b.call(who, method, path, body, answer); status >= 300 || status == 0 {
		b.t.Fatalf("%s %s answers %d", method, path, status)
	}
}

func (b *bankDay) open(name, company, identification string, windows ...string) (string, folder.Credential) {
	b.t.Helper()
	var opened struct {
		ID         string `json:"client_id"`
		Credential folder.Credential
	}
	b.do(b.ops, http.MethodPost, "/v1/ops/clients", map[string]any{
		"name": name, "company_name": company, "company_identifications": []string{identification},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD", "CCD", "WEB"}, "same_day": true,
		"batching": map[string]any{"windows": windows}, "receiving_accounts": []string{identification + "*"},
		"file": map[string]string{
			"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK",
		},
	}, &opened)
	return opened.ID, opened.Credential
}

func (b *bankDay) send(who folder.Credential, kind, name string, dollars int) (transaction, event string) {
	b.t.Helper()
	var made struct {
		TransactionID string
		Events        []struct{ EventID string }
	}
	b.do(who, http.MethodPost, "/api/transaction", map[string]any{
		"StandardEntryClassCode": "PPD", "TransactionType": kind, "ToRouting": "121042882", "ToAccount": "3048817" + fmt.Sprint(dollars),
		"ToAccountType": "checking", "ToName": name, "Description": "PAYROLL", "Amount": float64(dollars) + .17,
	}, &made)
	return made.TransactionID, made.Events[0].EventID
}

// morning makes what has happened at the bank before the console is opened.
func (b *bankDay) morning() {
	for n, name := range []string{"Ada Marsh", "Ines Okafor", "Tom Lindqvist", "Rosa Vela"} {
		id, _ := b.send(b.gymKey, "push", name, 1942+n*211)
		b.sent = append(b.sent, id)
	}
	due, _ := b.send(b.gymKey, "pull", "Pat Quill", 45)
	b.clock("2026-11-17 10:20")
	var files struct {
		Data []struct {
			ID     string
			Client string
		}
	}
	b.do(b.ops, http.MethodGet, "/v1/ops/files", nil, &files)
	b.file = files.Data[0].ID
	b.do(b.ops, http.MethodPost, "/v1/simulations/files/"+b.file+"/acknowledge", map[string]any{"result": "accepted"}, nil)
	b.do(b.ops, http.MethodPost, "/v1/simulations/transactions/"+due+"/return", map[string]any{"code": "R01", "client": b.gym}, nil)
	b.do(b.ops, http.MethodPost, "/v1/simulations/transactions/"+b.sent[1]+"/correction", map[string]any{"code": "C01", "data": "30488174419", "client": b.gym}, nil)
	b.returned = due
	for n := range 3 {
		b.send(b.gymKey, "push", fmt.Sprintf("Trainer %d", n+1), 820+n*19)
	}
	b.held, b.heldEvent = b.send(b.dinerKey, "push", "Marta Svensson", 24500)
	b.waits, b.dinerSecond = b.send(b.dinerKey, "push", "Cook Two", 2280)
	b.do(b.ops, http.MethodPost, "/v1/ops/events/"+b.heldEvent+"/hold", map[string]any{"reason": "far above what this company usually pays"}, nil)
	b.do(b.ops, http.MethodPost, "/v1/simulations/inbound", map[string]any{
		"routing": "231380104", "account": "1840000017001", "name": "HARBOR GYM", "amount_cents": 120000, "sec_code": "CCD", "company_name": "CARD ACQUIRER", "company_identification": "9000000001", "description": "SETTLEMENT",
	}, nil)
	b.do(b.ops, http.MethodPost, "/v1/simulations/inbound", map[string]any{
		"routing": "231380104", "account": "777123456", "name": "WILLA HAYES", "amount_cents": 18250, "debit": true, "sec_code": "PPD", "company_name": "CITY UTILITIES", "company_identification": "9000000002", "description": "BILL",
	}, nil)
	if status := b.raw(b.ops, "/v1/ops/inbound?name=torn.ach", strings.Repeat("1", 94)+"\n"); status != http.StatusAccepted {
		b.t.Fatalf("handing in a torn file answers %d", status)
	}
	var in struct{ Data []struct{ ID, State string } }
	eventually(b.t, "what came is applied", func() bool {
		b.do(b.ops, http.MethodGet, "/v1/ops/inbound", nil, &in)
		return len(in.Data) >= 8 && in.Data[0].State != "received"
	})
	for _, f := range in.Data {
		if f.State == "quarantined" {
			b.quarantined = f.ID
		} else {
			b.inbound = f.ID
		}
	}
	var waiting struct{ Data []struct{ ID string } }
	b.do(b.ops, http.MethodGet, "/v1/ops/unmatched", nil, &waiting)
	b.unmatchedRow = waiting.Data[0].ID
}

// asks makes two approvers, requires two people to release, and has one of them
// request the release of the held transaction.
func (b *bankDay) asks() {
	b.t.Helper()
	first := b.signsIn("p.quill@lantern.example", domain.RoleApprover)
	b.signsIn("r.vela@lantern.example", domain.RoleApprover)
	b.do(b.ops, http.MethodPut, "/v1/ops/policy", map[string]any{"four_eyes": true, "release_above_cents": 500_000}, nil)
	to, err := url.Parse(first.posts("/console/do/approve/"+b.heldEvent, url.Values{"reason": {"a new oven, invoice seen"}}, http.StatusSeeOther))
	if err != nil {
		b.t.Fatal(err)
	}
	b.request = to.Query().Get("asked")
}

// signIn adds a person and signs in by a link.
func (b *bankDay) signIn(web *browser, email string, roles ...string) {
	b.t.Helper()
	ctx := context.Background()
	if _, err := b.server.AddOperator(ctx, NewOperator{Email: email, Roles: roles}); err != nil {
		b.t.Fatal(err)
	}
	secret, _, err := b.server.signIns().DirectLink(ctx, email)
	if err != nil {
		b.t.Fatal(err)
	}
	web.visit("/console")
	if value[bool](web, "document.querySelector('.who') !== null") {
		web.submit(".who button")
	}
	web.visit("/console/sign-in#" + secret)
	web.does(chromedp.Click(chromedp.CSS("form[action$=link] button")), chromedp.WaitVisible(chromedp.CSS("#waiting")))
}
