package broker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/achledger/achledger/eventstore/relay"
)

// choices are the settings of its consumer that a subscriber may choose.
// Settings that could direct messages elsewhere, such as deliver_subject, are
// not among them.
var choices = []string{
	"description", "deliver_policy", "opt_start_seq", "opt_start_time", "replay_policy", "headers_only",
	"ack_policy", "ack_wait", "max_deliver", "backoff", "max_ack_pending",
	"max_waiting", "max_batch", "max_expires", "max_bytes", "inactive_threshold",
	"num_replicas", "mem_storage", "metadata",
}

// filter returns the subject that a client's consumers must filter by.
func filter(client string) string { return "ledger." + client + ".>" }

// feedRequest checks a request to create or change a consumer. It returns the
// request for the server, which is encoded again, so that server and gate
// cannot read it differently. A null or zero setting counts as not set.
func feedRequest(data []byte, key, client string) ([]byte, error) {
	var r struct {
		Stream   string                     `json:"stream_name"`
		Config   map[string]json.RawMessage `json:"config"`
		Action   string                     `json:"action,omitempty"`
		Pedantic bool                       `json:"pedantic,omitempty"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("the request cannot be read: %w", err)
	}
	if r.Stream != relay.Stream {
		return nil, fmt.Errorf("the stream is %s", relay.Stream)
	}
	if r.Action != "" && r.Action != "create" && r.Action != "update" {
		return nil, fmt.Errorf("action %q is unknown", r.Action)
	}
	want := map[string]string{"name": consumer(key), "durable_name": consumer(key), "filter_subject": filter(client)}
	for name, value := range r.Config {
		if exact, ok := want[name]; ok {
			var have string
			if err := json.Unmarshal(value, &have); err != nil || have != "" && have != exact {
				return nil, fmt.Errorf("%s must be %q", name, exact)
			}
			continue
		}
		if nothing(value) {
			delete(r.Config, name)
		} else if !slices.Contains(choices, name) {
			return nil, fmt.Errorf("a feed has no %s: it is pulled, with one filter", name)
		}
	}
	if nothing(r.Config["filter_subject"]) {
		return nil, fmt.Errorf("filter_subject must be %q", filter(client))
	}
	for name, exact := range want {
		r.Config[name], _ = json.Marshal(exact) // strings always encode
	}
	return json.Marshal(r)
}

// nothing reports whether a JSON value leaves a setting unset.
func nothing(v json.RawMessage) bool {
	return slices.Contains([]string{``, `null`, `""`, `0`, `false`, `[]`, `{}`}, string(bytes.TrimSpace(v)))
}

// refusal returns JetStream's response to a request that it does not accept.
func refusal(why error) []byte {
	var r struct {
		Type  string `json:"type"`
		Error struct {
			Code        int    `json:"code"`
			ErrorCode   int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	r.Type = "io.nats.jetstream.api.v1.consumer_create_response"
	r.Error.Code, r.Error.ErrorCode, r.Error.Description = 400, 10003, why.Error() // bad request
	b, _ := json.Marshal(r)                                                        // strings and numbers always encode
	return b
}
