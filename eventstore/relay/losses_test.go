package relay

import (
	"errors"
	"testing"
	"time"
)

func TestABrokerThatIsAwayIsLoggedOnce(t *testing.T) {
	away, refused := errors.New("no answer"), errors.New("refused")
	var l Losses
	for i, step := range []struct {
		err    error
		worked time.Duration
		logged bool
	}{
		{away, 0, true},
		{away, 5 * time.Second, false}, // an attempt takes as long
		{away, 5 * time.Second, false},
		{refused, 0, true},
		{refused, 0, false},
		{refused, time.Hour, true}, // it was back
	} {
		if got := l.New(step.err, step.worked); got != step.logged {
			t.Errorf("step %d: logged %t, want %t", i, got, step.logged)
		}
	}
	l.Over()
	if !l.New(refused, 0) {
		t.Error("a loss after the broker was back is not logged")
	}
}
