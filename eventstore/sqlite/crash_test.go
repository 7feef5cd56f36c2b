package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// crashFolder names the log to a child process that is going to be killed.
const crashFolder = "EVENTSTORE_CRASH_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(crashFolder); folder != "" {
		writeUntilKilled(folder)
	}
	os.Exit(m.Run())
}

// writeUntilKilled prints every acknowledged call, one to a line, after the
// acknowledgement.
func writeUntilKilled(folder string) {
	s, err := sqlite.Open(folder, sqlite.Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	run := rand.Uint64()
	for w := range 32 {
		go func() {
			for i := 0; ; i++ {
				stream := fmt.Sprintf("%x/%d/%d", run, w, i)
				a := story(stream, 0, 1+w%3)
				a.Idempotency = &eventstore.IdempotencyKey{Client: "c1", Scope: "POST /", Key: stream}
				result, err := s.Append(context.Background(), a, story(stream+"/also", 0, 1))
				if err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				os.Stdout.WriteString(fmt.Sprintf("%s %d %d\n", stream, result.First, result.Last))
			}
		}()
	}
	select {}
}

// TestEveryAcknowledgedAppendSurvivesKill9 kills a process under load, again
// and again on the same log, and looks for all it had acknowledged.
func TestEveryAcknowledgedAppendSurvivesKill9(t *testing.T) {
	folder := t.TempDir()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	acknowledged := 0
	for range rounds {
		lines := runAndKill(t, folder)
		acknowledged += len(lines)
		if report, err := sqlite.Verify(t.Context(), folder, nil); err != nil || !report.Sound() {
			t.Fatalf("reading what was left: %v, %v", report.Problems, err)
		}
		s, err := sqlite.Open(folder, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			mustHave(t, s, line)
		}
		mustBeSound(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged calls over %d kills", acknowledged, rounds)
	if acknowledged == 0 {
		t.Error("nothing was ever acknowledged")
	}
}

// runAndKill returns the lines a child wrote before it was killed; a last one
// without its end does not count.
func runAndKill(t *testing.T, folder string) (lines []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashFolder+"="+folder)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	life := 150*time.Millisecond + time.Duration(rand.IntN(400))*time.Millisecond
	reader := bufio.NewReader(output)
	var kill *time.Timer
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			break
		}
		if strings.HasPrefix(line, "error") {
			t.Error(line)
		}
		if kill == nil { // it has begun to write
			kill = time.AfterFunc(life, func() { child.Process.Kill() })
		}
		lines = append(lines, line)
	}
	child.Wait()
	return lines
}

// mustHave looks for an acknowledged call: its events, its positions, its key.
func mustHave(t *testing.T, s *sqlite.Store, line string) {
	t.Helper()
	var stream string
	var first, last int64
	if _, err := fmt.Sscan(line, &stream, &first, &last); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	events, err := s.ReadStream(t.Context(), stream, 0)
	if err != nil || int64(len(events)) != last-first || events[0].Position != first {
		t.Fatalf("stream %s should hold positions %d to %d: %d events, %v", stream, first, last-1, len(events), err)
	}
	also, err := s.ReadStream(t.Context(), stream+"/also", 0)
	if err != nil || len(also) != 1 || also[0].Position != last {
		t.Fatalf("stream %s/also should hold position %d: %v, %v", stream, last, also, err)
	}
	use, ok, err := s.Key(t.Context(), eventstore.IdempotencyKey{Client: "c1", Scope: "POST /", Key: stream})
	if err != nil || !ok || use.First != first || use.Last != last {
		t.Fatalf("key %s: %+v, %v, %v", stream, use, ok, err)
	}
}
