package console

import (
	"testing"

	"github.com/achledger/achledger/projections"
)

func TestAllThatWaitsHasItsQueue(t *testing.T) {
	for _, kind := range projections.WaitKinds {
		if _, path := queueOf(kind); path == Path+"/queues" {
			t.Errorf("%s has none", kind)
		}
	}
}
