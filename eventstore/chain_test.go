package eventstore_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// TestTheChainHashIsAsWritten builds the bytes by hand, as someone would who
// checks the log with another program.
func TestTheChainHashIsAsWritten(t *testing.T) {
	e := eventstore.Recorded{
		Position: 7, Stream: "transaction/c1/x", Version: 2,
		EventID: [16]byte{1, 2, 3, 15: 16},
		Client:  "c1", Type: "a.b",
		Data: json.RawMessage(`{"n":1}`), Meta: json.RawMessage(`{}`),
		RecordedAt: time.UnixMicro(0x0006_1234_5678_9abc),
	}
	previous := sha256.Sum256([]byte("previous"))
	var bytes []byte
	for _, field := range []string{
		"0000000000000008" + "0000000000000007",
		"0000000000000010" + hex.EncodeToString([]byte("transaction/c1/x")),
		"0000000000000008" + "0000000000000002",
		"0000000000000010" + "01020300000000000000000000000010",
		"0000000000000002" + "6331",
		"0000000000000003" + "612e62",
		"0000000000000007" + hex.EncodeToString([]byte(`{"n":1}`)),
		"0000000000000002" + "7b7d",
		"0000000000000008" + "0006123456789abc",
	} {
		decoded, err := hex.DecodeString(field)
		if err != nil {
			t.Fatal(err)
		}
		bytes = append(bytes, decoded...)
	}
	if got, want := e.ChainHash(previous), sha256.Sum256(append(previous[:], bytes...)); got != want {
		t.Errorf("got %x, want %x", got, want)
	}
	// Frozen: a log written by any release must verify with every later one.
	if got := e.ChainHash([32]byte{}); hex.EncodeToString(got[:]) != "adb31d952acfc9da9cca5f6650ef304c0f7e07f2b1e8162d72a0010c0757694c" {
		t.Errorf("got %x", got)
	}
}
