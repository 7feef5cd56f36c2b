package connect

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

const (
	bulkMedia = "application/x-ndjson"
	// bulkBatch is how many lines are committed together at most: as many as one
	// Append takes, so that other writers do not wait for long.
	bulkBatch = eventstore.MaxAppend
	// bulksAtOnce is how many bulk requests of a client may be under way: each keeps
	// batches in memory, and lasts as long as its caller likes.
	bulksAtOnce = 16
	// maxIdle is how long a bulk request may be idle: how long its caller may
	// take to send a line, and to read a result.
	maxIdle = 2 * time.Minute
	// maxRefused is how many lines in a row may be refused before the request ends:
	// refused lines write nothing to the log, so a caller could send them without
	// end.
	maxRefused = 1000
	// bulkLinger is how long the rest of such a request is read and discarded, so
	// that its caller gets to read the last line.
	bulkLinger = 5 * time.Second
)

// bulk answers POST /api/transaction/bulk: one proposal a line in, one result a
// line out, in order, each only after its commit. It keeps a few batches in
// memory, however many lines there are:
//
//	read lines → prepare a batch → commit it → report → the caller
//
// Each stage works on a batch while the next stage works on the one before, and
// a batch may wait between them, so that the log never waits for lines, and the
// processors have work while a commit waits for the disk. Results are spooled
// while the caller does not read, as many callers do until they have sent
// everything; when the spool is full no more lines are read, and a caller that
// reads nothing for two minutes is disconnected. After maxRefused refused lines in
// a row the request ends with a last line that says so, and the lines after it are
// not processed.
//
// When a request breaks off, what was committed stays, and a retry with the
// same ids or the same key is answered line by line as the first time.
func (s *surface) bulk(c echo.Context, who api.Caller) error {
	if err := api.MediaType(c, bulkMedia); err != nil {
		return err
	}
	ids, err := s.bulkIDs(c.Request(), who.Client)
	if err != nil {
		return err
	}
	done, err := s.bulks.Take(who.Client)
	if err != nil {
		return err
	}
	defer done()
	b := &bulkRun{
		s: s, c: c, who: who, ids: ids,
		control: http.NewResponseController(c.Response()),
		queue:   newLineQueue(),
		results: s.spools.open(),
	}
	// What is left of the body when the request ends must not be read as the next
	// request.
	c.Response().Header().Set("Connection", "close")
	// A server that is not full duplex would read the whole body first.
	if err := b.control.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	b.sent()
	b.took()
	lines := newLineReader(c.Request().Body)
	first, err := lines.next()
	if err == nil && ids == nil && lacksID(first) {
		return api.NewProblem(api.CodeBadRequest, "line 1 has no TransactionID: send one on every line, or an Idempotency-Key")
	}
	return b.run(lines, first, err)
}

// bulkRun is one bulk request in progress.
type bulkRun struct {
	s       *surface
	c       echo.Context
	who     api.Caller
	ids     func(line int) string // nil without a key
	control *http.ResponseController
	queue   *lineQueue
	results *spool
	ctx     context.Context

	lastSent, lastTook atomic.Int64 // when a deadline was last extended, unix nanoseconds

	last    int         // last line that was reported
	refused int         // consecutive, up to that line
	fault   bool        // the last of maxRefused was not the caller's doing
	enough  atomic.Bool // refused has reached maxRefused
}

// sent extends the time to send: lines were processed or results read, so that
// reading went on.
func (b *bulkRun) sent() { noteProgress(&b.lastSent, b.control.SetReadDeadline) }

// took extends the time to read results: the caller read some, or there are
// none yet.
func (b *bulkRun) took() { noteProgress(&b.lastTook, b.control.SetWriteDeadline) }

func noteProgress(at *atomic.Int64, allow func(time.Time) error) {
	now, last := time.Now(), at.Load()
	if now.UnixNano()-last < int64(maxIdle/10) || !at.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	_ = allow(now.Add(maxIdle)) // a writer without deadlines needs none
}

// run reads, prepares, commits and reports in goroutines of their own and
// writes the results itself, until everything is done.
func (b *bulkRun) run(lines *lineReader, first line, err error) error {
	ctx, cancel := context.WithCancelCause(b.c.Request().Context())
	defer cancel(nil)
	b.ctx = ctx
	var all sync.WaitGroup
	stage := func(do func() error, end func()) {
		all.Go(func() {
			defer end() // later stages learn of a failure first
			if err := do(); err != nil {
				cancel(err)
			}
		})
	}
	prepared, committed := make(chan []*bulkLine, 1), make(chan []*bulkLine, 1)
	all.Go(func() { b.queue.fill(lines, first, err) })
	stage(func() error { return b.prepareAll(prepared) }, func() { close(prepared) })
	stage(func() error { return b.commitAll(prepared, committed) }, func() { close(committed) })
	stage(func() error { return b.reportAll(committed) }, b.results.end)
	if err := b.write(); err != nil {
		cancel(err)
	}
	b.queue.stop()
	b.results.stop()
	// Every stage has said by now why it failed. After a body that was read to its end
	// the server waits for the next request, and a deadline ends that and the context.
	broken := context.Cause(ctx)
	if broken != nil || b.enough.Load() {
		_ = b.control.SetReadDeadline(time.Now()) // ends a read that is blocked
	}
	all.Wait()
	if b.enough.Load() {
		_ = b.control.SetReadDeadline(time.Now().Add(bulkLinger))
	}
	return b.ended(errors.Join(broken, b.queue.failure(), b.results.remove()))
}

