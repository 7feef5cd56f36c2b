package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// payment is a payment that was sent. Its mark is the individual identification
// of its entry, which identifies it in a file.
type payment struct {
	id, mark     string
	cents        int64
	acknowledged bool
	recalled     bool // the recall was acknowledged: it must be in no file
	recalling    bool // a recall was requested; its outcome may be unknown
	answered     bool // the bank has tried to return it
	returned     bool // the return was acknowledged
	upload       bool
}

// model is what a client and the bank know of the ledger.
type model struct {
	run      uuid.UUID // makes ids of payments that no other run has
	mu       sync.Mutex
	payments map[string]*payment // by mark
	left     map[string]string   // by mark: the file in which it left
	wrong    []string
	last     time.Time // time of the newest acknowledged write
	number   int
	uploads  int
	returns  int
	unknown  map[string]bool // files that were ever of unknown delivery
}

func newModel() *model {
	return &model{run: uuid.New(), payments: map[string]*payment{}, left: map[string]string{}, unknown: map[string]bool{}, last: time.Now()}
}

// send makes a new payment.
func (m *model) send(prefix string) *payment {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.number++
	p := &payment{mark: fmt.Sprintf("%s%010d", prefix, m.number), cents: int64(100 + m.number%90000)}
	p.id = uuid.NewSHA1(m.run, []byte(p.mark)).String()
	m.payments[p.mark] = p
	return p
}

func (m *model) fail(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wrong = append(m.wrong, fmt.Sprintf(format, args...))
}

// acknowledge records a write that was answered with 2xx.
func (m *model) acknowledge(note func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = time.Now()
	note()
}

// acknowledgements returns the number of acknowledged payments.
func (m *model) acknowledgements() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count(func(p *payment) bool { return p.acknowledged })
}

func (m *model) lastWrite() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

// some returns a payment that fits; nil if there is none.
func (m *model) some(fits func(p *payment, file string) bool) *payment {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.payments {
		if fits(p, m.left[p.mark]) {
			return p
		}
	}
	return nil
}

func (m *model) count(fits func(*payment) bool) (n int) {
	for _, p := range m.payments {
		if fits(p) {
			n++
		}
	}
	return n
}

func (m *model) verdict() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, w := range m.wrong {
		if i == 20 {
			fmt.Printf("  and %d more\n", len(m.wrong)-i)
			break
		}
		fmt.Printf("WRONG: %.300s\n", w)
	}
	if len(m.wrong) > 0 {
		return errors.New("what was acknowledged does not hold")
	}
	fmt.Println("All that was acknowledged holds.")
	return nil
}
