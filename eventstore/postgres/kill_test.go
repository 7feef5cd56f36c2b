package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/testseed"
)

// writingVariable makes this test binary a node that writes to the log it names
// and prints what was answered.
const writingVariable = "ACHLEDGER_TEST_WRITES_TO"

func write(url string) {
	s, err := postgres.Open(context.Background(), postgres.Options{URL: url})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var printing sync.Mutex
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				stream := fmt.Sprintf("%d/%d/%d", os.Getpid(), w, i)
				result, err := s.Append(context.Background(), keyed(story(stream, 0, 2), stream))
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				printing.Lock()
				fmt.Println(result.First, stream)
				printing.Unlock()
			}
		}()
	}
	select {}
}

// Processes write to one log and are killed or stopped at any moment. The others
// continue, and what the dead were answered is there.
func TestProcessesThatAreKilledLeaveWholeTransactions(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills processes")
	}
	random := rand.New(rand.NewPCG(testseed.Of(t, 20261129), 2))
	url, _ := postgrestest.Ledger(t)
	var answered sync.Map
	var reading sync.WaitGroup
	begin := func() *exec.Cmd {
		p := exec.Command(os.Args[0])
		p.Env = append(os.Environ(), writingVariable+"="+url)
		p.Stderr = os.Stderr
		out, err := p.StdoutPipe()
		must(t, err)
		must(t, p.Start())
		reading.Go(func() {
			for lines := bufio.NewScanner(out); lines.Scan(); {
				var position int64
				var stream string
				if n, _ := fmt.Sscan(lines.Text(), &position, &stream); n == 2 {
					answered.Store(position, stream)
				}
			}
		})
		return p
	}
	nodes := []*exec.Cmd{begin(), begin(), begin()}
	for range 6 {
		time.Sleep(time.Duration(200+random.IntN(600)) * time.Millisecond)
		n := random.IntN(len(nodes))
		if random.IntN(3) == 0 { // it stops for longer than others wait, and continues
			must(t, nodes[n].Process.Signal(syscall.SIGSTOP))
			time.Sleep(3 * time.Second)
			must(t, nodes[n].Process.Signal(syscall.SIGCONT))
			continue
		}
		must(t, nodes[n].Process.Kill())
		_ = nodes[n].Wait()
		nodes[n] = begin()
	}
	for _, p := range nodes {
		must(t, p.Process.Kill())
		_ = p.Wait()
	}
	reading.Wait()
	s := open(t, postgres.Options{URL: url})
	at, streams := map[int64]string{}, map[string]int{}
	for _, e := range whole(t, s) {
		at[e.Position] = e.Stream
		streams[e.Stream]++
	}
	seen := 0
	answered.Range(func(position, stream any) bool {
		seen++
		if at[position.(int64)] != stream {
			t.Errorf("position %d holds %s and was answered for %s", position, at[position.(int64)], stream)
		}
		return true
	})
	for stream, n := range streams {
		if n != 2 {
			t.Errorf("stream %s has %d events", stream, n)
		}
	}
	t.Logf("%d calls were answered, the log holds %d events", seen, len(at))
	if seen == 0 {
		t.Error("nothing was answered")
	}
}
