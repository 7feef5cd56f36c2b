package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// load is what concurrent callers measured.
type load struct {
	requests int
	took     time.Duration
	waits    []time.Duration
	cpu      time.Duration // of the callers themselves
}

func (l load) rate() float64 { return float64(l.requests) / l.took.Seconds() }

// post posts payments over the given number of connections, one at a time on
// each, for the given time.
func (p *process) post(ctx context.Context, connections int, during time.Duration) (load, error) {
	ctx, cancel := context.WithTimeout(ctx, during)
	defer cancel()
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	waits := make([][]time.Duration, connections)
	began, used := time.Now(), cpu()
	for c := range connections {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			for ctx.Err() == nil {
				before := time.Now()
				if err := p.postOne(client); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				waits[c] = append(waits[c], time.Since(before))
			}
		})
	}
	wg.Wait()
	l := load{took: time.Since(began), cpu: cpu() - used}
	for _, w := range waits {
		l.requests += len(w)
		l.waits = append(l.waits, w...)
	}
	if err := failed.Load(); err != nil {
		return l, *err
	}
	return l, nil
}

// postAll spreads the connections over the servers and posts payments to all.
func postAll(ctx context.Context, servers []*process, connections int, during time.Duration) (all load, err error) {
	loads, errs := make([]load, len(servers)), make([]error, len(servers))
	var wg sync.WaitGroup
	for i, s := range servers {
		wg.Go(func() { loads[i], errs[i] = s.post(ctx, max(1, connections/len(servers)), during) })
	}
	wg.Wait()
	for _, l := range loads {
		all.requests += l.requests
		all.waits = append(all.waits, l.waits...)
		all.took = max(all.took, l.took)
		all.cpu = max(all.cpu, l.cpu) // all callers share one process
	}
	return all, errors.Join(errs...)
}

// loads are the results of several rounds.
type loads []load

func (l loads) rate() float64 {
	var rates []float64
	for _, one := range l {
		rates = append(rates, one.rate())
	}
	return median(rates)
}

func (l loads) waits() (all []time.Duration) {
	for _, one := range l {
		all = append(all, one.waits...)
	}
	return all
}

// compare posts payments over 64 connections alternately to some servers and
// to the others.
func (b *bench) compare(ctx context.Context, some, others []*process) (ones, twos loads, err error) {
	for range b.Rounds {
		one, err := postAll(ctx, some, 64, b.Each)
		if err != nil {
			return nil, nil, err
		}
		two, err := postAll(ctx, others, 64, b.Each)
		if err != nil {
			return nil, nil, err
		}
		ones, twos = append(ones, one), append(twos, two)
	}
	return ones, twos, nil
}

// postOne posts a payment and reads the whole response.
func (p *process) postOne(client *http.Client) error {
	r, err := http.NewRequest(http.MethodPost, p.base+"/api/transaction", strings.NewReader(payment()))
	if err != nil {
		return err
	}
	r.SetBasicAuth(p.client.Key, p.client.Secret)
	r.Header.Set("Content-Type", "application/json")
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("POST /api/transaction answers %s", response.Status)
	}
	return nil
}

// payment is a random payroll credit. The number has nine digits: of a shorter one
// a list shows fewer than the four that look-ups take.
func payment() string {
	return fmt.Sprintf(`{"StandardEntryClassCode":"PPD","TransactionType":"push","ToRouting":"121042882","ToAccount":"%d",`+
		`"ToAccountType":"checking","ToName":"%s %s","ToIdentification":"EMP 4711","Description":"PAYROLL","Amount":%d.%02d}`,
		100_000_000+rand.Int64N(900_000_000), name(2), name(3), 1+rand.IntN(5000), rand.IntN(100))
}

// name is a random name of so many syllables.
func name(syllables int) string {
	var out strings.Builder
	for range syllables {
		out.WriteByte("bdfghklmnprstvz"[rand.IntN(15)])
		out.WriteByte("aeiou"[rand.IntN(5)])
	}
	return strings.ToUpper(out.String())
}
