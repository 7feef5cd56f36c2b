package node

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The operator received only a part of the file, and its acknowledgement counts fewer
// entries.
func TestAnAcknowledgementThatCountsOtherwiseShowsOnTheFileAndInTheMetrics(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T19:05:00Z")
	_, gym := r.client("Harbor Gym")
	r.pay(gym)
	r.pay(gym)
	r.day("2026-11-20T19:30:00Z")
	var list struct {
		Data []struct {
			ID, Name    string
			CreditCents int64 `json:"credit_cents"`
		}
	}
	r.must(200, gym, "GET", "/v1/files", nil, &list)
	name := strings.Split(strings.TrimSuffix(list.Data[0].Name, ".ach"), "-") // origin, day, time, modifier
	text := fmt.Sprintf("ACH FILE ACKNOWLEDGEMENT\nORIGIN %s\nCREATED %s %s\nMODIFIER %s\nRESULT ACCEPTED\nENTRIES 1\nEND\n", name[0], name[1][2:], name[2], name[3])
	for range 2 {
		request, err := http.NewRequest("POST", r.Base+"/v1/ops/inbound", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", basic(r.ops))
		request.Header.Set("Content-Type", "text/plain")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusAccepted {
			t.Fatalf("%d %s", answer.StatusCode, body)
		}
	}
	var shown struct {
		State        string
		TotalsDiffer struct {
			Result       string
			Theirs, Ours map[string]int64
		} `json:"totals_differ"`
	}
	r.must(200, r.ops, "GET", "/v1/ops/files/"+list.Data[0].ID, nil, &shown)
	d := shown.TotalsDiffer
	if shown.State != "acknowledged" || d.Result != "accepted" || len(d.Theirs) != 1 || d.Theirs["entries"] != 1 || d.Ours["entries"] != 2 ||
		d.Ours["credit_cents"] != list.Data[0].CreditCents {
		t.Errorf("the file shows %+v", shown)
	}
	if _, metrics := r.text(r.ops, "/metrics"); !strings.Contains(metrics, "\nachledger_acknowledged_totals_differ_total 1\n") {
		t.Error("the metric does not count it")
	}
}
