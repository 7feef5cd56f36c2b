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

// A caller that goes from node to node gets no more than one that stays.
func TestNodesDivideWhatIsAllowed(t *testing.T) {
	now, nodes := time.Unix(0, 0), 1
	th := NewThrottle(2*time.Second, 5, func() time.Time { return now }).Among(func() int { return nodes })
	if th.Failed("key") > 0 {
		t.Fatal("the first one waits")
	}
	nodes = 3 // two of five each
	now = now.Add(time.Hour)
	for range 2 {
		if d := th.Failed("key"); d > 0 {
			t.Errorf("waits %v within its part", d)
		}
	}
	if d := th.Failed("key"); d != 6*time.Second {
		t.Errorf("waits %v after its part", d)
	}
	if d := th.Wait("key"); d != 6*time.Second {
		t.Errorf("is to wait %v", d)
	}
	nodes = 0 // never known: this one is there
	if d := th.Wait("key"); d != 2*time.Second {
		t.Errorf("is to wait %v alone", d)
	}
}
