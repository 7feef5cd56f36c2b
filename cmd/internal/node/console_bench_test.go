package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
)

// BenchmarkConsole asks for every page of the console over a ledger of a
// million transactions, which takes minutes to make; ACHLEDGER_TRANSACTIONS
// makes fewer.
func BenchmarkConsole(b *testing.B) {
	most := 1_000_000
	if text := os.Getenv("ACHLEDGER_TRANSACTIONS"); text != "" {
		most, _ = strconv.Atoi(text)
	}
	day := newBankDay(b)
	day.many(most)
	day.asks()
	day.do(day.ops, http.MethodGet, "/v1/ops/exposure", nil, nil) // lets the guard judge all payments now
	person := day.signsIn("m.ortiz@lantern.example", domain.RoleApprover, domain.RoleAdmin)
	for _, p := range day.pages() {
		b.Run(p[0], func(b *testing.B) {
			var took, longest time.Duration
			for b.Loop() {
				began := time.Now()
				if response, _ := person.send("GET", "/console"+p[1], nil); response.StatusCode >= 400 {
					b.Fatalf("%s answers %d", p[1], response.StatusCode)
				}
				one := time.Since(began)
				took, longest = took+one, max(longest, one)
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest")
			b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// many makes payments of both clients, day by day, with a few returns on each day.
// The payments of the last day stay waiting.
func (b *bankDay) many(most int) {
	const days, returns = 20, 10
	for _, client := range []string{b.gym, b.diner} {
		b.do(b.ops, http.MethodPatch, "/v1/ops/clients/"+client, map[string]any{"limits": []map[string]any{
			{"direction": "credit", "per": "settlement_date", "cents": int64(1_000_000_000_00), "action": "hold"},
			{"direction": "debit", "per": "banking_days", "days": 3, "cents": int64(1_000_000_000_00), "action": "hold"},
		}}, nil)
	}
	today := calendar.NewDate(2026, 11, 18)
	var settled [][]string // debits by day
	for n := range days {
		began := time.Now()
		b.clock(today.String() + " 08:00")
		settled = append(settled, b.bulk(b.gymKey, n, most*3/4/days))
		b.bulk(b.dinerKey, n, most/4/days)
		if n < days-1 {
			b.clock(today.String() + " 23:00")
			for _, id := range settled[max(0, n-2)][:returns*min(1, n/2)] { // entries of two days before; on the first two days none has settled
				b.call(b.ops, http.MethodPost, "/v1/simulations/transactions/"+id+"/return", map[string]any{"code": "R10", "client": b.gym}, nil) // an entry that did not leave is refused
			}
			today = calendar.NextBankingDay(today)
		}
		if err := b.server.views.WaitFor(b.t.Context(), api.Everyone); err != nil {
			b.t.Fatal(err)
		}
		b.t.Logf("%s: %d in %s", today, most/days, time.Since(began).Round(time.Second))
	}
}

// bulk posts payments of a client, one in four a debit, and returns the debits'
// ids. No two days have the same payments.
func (b *bankDay) bulk(who folder.Credential, day, most int) (debits []string) {
	var lines bytes.Buffer
	out := json.NewEncoder(&lines)
	for n := range most {
		id, kind := api.NewID(), "push"
		if n%4 == 0 {
			kind = "pull"
			debits = append(debits, id)
		}
		_ = out.Encode(map[string]any{
			"TransactionID": id, "StandardEntryClassCode": "PPD", "TransactionType": kind, "ToRouting": "121042882", "ToAccount": fmt.Sprintf("30488%02d%06d", day, n),
			"ToAccountType": "checking", "ToName": fmt.Sprintf("Receiver %d", n%50_000), "Description": "PAYROLL", "Amount": float64(100+n%3000) + .25,
		})
	}
	request, err := http.NewRequest(http.MethodPost, b.Base+"/api/transaction/bulk", &lines)
	if err != nil {
		b.t.Fatal(err)
	}
	request.SetBasicAuth(who.Key, who.Secret)
	request.Header.Set("Content-Type", "application/x-ndjson")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	if n, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		b.t.Fatalf("bulk answers %d, %d bytes, %v", response.StatusCode, n, err)
	}
	return debits
}
