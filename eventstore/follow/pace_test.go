package follow

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFollowerRestsWhileMuchIsWritten(t *testing.T) {
	pace := Pace{Gather: 4 * time.Millisecond, Burst: 128, Rest: time.Second}
	for name, tt := range map[string]struct {
		perGather int64 // events written in each Gather
		urgent    time.Duration
		want      time.Duration
	}{
		"little is written":                       {perGather: 10, want: 4 * time.Millisecond},
		"much is written, up to the budget":       {perGather: 200, want: 40 * time.Millisecond},
		"so much that one wait is the budget":     {perGather: 5000, want: 4 * time.Millisecond},
		"just enough to rest":                     {perGather: 128, want: 64 * time.Millisecond},
		"somebody cannot wait":                    {perGather: 200, urgent: time.Millisecond, want: time.Millisecond},
		"somebody cannot wait any longer at rest": {perGather: 200, urgent: 10 * time.Millisecond, want: 10 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				backlog := func() int64 { return int64(time.Since(began)/pace.Gather) * tt.perGather }
				urgent := make(chan struct{})
				if tt.urgent > 0 {
					time.AfterFunc(tt.urgent, func() { close(urgent) })
				}
				pace.Wait(t.Context(), backlog, func() int64 { return 2000 }, urgent)
				if took := time.Since(began); took != tt.want {
					t.Errorf("it waited %v, want %v", took, tt.want)
				}
			})
		})
	}
}

func TestARestEndsAfterItsTimeAndWithItsContext(t *testing.T) {
	pace := Pace{Gather: 4 * time.Millisecond, Burst: 1, Rest: time.Second}
	for name, limit := range map[string]time.Duration{"its time": time.Hour, "its context": 100 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				began := time.Now()
				pace.Wait(ctx, func() int64 { return 10 }, func() int64 { return 1000 }, nil)
				want := min(limit, pace.Gather+pace.Rest)
				if took := time.Since(began); took < want || took > want+pace.Gather {
					t.Errorf("it waited %v, want %v", took, want)
				}
			})
		})
	}
}
