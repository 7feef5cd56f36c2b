package relay

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// edit changes the settings of the stream as an administrator may, while a relay runs.
func edit(t *testing.T, js jetstream.JetStream, change func(*jetstream.StreamConfig)) {
	t.Helper()
	config := streamOf(t, js).CachedInfo().Config
	change(&config)
	must(js.UpdateStream(soon(t), config))
}

// With an age limit the server would soon remove what subscribers have not read yet.
func TestSettingsThatSomebodyChangesAreCorrected(t *testing.T) {
	for name, busy := range map[string]bool{"at rest": false, "while events come": true} {
		t.Run(name, func(t *testing.T) {
			b, log := newBroker(t), openLog(t, t.TempDir())
			r := newRelay(log, b.connect())
			running(t, r)
			waitFor(t, r, record(log, 10))
			js := must(jetstream.New(b.connect()))
			edit(t, js, func(c *jetstream.StreamConfig) { c.MaxAge, c.Duplicates = time.Hour, time.Minute })
			for end := time.Now().Add(time.Minute); streamOf(t, js).CachedInfo().Config.MaxAge != 0; time.Sleep(time.Millisecond) {
				if busy {
					record(log, 1)
				}
				if time.Now().After(end) {
					t.Fatal("the messages of the stream still end after an hour")
				}
			}
			waitFor(t, r, record(log, 1))
			mustEcho(t, b.connect(), log)
		})
	}
}

// What was removed before anybody noticed cannot be put back in its place: a person
// resets the stream.
func TestMessagesThatSomebodyRemovesAreNoticed(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	r := newRelay(log, b.connect())
	ctx, cancel := context.WithCancel(soon(t))
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	waitFor(t, r, record(log, 10))
	edit(t, must(jetstream.New(b.connect())), func(c *jetstream.StreamConfig) { c.MaxMsgs, c.Discard = 5, jetstream.DiscardOld })
	if err := <-ended; !errors.Is(err, ErrGaps) {
		t.Errorf("the relay ended with %v, want ErrGaps", err)
	}
}
