package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/node"
)

// A test or script that waits for the line with the address must have read all other
// lines by then, above all the one that says where the credential is.
func TestTheLineWithTheAddressIsTheLastOfAStart(t *testing.T) {
	var said bytes.Buffer
	serveCommand{}.announce(node.Running{Base: "http://127.0.0.1:8080", Admin: "http://127.0.0.1:9090", FirstStart: true, Unconfirmed: true},
		streams{out: &said, errs: &said})
	if !strings.Contains(said.String(), "operations credential is in") || !strings.HasSuffix(said.String(), "\nachledger is ready at http://127.0.0.1:8080\n") {
		t.Errorf("a start says:\n%s", &said)
	}
}

// A pause ends by itself: nobody is to switch anything on.
func TestAStartSaysThatDeliveryIsPausedOrOff(t *testing.T) {
	for part, state := range map[string]delivery.State{
		"No file is sent for the moment: the stream is being opened.\n":                                  {Paused: true, Reason: "the stream is being opened"},
		"Delivery is off for every ODFI that was not switched on: as restored.\nSee: achledger delivery": {Reason: "as restored"},
		"": {Otherwise: true},
	} {
		var said bytes.Buffer
		serveCommand{}.announce(node.Running{Switch: state}, streams{out: io.Discard, errs: &said})
		if !strings.HasPrefix(said.String(), part) || part == "" && said.Len() > 0 {
			t.Errorf("a start with %+v says:\n%s", state, &said)
		}
	}
}

// What collects the logs of a service reads every line of them alike.
func TestWhatAStartSaysIsLogLinesWhereLogsAreJSON(t *testing.T) {
	var logs bytes.Buffer
	serveCommand{LogFormat: "json", LogLevel: "info"}.announce(
		node.Running{Admin: "http://127.0.0.1:9090", FirstStart: true, Unconfirmed: true, Switch: delivery.State{Reason: "as restored"}},
		streams{out: io.Discard, errs: &logs})
	lines := strings.Split(strings.TrimSpace(logs.String()), "\n")
	for _, line := range lines {
		var entry struct{ Level, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Msg == "" {
			t.Errorf("%s is no line of a log: %v", line, err)
		}
	}
	if len(lines) != 4 || !strings.Contains(lines[3], `"level":"WARN","msg":"Delivery is off`) {
		t.Errorf("a start says:\n%s", &logs)
	}
}
