package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// fill posts all payments in bulk, one request after the other, and compares
// the rate of each tenth.
func (s *sizing) fill(ctx context.Context) error {
	var tenths []float64
	var level time.Duration
	err := s.stage("bulk", func() error {
		bodies, stop := bodies(s.lines)
		defer stop()
		posted, counted, began := 0, 0, time.Now()
		for ; posted < s.Size; posted += s.lines {
			if posted-counted >= s.Size/10 {
				tenths = append(tenths, float64(posted-counted)/time.Since(began).Seconds())
				s.say("%s of %s posted, %s lines/s", thousands(float64(posted)), s.sized(), thousands(tenths[len(tenths)-1]))
				counted, began = posted, time.Now()
			}
			who := s.halves[2*posted/s.Size].who
			if _, err := s.ledger.bulkOf(ctx, who, fmt.Sprintf("size-%d", posted), <-bodies, s.lines); err != nil {
				return err
			}
		}
		tenths = append(tenths, float64(posted-counted)/time.Since(began).Seconds())
		began = time.Now()
		s.ledger.settle(ctx)
		level = time.Since(began)
		return nil
	})
	if err != nil {
		return err
	}
	slowest := slices.Min(tenths)
	st := s.stages[len(s.stages)-1]
	s.add(row{
		path: "bulk", against: s.sized(),
		measured: fmt.Sprintf("%s lines/s in the first tenth, %s in the last, %s in the slowest", thousands(tenths[0]), thousands(tenths[len(tenths)-1]), thousands(slowest)),
		budget:   "at least 50,000 to the end", kept: slowest >= 50_000,
		details: fmt.Sprintf("%s lines/s until views and relay were level too, which was %.1f s after the last line; %.1f µs of a core for a line", thousands(float64(s.Size)/st.took.Seconds()),
			level.Seconds(), float64(st.server.Microseconds())/float64(s.Size)),
	})
	return nil
}

// bodies generates the next request while the one before is sent.
func bodies(lines int) (next <-chan *bytes.Buffer, stop func()) {
	made, stopped := make(chan *bytes.Buffer), make(chan struct{})
	go func() {
		for {
			select {
			case made <- payments(lines):
			case <-stopped:
				return
			}
		}
	}()
	return made, func() { close(stopped) }
}

// few is the number of payments with a rare status.
const few = 9

// rare has the first client recall a few payments, and operations reject
// others.
func (s *sizing) rare(ctx context.Context) error {
	some, err := s.some(s.halves[0], 2*few)
	if err != nil {
		return err
	}
	for i, t := range some {
		calls := [][3]string{{http.MethodPost, "/v1/ops/events/" + t.Event + "/hold", `{"reason":"a look"}`}, {http.MethodPost, "/v1/ops/events/" + t.Event + "/reject", `{"reason":"a look"}`}}
		who := s.ledger.ops
		if i < few {
			calls, who = [][3]string{{http.MethodDelete, "/api/transaction/" + t.ID + "/events/" + t.Event}}, s.halves[0].who
		}
		for _, c := range calls {
			if err := s.ledger.call(who, c[0], c[1], c[2], nil); err != nil {
				return err
			}
		}
	}
	return s.bulkMore(ctx, s.halves[0], len(some)) // so that the number waiting stays the same
}

// bulkMore posts more payments of a client.
func (s *sizing) bulkMore(ctx context.Context, h half, lines int) error {
	_, err := s.ledger.bulk(ctx, h.who, fmt.Sprintf("more-%d", lines), lines)
	return err
}

// returns simulates a few returns.
func (s *sizing) returns(context.Context) error {
	some, err := s.some(s.halves[1], few)
	if err != nil {
		return err
	}
	for _, t := range some {
		body := fmt.Sprintf(`{"code":"R01","client":%q}`, s.halves[1].id)
		if err := s.ledger.call(s.ledger.ops, http.MethodPost, "/v1/simulations/transactions/"+t.ID+"/return", body, nil); err != nil {
			return err
		}
	}
	return nil
}

// listed is a payment as lists show it.
type listed struct {
	ID     string `json:"transaction_id"`
	Event  string `json:"event_id"`
	Name   string `json:"name"`
	Amount string `json:"amount"`
	Last4  string `json:"account"`
	Trace  string `json:"trace_number"`
	File   string `json:"file_id"`
}

// some are a client's newest payments.
func (s *sizing) some(h half, n int) ([]listed, error) {
	var page struct{ Data []listed }
	err := s.ledger.call(h.who, http.MethodGet, fmt.Sprintf("/v1/transactions?limit=%d", n), "", &page)
	if err == nil && len(page.Data) < n {
		err = fmt.Errorf("a client has %d payments, and not %d", len(page.Data), n)
	}
	return page.Data, err
}
