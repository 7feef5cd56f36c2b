package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/eventstore"
)

// auditor computes the hash of a line of events --json after the one before it, as
// docs/operations.md says and with nothing of ours.
func auditor(t *testing.T, before [32]byte, line string) (hash [32]byte, says string) {
	t.Helper()
	var e struct {
		Position, Version          int64
		Stream, Client, Type, Hash string
		ID                         uuid.UUID
		Data, Meta                 json.RawMessage
		Time                       time.Time
	}
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		t.Fatal(err)
	}
	number := func(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
	all := before[:]
	for _, value := range [][]byte{
		number(e.Position), []byte(e.Stream), number(e.Version), e.ID[:], []byte(e.Client), []byte(e.Type), e.Data, e.Meta, number(e.Time.UnixMicro()),
	} {
		all = append(append(all, number(int64(len(value)))...), value...)
	}
	return sha256.Sum256(all), e.Hash
}

func TestTheChainIsComputedFromTheExportAlone(t *testing.T) {
	var chain eventstore.Chain
	var head eventstore.Head
	var before [32]byte
	for i, data := range []string{`{"name":"Harbor Gym"}`, `{"name":"<b> & \u2028 Söhne"}`, `{"name":"\u003cb\u003e","cents":12345678901234567}`} {
		a := eventstore.Append{Stream: fmt.Sprintf("client/gym&%d", i), Client: "gym", Events: []eventstore.New{{Type: "client.opened", Data: json.RawMessage(data), Meta: json.RawMessage(`{"actor":"<me>"}`)}}}
		e := chain.Record(head, &a, 0, uuid.New(), time.Now().UnixMicro())
		head = eventstore.Head{Position: e.Position, Hash: e.Hash}
		hash, says := auditor(t, before, asJSON(e))
		if fmt.Sprintf("%x", hash) != says || hash != e.Hash {
			t.Errorf("of %s the auditor computes %x, the line says %s", data, hash, says)
		}
		before = hash
	}
}
