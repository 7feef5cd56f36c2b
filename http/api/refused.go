package api

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// How many refused requests of operations are recorded, for each credential and
// in all, when the refusal is due to who asked. The rest are counted and
// logged.
const (
	refusedOfOne, refusedOfOneEvery = 10, time.Minute
	refusedOfAll, refusedOfAllEvery = 100, 10 * time.Second
)

// refusals limits how many refused requests are recorded.
type refusals struct {
	one, all   *ledger.Throttle
	unrecorded atomic.Int64
}

func newRefusals(now func() time.Time) *refusals {
	return &refusals{
		one: ledger.NewThrottle(refusedOfOneEvery, refusedOfOne, now),
		all: ledger.NewThrottle(refusedOfAllEvery, refusedOfAll, now),
	}
}

// noted records a request of operations that was refused because of who asked,
// and returns its error. If recording fails, the refusal stands and the failure
// is logged.
func (s *Kit) noted(c echo.Context, who Caller, err error) error {
	if err == nil {
		return nil
	}
	p := Explain(err)
	if p.Status != http.StatusForbidden {
		return err
	}
	s.metrics.refused.WithLabelValues(string(p.Code)).Inc()
	r := c.Request()
	s.Log.Warn("request of operations refused", "request_id", RequestID(c), "credential", who.Key, "method", methodOf(r), "route", c.Path(), "code", p.Code)
	if s.refusals.one.Failed(who.Key) > 0 || s.refusals.all.Failed("") > 0 {
		s.refusals.unrecorded.Add(1)
		return err
	}
	event := domain.RequestRefused{Method: methodOf(r), Route: c.Path(), Code: string(p.Code), Unrecorded: s.refusals.unrecorded.Swap(0)}
	ctx := ledger.WithRequest(r.Context(), RequestID(c), who.Key)
	if failed := s.audit(ctx, domain.LedgerClient, event); failed != nil {
		s.refusals.unrecorded.Add(1 + event.Unrecorded)
		s.Log.Error("a refused request is not in the log", "request_id", RequestID(c), "err", failed)
	}
	return err
}
