package postgres_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/postgres"
)

// A commit that waits for no standby may be lost in a failover. That can change
// while a node runs, so it is said at start and whenever it becomes so.
func TestANodeSaysWhenCommitsWaitForNoStandby(t *testing.T) {
	c := start(t)
	standby, err := c.Standby("standby")
	must(t, err)
	t.Cleanup(func() { must(t, standby.Remove()) })
	var said bytes.Buffer
	url, _ := c.Ledger(t)
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url, Inspect: 10 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&said, nil))})
	must(t, err)
	if s.Primary().Synchronous {
		t.Error("a primary without a standby's name counts as synchronous")
	}
	for _, name := range []string{"standby", ""} {
		must(t, c.Set("synchronous_standby_names", name))
		eventually(t, "it is seen", func() bool { return s.Primary().Synchronous == (name != "") })
		tell(t, s, "story"+name, 0, 1)
	}
	must(t, s.Close())
	if n := strings.Count(said.String(), postgres.NoStandby); n != 2 {
		t.Errorf("it was said %d times:\n%s", n, &said)
	}
}

func TestANodeKnowsThatItsClockIsOff(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	if err := s.Primary().ClockErr(); err != nil {
		t.Error(err)
	}
	says := func(err error, want string) bool {
		return want == "" && err == nil || want != "" && err != nil && strings.Contains(err.Error(), want)
	}
	for off, want := range map[time.Duration]string{2 * time.Second: "", 2*time.Second + 1: "ahead", -2 * time.Second: "", -2*time.Second - 1: "behind"} {
		if err := (postgres.Primary{Ahead: off}).ClockErr(); !says(err, want) {
			t.Errorf("a clock that is exactly %v off: %v", off, err)
		}
	}
	// Measured, a difference is wrong by as long as the question takes.
	for off, want := range map[time.Duration]string{time.Second: "", 2 * time.Hour: "ahead", -2 * time.Hour: "behind"} {
		late := open(t, postgres.Options{URL: url, Now: func() time.Time { return time.Now().Add(off) }})
		if err := late.Primary().ClockErr(); !says(err, want) {
			t.Errorf("a clock that is %v off: %v", off, err)
		}
	}
}
