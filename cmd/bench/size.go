package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// sizing is a ledger that is filled to a size and measured: first with all
// payments waiting, then with all of them filed.
type sizing struct {
	*bench
	halves       []half // two clients of two banks, with half of the payments each
	stages       []stage
	takes        []take
	adminAddress string // for profiles of the ledger

	lines  int            // of a bulk request
	files  map[string]int // entries in each file of the outbox
	unsent disk           // per payment
	quiet  loads          // single POSTs while everything waits
}

// half is one client's share of the payments.
type half struct {
	id  string
	who folder.Credential
}

// size measures a ledger of Size payments, and an empty one for comparison.
func (b *bench) size(ctx context.Context) error {
	s := &sizing{bench: b, files: map[string]int{}}
	defer func() { b.table.more = append(s.printStages(), s.printTakes()...) }()
	for _, step := range []func(context.Context) error{
		s.begin, s.fill, s.rare,
		s.weigh, s.restart("waiting"), s.beside("waiting"), s.lists("waiting"),
		s.cutAlone, s.cutBeside, s.returns,
		s.restart("filed"), s.beside("filed"), s.lists("filed"),
		s.verify,
	} {
		if err := step(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// begin starts the ledger with a client for single payments and two for bulk.
// Those two use different banks, because one ODFI has trace numbers for ten
// million entries only.
func (s *sizing) begin(context.Context) (err error) {
	if s.Size < 40 {
		return fmt.Errorf("--size %d: there is something to see from 40 payments on", s.Size)
	}
	s.lines = min(50_000, s.Size/20)
	s.Size -= s.Size % (2 * s.lines)
	if s.ledger, err = s.serveLedger(); err != nil {
		return err
	}
	if s.ledger.client, err = s.ledger.begin(""); err != nil {
		return err
	}
	for _, routing := range []string{"061000146", "121042882"} {
		who, err := s.ledger.open(s.Size/2+1, routing)
		if err != nil {
			return err
		}
		s.halves = append(s.halves, half{who: who})
	}
	var clients struct {
		Data []struct {
			ID   string   `json:"client_id"`
			ODFI []string `json:"odfi_routing_numbers"`
		}
	}
	if err := s.ledger.call(s.ledger.ops, http.MethodGet, "/v1/ops/clients", "", &clients); err != nil {
		return err
	}
	for _, c := range clients.Data {
		switch c.ODFI[0] {
		case "061000146":
			s.halves[0].id = c.ID
		case "121042882":
			s.halves[1].id = c.ID
		}
	}
	return nil
}

// serveLedger starts the program on the ledger's folder, new or existing.
func (s *sizing) serveLedger() (*process, error) {
	var more []string
	if s.Profiles != "" {
		more = []string{"--admin-listen", s.admin()}
	}
	return serve(s.folder("ledger"), s.Program, more...)
}

// restart measures the time until the server responds, after a clean stop and
// after a kill, and until the stream holds the whole log after the kill.
func (s *sizing) restart(when string) func(context.Context) error {
	return func(ctx context.Context) error {
		var took [2]time.Duration
		var stream time.Duration
		for i, end := range []func() error{s.ledger.stop, s.ledger.kill} {
			s.say("%s: start %d", when, i+1)
			s.ledger.settle(ctx)
			if i == 1 { // leave something in the write-ahead log that no clean stop has checkpointed
				if _, err := s.ledger.post(ctx, 64, s.Each); err != nil {
					return err
				}
				end = s.ledger.kill
			}
			if err := end(); err != nil {
				return err
			}
			began := time.Now()
			p, err := s.serveLedger()
			if err != nil {
				return err
			}
			took[i] = time.Since(began)
			p.ops, p.client = s.ledger.ops, s.ledger.client
			s.ledger = p
			s.ledger.settle(ctx) // it may still open its stream
			stream = time.Since(began)
		}
		s.add(row{
			path: "start, " + when, against: s.sized(),
			measured: fmt.Sprintf("%.1f s, after kill -9 %.1f s, its stream after %.1f s", took[0].Seconds(), took[1].Seconds(), stream.Seconds()),
			budget:   "under 5 s", kept: max(took[0], took[1]) < 5*time.Second,
		})
		return nil
	}
}

// beside posts single payments alternately to the ledger and to an empty one.
func (s *sizing) beside(when string) func(context.Context) error {
	return func(ctx context.Context) error {
		empty, err := serve(s.folder("empty-"+when), s.Program)
		if err != nil {
			return err
		}
		s.bare = empty // stopped if something fails
		if empty.client, err = empty.begin(""); err != nil {
			return err
		}
		var full, none loads
		if err := s.stage("single POST, "+when, func() (err error) {
			none, full, err = s.compare(ctx, []*process{empty}, []*process{s.ledger})
			return err
		}); err != nil {
			return err
		}
		s.ledger.settle(ctx)
		if when == "waiting" {
			s.quiet = full
		}
		waits, unladen := percentilesOf(full.waits()), percentilesOf(none.waits())
		ratio, tail := full.rate()/none.rate(), waits.p99.Seconds()/unladen.p99.Seconds()
		s.add(row{
			path: "single POST, 64 connections, " + when, against: "an empty log",
			measured: fmt.Sprintf("%.2f times its rate, %.1f times its p99", ratio, tail),
			budget:   "at least 0.8 times, p99 at most 2 times", kept: ratio >= 0.8 && tail <= 2,
			details: fmt.Sprintf("%s/s; %s; the empty one %s/s; %s", thousands(full.rate()), waits, thousands(none.rate()), unladen),
		})
		return s.bare.stop()
	}
}

func (s *sizing) sized() string { return thousands(float64(s.Size)) + " payments" }

// add prints the row immediately, as the run may take another hour.
func (s *sizing) add(r row) {
	s.say("%s: %s. %s", r.path, r.measured, r.details)
	s.table.add(r)
}

func (s *sizing) say(format string, args ...any) {
	fmt.Fprintf(s.Errs, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}
