package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// payment is what one caller knows about a payment of its own.
type payment struct {
	id, mark string // the mark is written into the entry
	cents    int64

	acknowledged  bool // a 2xx came
	recalled      bool // a 2xx came for its recall
	recallUnknown bool // a recall was requested, and its outcome is unknown
}

// load is a number of callers that continue whatever happens to the server. A
// caller that gets no answer repeats the request with the same id, as clients should.
type load struct {
	subject      *subject
	acknowledged atomic.Int64
	ending       chan struct{}
	wg           sync.WaitGroup
	mu           sync.Mutex
	payments     []*payment
}

const callers = 8

func newLoad(s *subject, seed uint64) *load {
	l := &load{subject: s, ending: make(chan struct{})}
	for c := range callers {
		random := rand.New(rand.NewPCG(seed, uint64(c)+1))
		l.wg.Go(func() {
			for n := 0; !l.over(); n++ {
				l.pay(random, fmt.Sprintf("c%dn%d", c, n))
			}
		})
	}
	return l
}

func (l *load) over() bool {
	select {
	case <-l.ending:
		return true
	default:
		return false
	}
}

// stop lets every caller finish what it began and returns all payments.
func (l *load) stop() []*payment {
	close(l.ending)
	l.wg.Wait()
	return l.payments
}

// await waits until so many payments were acknowledged, so that a process is
// killed under load however slowly it started.
func (l *load) await(acknowledged int64) {
	l.subject.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); l.acknowledged.Load() < acknowledged; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.subject.t.Fatalf("%d payments were acknowledged in two minutes, want %d", l.acknowledged.Load(), acknowledged)
		}
	}
}

func (l *load) pay(random *rand.Rand, mark string) {
	p := &payment{mark: mark, cents: 1 + random.Int64N(1_000_000), id: fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x",
		random.Uint32(), random.Uint32N(1<<16), random.Uint32N(1<<12), random.Uint32N(1<<12), random.Uint64N(1<<48))}
	l.mu.Lock()
	l.payments = append(l.payments, p)
	l.mu.Unlock()
	body := fmt.Sprintf(`{"TransactionID":%q,"StandardEntryClassCode":"PPD","TransactionType":"push",
		"ToRouting":"121042882","ToAccount":"%d","ToAccountType":"checking","ToName":"Receiver",
		"ToIdentification":%q,"Description":"PAYROLL","Amount":%d.%02d}`,
		p.id, 1_000_000+random.Int64N(1_000_000_000), mark, p.cents/100, p.cents%100)
	var event string
	p.acknowledged = l.insist(func() bool {
		status, answer := l.subject.call(l.subject.client, http.MethodPost, "/api/transaction", body)
		if status != http.StatusOK && status != http.StatusCreated {
			return l.unless(status, answer)
		}
		var t struct{ Events []struct{ EventID string } }
		if json.Unmarshal(answer, &t) == nil && len(t.Events) > 0 {
			event = t.Events[0].EventID
		}
		return true
	})
	if !p.acknowledged {
		return
	}
	l.acknowledged.Add(1)
	if event != "" && random.IntN(10) == 0 {
		l.recall(p, event)
	}
}

// recall withdraws a payment; it may be too late.
func (l *load) recall(p *payment, event string) {
	p.recallUnknown = true
	l.insist(func() bool {
		switch status, _ := l.subject.call(l.subject.client, http.MethodDelete, "/api/transaction/"+p.id+"/events/"+event, ""); status {
		case http.StatusOK:
			p.recalled, p.recallUnknown = true, false
			return true
		case http.StatusConflict:
			p.recallUnknown = false
			return true
		default:
			return false
		}
	})
}

// insist repeats a request until there is an answer, for at most a minute.
func (l *load) insist(ask func() bool) bool {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ask() {
			return true
		}
	}
	return false
}

// unless fails the test if an answer is a final refusal: a 4xx other than 429.
func (l *load) unless(status int, answer []byte) bool {
	if status >= 400 && status < 500 && status != http.StatusTooManyRequests {
		l.subject.t.Errorf("a payment was refused: %d %s", status, answer)
	}
	return false
}
