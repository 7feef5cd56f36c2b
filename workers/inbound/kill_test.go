package inbound

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/testseed"
)

// childFolder names the variable that makes a test process the child of
// TestKilledTenTimes.
const childFolder = "INBOUND_CHILD_FOLDER"

// A process that applies a file of returns is killed ten times at random
// moments. In the end every return was applied exactly once.
func TestKilledTenTimes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	const returns = 4_000
	w := newWorld(t)
	w.sentMany(returns)
	var content bytes.Buffer
	returnMany(t, &content, returns)
	must(t, os.WriteFile(filepath.Join(w.folder, "returns.ach"), content.Bytes(), 0o600))
	now := w.Now()
	w.close()

	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 10 {
		killAfter(t, w.folder, time.Duration(random.IntN(250))*time.Millisecond)
	}
	w.open()
	w.clock.Set(now)
	w.feed(content.Bytes())

	counts := map[string]int{}
	for _, r := range w.events((domain.TransactionReturned{}).Type()) {
		counts[r.Stream]++
	}
	for i := range returns {
		if n := counts[domain.TransactionStream(gym, manyID(i))]; n != 1 {
			t.Fatalf("return %d was applied %d times", i, n)
		}
	}
	applied := w.events((domain.InboundApplied{}).Type())
	if len(applied) != 1 {
		t.Fatalf("the file was completed %d times", len(applied))
	}
	f, err := ledger.Fact(applied[0])
	must(t, err)
	if got := *f.Event.(*domain.InboundApplied); got != (domain.InboundApplied{Applied: returns}) || len(w.queue()) != 0 {
		t.Errorf("applied %+v", got)
	}
	w.sound()
}

// killAfter makes a child process take in the file and kills it after a while.
func killAfter(t *testing.T, folder string, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestChildTakesAFileIn$", "-test.v")
	child.Env = append(os.Environ(), childFolder+"="+folder)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "begins" {
	}
	time.Sleep(after)
	_ = child.Process.Kill() // it may have ended
	_, _ = io.Copy(io.Discard, out)
	_ = child.Wait()
}

// TestChildTakesAFileIn is the process that TestKilledTenTimes kills.
func TestChildTakesAFileIn(t *testing.T) {
	folder := os.Getenv(childFolder)
	if folder == "" {
		t.Skip("not a child")
	}
	w := &world{t: t, folder: folder, clock: ledgertest.NewClock(at("2026-11-24 09:00")), log: textLog(io.Discard)}
	w.open()
	file, err := os.Open(filepath.Join(folder, "returns.ach"))
	must(t, err)
	defer file.Close()
	os.Stdout.WriteString("begins\n")
	_, err = w.intake.Take(t.Context(), "returns.ach", FromAPI, file)
	must(t, err)
	w.close()
}