// ended handles the end of a request. One that cannot be completed truthfully
// is aborted, never ended as if it were whole.
func (b *bulkRun) ended(broken error) error {
	if broken == nil {
		return nil
	}
	b.s.Explain(b.c.Request().Context(), api.RequestID(b.c), broken)
	if !b.c.Response().Committed {
		return broken
	}
	panic(http.ErrAbortHandler)
}

func (b *bulkRun) prepareAll(to chan<- []*bulkLine) error {
	for raw := b.queue.take(bulkBatch); raw != nil; raw = b.queue.take(bulkBatch) {
		batch, err := b.prepare(raw)
		if err != nil || !b.hand(to, batch) {
			return err
		}
	}
	return nil
}

func (b *bulkRun) commitAll(from <-chan []*bulkLine, to chan<- []*bulkLine) error {
	for batch := range from {
		if err := b.commit(batch); err != nil || !b.hand(to, batch) {
			return err
		}
	}
	return nil
}

func (b *bulkRun) reportAll(from <-chan []*bulkLine) error {
	for batch := range from {
		if err := b.report(batch); err != nil {
			return err
		}
	}
	return b.sayEnough()
}

// hand passes a batch to the next stage; false when the request was aborted.
func (b *bulkRun) hand(to chan<- []*bulkLine, batch []*bulkLine) bool {
	select {
	case to <- batch:
		return true
	case <-b.ctx.Done():
		return false
	}
}

// report writes the results of a batch to the spool. Only the first of its
// faults is logged: usually they all have one cause.
func (b *bulkRun) report(batch []*bulkLine) error {
	out := make([]byte, 0, 100*len(batch)) // what results usually take
	logged := false
	for _, l := range batch {
		b.count(l)
		if l.failed != nil && !logged && api.Explain(l.failed).Status >= http.StatusInternalServerError {
			b.s.Explain(b.ctx, api.RequestID(b.c), l.failed)
			logged = true
		}
		out = append(append(out, l.result(api.RequestID(b.c))...), '\n')
	}
	b.sent()
	return b.results.write(out)
}

// count counts consecutive refused lines. At maxRefused no more lines are read;
// those in progress are still answered.
func (b *bulkRun) count(l *bulkLine) {
	b.last = l.number
	if l.failed == nil {
		b.refused = 0
		return
	}
	if b.refused++; b.refused == maxRefused {
		b.fault = api.Explain(l.failed).Status >= http.StatusInternalServerError
		b.enough.Store(true)
		b.queue.stop()
	}
}

// sayEnough ends the results of a request with too many refused lines.
func (b *bulkRun) sayEnough() error {
	if !b.enough.Load() {
		return nil
	}
	why := api.NewProblem(api.CodeTooManyRefused,
		"%d lines in a row were refused: this line and those behind it were not looked at, correct them and send them again", maxRefused)
	if b.fault { // a full disk: nothing is wrong with the lines
		why = api.NewProblem(api.CodeTooManyRefused, "%d lines in a row could not be recorded: this line and those behind it were not looked at, send them again", maxRefused)
		why.Status = http.StatusServiceUnavailable
	}
	l := bulkLine{number: b.last + 1, failed: why}
	return b.results.write(append(l.result(api.RequestID(b.c)), '\n'))
}

// write sends results as they come and flushes, so that a caller that waits for
// a result before it sends the next line gets it.
func (b *bulkRun) write() error {
	w := b.c.Response()
	w.Header().Set(echo.HeaderContentType, bulkMedia)
	buffer := make([]byte, 32<<10)
	for {
		n, err := b.results.read(buffer)
		if n == 0 || err != nil {
			if err == nil && !w.Committed && context.Cause(b.ctx) == nil && b.queue.failure() == nil {
				w.WriteHeader(http.StatusOK) // no line at all
			}
			return err
		}
		b.took() // it begins to read these now
		if _, err := w.Write(buffer[:n]); err != nil {
			return err
		}
		if err := b.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		b.sent()
	}
}

// lacksID reports whether a line is an object without a TransactionID.
func lacksID(l line) bool {
	if l.err != nil || !json.Valid(l.text) {
		return false // a line that cannot be read is reported for that line
	}
	found := false
	object := api.Members(string(l.text), func(name, value string) {
		found = found || strings.EqualFold(name, "TransactionID") && value != "null" && value != `""`
	})
	return object && !found
}

// bulkLine is a line in progress.
type bulkLine struct {
	number  int
	client  *domain.Client // as it was when the line was prepared
	order   ledger.Order
	id      string            // of the transaction; empty: there was no command
	write   eventstore.Append // without events: see failed
	status  string            // of the transaction
	missed  *domain.MissedCorrection
	warning string // about the description
	failed  error
}

// result is the answer to the line.
func (l *bulkLine) result(requestID string) []byte {
	var answer any = struct {
		TransactionID, Status string
		MissedCorrection      *api.MissedCorrection `json:",omitempty"`
		DescriptionWarning    string                `json:",omitempty"`
	}{l.id, l.status, api.NewMissedCorrection(l.missed), l.warning}
	if l.failed != nil {
		p := *api.Explain(l.failed)
		p.RequestID = requestID
		answer = struct {
			Line  int
			Error api.Problem
		}{l.number, p}
	}
	b, _ := json.Marshal(answer) // strings and numbers: cannot fail
	return b
}
