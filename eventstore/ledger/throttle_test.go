package ledger

import (
	"fmt"
	"testing"
	"time"
)

func TestWhoFailsOftenWaitsAndOthersDoNot(t *testing.T) {
	now := time.Unix(0, 0)
	th := NewThrottle(2*time.Second, 3, func() time.Time { return now })
	for range 3 {
		if d := th.Failed("key"); d > 0 {
			t.Fatalf("waits %v within its burst", d)
		}
	}
	if d := th.Failed("key"); d <= 0 || d > 2*time.Second {
		t.Errorf("waits %v after its burst", d)
	}
	if d := th.Failed("another"); d != 0 {
		t.Errorf("another waits %v", d)
	}
	now = now.Add(2 * time.Second)
	if d := th.Failed("key"); d != 0 {
		t.Errorf("waits %v after the pause", d)
	}
	t.Run("memory is bounded", func(t *testing.T) {
		for i := range 2 * maxThrottled {
			th.Failed(fmt.Sprint(i))
		}
		if len(th.names) != maxThrottled || th.byUse.Len() != maxThrottled {
			t.Errorf("%d names, %d in order", len(th.names), th.byUse.Len())
		}
	})
}

func TestAStrangerIsKnownByItsAddressOrItsNetwork(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:443":              "192.0.2.7",
		"[::ffff:192.0.2.7]:443":     "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:443": "2001:db8:1:2::/64",
		"@":                          "@",
	} {
		if got := Network(remote); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}
