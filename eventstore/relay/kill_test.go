package relay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/testseed"
)

// victimFolder names, in a child process, the folder it works in until it is
// killed.
const victimFolder = "RELAY_TEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(victimFolder) != "" {
		os.Args = []string{os.Args[0], "-test.run=^TestTheVictimWritesUntilItIsKilled$"}
	}
	os.Exit(m.Run())
}

// TestTheVictimWritesUntilItIsKilled writes, echoes what it writes, and notes what a
// subscriber gets, until the process is killed.
func TestTheVictimWritesUntilItIsKilled(t *testing.T) {
	dir := os.Getenv(victimFolder)
	if dir == "" {
		t.Skip("run by TestKillingTheProcessLosesNothing")
	}
	b, log := brokerIn(t, filepath.Join(dir, "nats")), openLog(t, dir)
	r := newRelay(log, b.connect())
	must(r.Open(t.Context()))
	running(t, r)
	go noteWhatComes(t.Context(), feed(t, b), dir)
	fmt.Println("begins")
	for echoed := false; ; {
		record(log, 50)
		if !echoed && r.Position() > 0 {
			echoed = true
			fmt.Println("echoed")
		}
	}
}

// noted is where a subscriber notes each message that it gets, before it acknowledges it.
const noted = "noted"

// noteWhatComes is a subscriber, until ctx ends.
func noteWhatComes(ctx context.Context, feed jetstream.Consumer, dir string) {
	notes := must(os.OpenFile(filepath.Join(dir, noted), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600))
	defer notes.Close()
	messages := must(feed.Messages())
	defer messages.Stop()
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return
		}
		must(fmt.Fprintf(notes, "%s %s\n", m.Headers().Get(PositionHeader), m.Headers().Get(HashHeader)))
		must(0, m.Ack())
	}
}

// feed is the consumer of the subscriber, which every process of the test continues.
func feed(t *testing.T, b *broker) jetstream.Consumer {
	return must(streamOf(t, must(jetstream.New(b.connect()))).CreateOrUpdateConsumer(t.Context(), jetstream.ConsumerConfig{Durable: "subscriber", AckWait: time.Second}))
}

// mustHaveNoted checks that the subscriber got every event of the log. It may get one
// again, and one that it got while it was killed later than those after it.
func mustHaveNoted(t *testing.T, log eventstore.Store, dir string) {
	t.Helper()
	notes, noted, lines := must(os.Open(filepath.Join(dir, noted))), map[int64]string{}, 0
	defer notes.Close()
	for all := bufio.NewScanner(notes); all.Scan(); lines++ {
		var position int64
		var hash string
		must(fmt.Sscan(all.Text(), &position, &hash))
		if before, again := noted[position]; again && before != hash {
			t.Fatalf("the subscriber got two events %d", position)
		}
		noted[position] = hash
	}
	for after := int64(0); ; {
		events := must(log.ReadAll(t.Context(), after, 1000))
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			if after = e.Position; noted[after] != hashText(e) {
				t.Fatalf("the subscriber got %q as event %d", noted[after], after)
			}
		}
	}
	t.Logf("the subscriber got %d events again", lines-len(noted))
}

func TestKillingTheProcessLosesNothing(t *testing.T) {
	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	for range 5 {
		killVictim(t, dir, "begins", time.Duration(random.IntN(400))*time.Millisecond)
	}
	killVictim(t, dir, "echoed", time.Duration(random.IntN(400))*time.Millisecond) // however slowly it starts
	b, log := brokerIn(t, filepath.Join(dir, "nats")), openLog(t, dir)
	before := streamOf(t, must(jetstream.New(b.connect()))).CachedInfo().State.LastSeq
	r := newRelay(log, b.connect())
	running(t, r)
	head, err := log.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, r, head.Position)
	mustEcho(t, b.connect(), log)
	if before == 0 {
		t.Error("no victim lived long enough to echo anything")
	}
	ctx, cancel := context.WithCancel(t.Context())
	subscriber, ended := feed(t, b), make(chan struct{})
	go func() { defer close(ended); noteWhatComes(ctx, subscriber, dir) }()
	within(t, func() bool { return must(subscriber.Info(t.Context())).AckFloor.Stream == uint64(head.Position) })
	cancel()
	<-ended
	mustHaveNoted(t, log, dir)
	t.Logf("%d of %d events were echoed when the last victim died", before, head.Position)
}

// killVictim starts a victim and kills it a while after it said a word.
func killVictim(t *testing.T, dir, word string, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	victim := exec.CommandContext(ctx, os.Args[0])
	victim.Env = append(os.Environ(), victimFolder+"="+dir)
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(output)
	for said.Scan() && said.Text() != word {
		if text := said.Text(); text != "begins" && text != "echoed" {
			t.Errorf("the victim says %s", text)
		}
	}
	if said.Text() != word {
		t.Fatalf("the victim never said that it %s: %v", word, said.Err())
	}
	time.Sleep(after)
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for said.Scan() {
		if text := said.Text(); text != "echoed" {
			t.Errorf("the victim says %s", text)
		}
	}
	var exit *exec.ExitError
	if err := victim.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the victim ended by itself: %v", err)
	}
}
