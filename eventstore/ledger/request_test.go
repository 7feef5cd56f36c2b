package ledger

import (
	"context"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

func TestWhoAskedStaysTheActorWhateverWorkerDoesIt(t *testing.T) {
	asked := WithRequest(context.Background(), "r1", "key1")
	for name, tt := range map[string]struct {
		ctx  context.Context
		want domain.Meta
	}{
		"a worker by itself":       {WithWorker(context.Background(), "batcher"), domain.Meta{Actor: "batcher"}},
		"one worker after another": {WithWorker(WithWorker(context.Background(), "batcher"), "delivery"), domain.Meta{Actor: "delivery"}},
		"somebody":                 {asked, domain.Meta{RequestID: "r1", Actor: "key1"}},
		"somebody's worker":        {WithWorker(asked, "inbound"), domain.Meta{RequestID: "r1", Actor: "key1", Cause: "inbound"}},
		"two workers of somebody":  {WithWorker(WithWorker(asked, "batcher"), "delivery"), domain.Meta{RequestID: "r1", Actor: "key1", Cause: "delivery"}},
	} {
		if got := metaOf(tt.ctx, time.Time{}); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
