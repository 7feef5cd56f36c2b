package relay

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

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

// TestTheVictimWritesUntilItIsKilled writes, and echoes what it writes, until the process is killed.
func TestTheVictimWritesUntilItIsKilled(t *testing.T) {
	dir := os.Getenv(victimFolder)
	if dir == "" {
		t.Skip("run by TestKillingTheProcessLeavesNoGap")
	}
	b, log := brokerIn(t, filepath.Join(dir, "nats")), openLog(t, dir)
	running(t, newRelay(log, b.connect()))
	for {
		record(log, 50)
	}
}

func TestKillingTheProcessLeavesNoGap(t *testing.T) {
	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	for range 6 {
		victim := exec.Command(os.Args[0])
		victim.Env = append(os.Environ(), victimFolder+"="+dir)
		output, err := victim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		said := make(chan struct{})
		go func() { // it says nothing unless it fails before its time
			defer close(said)
			b := make([]byte, 4096)
			for n, err := output.Read(b); err == nil; n, err = output.Read(b) {
				t.Errorf("the victim says %s", b[:n])
			}
		}()
		time.Sleep(time.Duration(200+random.IntN(400)) * time.Millisecond)
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-said
		var exit *exec.ExitError
		if err := victim.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
			t.Fatalf("the victim ended by itself: %v", err)
		}
	}
	b, log := brokerIn(t, filepath.Join(dir, "nats")), openLog(t, dir)
	before := lastOf(b)()
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
