package main

import (
	"bytes"
	"strings"
	"testing"

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
