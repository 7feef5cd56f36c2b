package eventstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"unicode/utf8"
)

// Append implements Store.
//
// A ctx that ends while the call waits for its turn ends the call: nothing
// was written. Once the writer has taken the call up, Append waits for the
// outcome whatever ctx says, so an error of ctx always means that nothing was
// written. The wait is bounded by one group commit.
func (s *SQLite) Append(ctx context.Context, appends ...Append) (Result, error) {
	r := &request{appends: appends, done: make(chan struct{}, 1)}
	if err := r.check(); err != nil {
		return Result{}, err
	}
	if err := s.submit(ctx, s.appends, r); err != nil {
		return Result{}, err
	}
	return r.result, nil
}

// request is one call on its way through the writer.
type request struct {
	appends []Append
	tokens  func(*connection) error // for requests that concern tokens
	events  int
	bytes   int

	taken  atomic.Bool // by the writer, or back by the caller
	done   chan struct{}
	result Result // with err, to be read after done
	err    error
}

// take settles who owns a waiting request: the writer, to answer it, or the
// caller, to walk away. Only the first gets true.
func (r *request) take() bool { return r.taken.CompareAndSwap(false, true) }

// submit hands a request to the writer and waits for its outcome.
func (s *SQLite) submit(ctx context.Context, queue chan<- *request, r *request) error {
	if err := s.refusal(ctx); err != nil {
		return err
	}
	select {
	case queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		return s.refusal(ctx)
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		if r.take() {
			return ctx.Err()
		}
	case <-s.stopped:
		if r.take() {
			return s.refusal(ctx)
		}
	}
	<-r.done
	return r.err
}

// refusal is why nothing can be written at all, if so.
func (s *SQLite) refusal(ctx context.Context) error {
	if s.options.ReadOnly {
		return ErrReadOnly
	}
	select {
	case <-s.failed:
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, s.cause)
	case <-s.stopped:
		return ErrClosed
	case <-s.closing:
		return ErrClosed
	default:
		return ctx.Err()
	}
}

// maxName bounds the names an event carries, in bytes.
const maxName = 512

// check refuses what the log must never hold and measures the request.
func (r *request) check() error {
	keys := 0
	for i := range r.appends {
		a := &r.appends[i]
		r.events += len(a.Events)
		if a.Idempotency != nil {
			keys++
		}
		if err := a.check(&r.bytes); err != nil {
			return err
		}
	}
	switch {
	case r.events == 0:
		return errors.New("append: no events")
	case keys > 1:
		return errors.New("append: more than one idempotency key")
	case r.events > MaxAppend:
		return fmt.Errorf("%w: %d events, at most %d", ErrTooLarge, r.events, MaxAppend)
	case r.bytes > MaxAppendBytes:
		return fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, r.bytes, MaxAppendBytes)
	}
	return nil
}

func (a *Append) check(bytes *int) error {
	for _, name := range []string{a.Stream, a.Client} {
		if err := checkName(name); err != nil {
			return fmt.Errorf("append: stream %q of client %q: %w", a.Stream, a.Client, err)
		}
	}
	if len(a.Events) == 0 {
		return fmt.Errorf("append: stream %s: no events", a.Stream)
	}
	if a.Expect < NewStream {
		return &VersionError{a.Stream, a.Expect}
	}
	for i := range a.Events {
		e := &a.Events[i]
		size := len(e.Data) + len(e.Meta)
		if size > MaxEventBytes {
			return fmt.Errorf("%w: %s with %d bytes, at most %d", ErrTooLarge, e.Type, size, MaxEventBytes)
		}
		*bytes += size
		if err := checkName(e.Type); err != nil {
			return fmt.Errorf("append: stream %s: event type %q: %w", a.Stream, e.Type, err)
		}
		if !isJSON(e.Data) || !isJSON(e.Meta) {
			return fmt.Errorf("append: stream %s: %s: data or meta is not UTF-8 JSON", a.Stream, e.Type)
		}
	}
	return nil
}

func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("a name is empty")
	case len(name) > maxName:
		return fmt.Errorf("a name is longer than %d bytes", maxName)
	case !utf8.ValidString(name):
		return errors.New("a name is not UTF-8")
	}
	return nil
}

// isJSON holds for nothing too: it is recorded as {}.
func isJSON(b json.RawMessage) bool {
	return len(b) == 0 || utf8.Valid(b) && json.Valid(b)
}
