package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// The primary dies, or stands still, while two nodes write; its synchronous
// standby is promoted. Both nodes continue there by themselves, nothing that was
// answered is missing, and nothing is there twice. A primary that wakes up after
// that answers nobody: it waits for a standby that is gone.
func TestAFailoverLosesNothingThatWasAnswered(t *testing.T) {
	for name, end := range map[string]func(*postgrestest.Cluster) error{
		"the primary dies":         (*postgrestest.Cluster).Kill,
		"the primary stands still": (*postgrestest.Cluster).Freeze,
	} {
		t.Run(name, func(t *testing.T) {
			primary := start(t)
			url, _ := primary.Ledger(t)
			standby, err := primary.Standby("second")
			must(t, err)
			t.Cleanup(func() { must(t, standby.Remove()) })
			must(t, primary.Set("synchronous_standby_names", "second"))
			both := strings.Replace(url, fmt.Sprintf(":%d/", primary.Port), fmt.Sprintf(":%d,127.0.0.1:%d/", primary.Port, standby.Port), 1)
			nodes := []*postgres.Store{
				open(t, postgres.Options{URL: both, OutcomeTimeout: 40 * time.Second}),
				open(t, postgres.Options{URL: both, OutcomeTimeout: 40 * time.Second}),
			}
			var answered sync.Map
			var count atomic.Int64
			var all sync.WaitGroup
			ctx, stop := context.WithCancel(t.Context())
			for n, s := range nodes {
				for w := range 4 {
					all.Go(func() {
						for i := 0; ctx.Err() == nil; i++ {
							stream := fmt.Sprintf("%d/%d/%d", n, w, i)
							result, err := s.Append(context.Background(), story(stream, 0, 2))
							if err != nil {
								t.Error(err)
								return
							}
							answered.Store(result.First, stream)
							count.Add(1)
						}
					})
				}
			}
			more := func(n int64) {
				for from := count.Load(); count.Load() < from+n && !t.Failed(); {
					time.Sleep(10 * time.Millisecond)
				}
			}
			more(200)
			must(t, end(primary))
			began := time.Now()
			must(t, standby.Promote())
			more(200)
			t.Logf("200 more were answered %s after the primary was gone", time.Since(began).Round(time.Millisecond))
			stop()
			all.Wait()
			at := map[int64]string{}
			for _, e := range whole(t, nodes[0]) {
				at[e.Position] = e.Stream
			}
			answered.Range(func(position, stream any) bool {
				if at[position.(int64)] != stream || at[position.(int64)+1] != stream {
					t.Errorf("position %d holds %s and was answered for %s", position, at[position.(int64)], stream)
				}
				return true
			})
			if int64(len(at)) != 2*count.Load() {
				t.Errorf("the log holds %d events, %d were answered", len(at), 2*count.Load())
			}
			_ = primary.Thaw() // it may be dead
			for _, s := range nodes {
				tell(t, s, fmt.Sprintf("%p", s), 0, 1)
			}
			// The woken primary is the first that the URL names, for sessions that begin now.
			standby.Exec(t, "postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'achledger %'`)
			for _, s := range nodes {
				if n := len(whole(t, s)); n != len(at)+2 {
					t.Errorf("the log holds %d events in the end", n)
				}
			}
		})
	}
}
