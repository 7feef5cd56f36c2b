package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// payment is one that was sent. Its mark is the individual identification of its
// entry, by which it is known in a file.
type payment struct {
	id, mark     string
	cents        int64
	acknowledged bool
	recalled     bool // acknowledged as recalled: it is in no file
	recalling    bool // a recall was asked for, whose outcome may not be known
	answered     bool // the bank tried to send it back
	returned     bool // that was acknowledged
	upload       bool
}

// model is what is known from outside.
type model struct {
	run      uuid.UUID // no two runs send the same
	mu       sync.Mutex
	payments map[string]*payment // by mark
	left     map[string]string   // file by the mark of what left in it
	wrong    []string
	last     time.Time // of the newest acknowledged write
	number   int
	uploads  int
	returns  int
	unknown  map[string]bool // files whose delivery nobody knew
}

func newModel() *model {
	return &model{run: uuid.New(), payments: map[string]*payment{}, left: map[string]string{}, unknown: map[string]bool{}, last: time.Now()}
}

// send makes a payment that nobody sent before.
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

// acknowledge notes that a write was answered with 2xx.
func (m *model) acknowledge(note func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = time.Now()
	note()
}

// acknowledgements counts the payments that were.
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

// some is a payment that fits, or nil.
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
