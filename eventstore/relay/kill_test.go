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

// TestTheVictimWritesUntilItIsKilled writes, and echoes what it writes, until
// the process is killed.
func TestTheVictimWritesUntilItIsKilled(t *testing.T) {
	dir := os.Getenv(victimFolder)
	if dir == "" {
		t.Skip("run by TestKillingTheProcessLeavesNoGap")
	}
	b, log := brokerIn(t, filepath.Join(dir, "nats")), openLog(t, dir)
	r := newRelay(log, b.connect())
	running(t, r)
	fmt.Println("begins")
	for echoed := false; ; {
		record(log, 50)
		if !echoed && r.Position() > 0 {
			echoed = true
			fmt.Println("echoed")
		}
	}
}

func TestKillingTheProcessLeavesNoGap(t *testing.T) {
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
