package broker

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestTheServerIsAskedInTheGatesOwnWords(t *testing.T) {
	const fixed = `"durable_name":"feed-A1","filter_subject":"ledger.acme.\u003e"`
	for name, tt := range map[string]struct{ asked, want string }{
		"as asked": {
			`{"stream_name":"LEDGER","config":{"name":"feed-A1","durable_name":"feed-A1","filter_subject":"ledger.acme.>","ack_wait":30000000000},"action":"create"}`,
			`{"stream_name":"LEDGER","config":{"ack_wait":30000000000,` + fixed + `,"name":"feed-A1"},"action":"create"}`,
		},
		"one that would pass is made durable": {
			`{"stream_name":"LEDGER","config":{"filter_subject":"ledger.acme.>"}}`,
			`{"stream_name":"LEDGER","config":{` + fixed + `,"name":"feed-A1"}}`,
		},
		"what is set to nothing is left out": {
			`{"stream_name":"LEDGER","config":{"filter_subject":"ledger.acme.>","deliver_subject":"","filter_subjects":[],"direct":false,"pause_until":null}}`,
			`{"stream_name":"LEDGER","config":{` + fixed + `,"name":"feed-A1"}}`,
		},
		"said twice, the last counts for both": {
			`{"stream_name":"OTHER","stream_name":"LEDGER","config":{"filter_subject":"ledger.rival.>","filter_subject":"ledger.acme.>"}}`,
			`{"stream_name":"LEDGER","config":{` + fixed + `,"name":"feed-A1"}}`,
		},
		"more than one request": {
			`{"stream_name":"LEDGER","config":{"filter_subject":"ledger.acme.>"}}{"stream_name":"LEDGER","config":{}}`,
			`{"stream_name":"LEDGER","config":{` + fixed + `,"name":"feed-A1"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := feedRequest([]byte(tt.asked), "A1", "acme")
			if err != nil || string(got) != tt.want {
				t.Errorf("asked\n%s, %v, want\n%s", got, err, tt.want)
			}
		})
	}
}

func FuzzFeedRequest(f *testing.F) {
	for _, a := range forbidden() {
		f.Add([]byte(a.body))
	}
	f.Add([]byte(create(createA1, nil).body))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := feedRequest(data, "A1", "acme")
		if err != nil {
			return
		}
		var asked struct {
			Config map[string]any `json:"config"`
		}
		if err := json.Unmarshal(got, &asked); err != nil {
			t.Fatal(err)
		}
		for name := range asked.Config {
			if !slices.Contains(choices, name) && !slices.Contains([]string{"name", "durable_name", "filter_subject"}, name) {
				t.Errorf("%q sets %s", data, name)
			}
		}
		if asked.Config["filter_subject"] != "ledger.acme.>" || asked.Config["durable_name"] != "feed-A1" || asked.Config["name"] != "feed-A1" {
			t.Errorf("%q became %s", data, got)
		}
		if _, err := feedRequest(got, "A1", "acme"); err != nil {
			t.Errorf("its own words are refused: %v", err)
		}
	})
}
