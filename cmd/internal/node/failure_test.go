package node

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// A caller hears the same of an error, whichever node it asked: what ends by
// itself is not a fault on our side.
func TestAnErrorOfTheLeaderIsToldByEveryNodeAsItself(t *testing.T) {
	for _, err := range []error{
		domain.Refuse(domain.TooLate, "it left"),
		eventstore.ErrUnknownOutcome, eventstore.ErrAway, eventstore.ErrStorageFull, eventstore.ErrTooLarge, eventstore.ErrDeliveryOff, eventstore.ErrFailed,
		projections.ErrBehind, seal.ErrDestroyed, seal.ErrNotAuthentic, ledger.ErrMoved,
		&eventstore.VersionError{Stream: "file/f1", Expect: 3},
		&eventstore.NotKnownError{Type: "file.cut", Node: "two", Release: "1.2"},
		// Several at once: a store says both of a commit that was not answered.
		fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, eventstore.ErrAway),
		fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, eventstore.ErrFailed),
	} {
		for range 16 { // what is told of an error that is several at once is not left to chance
			text, failed := json.Marshal(failureOf(fmt.Errorf("release the file: %w", err)))
			if failed != nil {
				t.Fatal(failed)
			}
			var sent failure
			if failed := json.Unmarshal(text, &sent); failed != nil {
				t.Fatal(failed)
			}
			here, there := api.Explain(err), api.Explain(sent.error())
			if here.Code != there.Code || here.Status != there.Status || here.RetryAfter != there.RetryAfter || here.Message != there.Message {
				t.Fatalf("%v: the leader says %d %s, another node %d %s", err, here.Status, here.Message, there.Status, there.Message)
			}
		}
	}
}
