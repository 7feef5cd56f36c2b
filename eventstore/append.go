package eventstore

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Append implements Store.
//
// A ctx that ends while the call waits for its turn ends the call: nothing
// was written. Once the writer has taken the call up, Append waits for the
// outcome whatever ctx says, so an error of ctx always means that nothing was
// written. The wait is bounded by one group commit.
func (s *SQLite) Append(ctx context.Context, appends ...Append) (Result, error) {
	r := newRequest()
	r.appends = appends
	if err := r.check(); err != nil {
		return Result{}, err
	}
	return s.submit(ctx, s.appends, r)
}

// submit hands a request to the writer and waits for its outcome. The request
// is not to be used afterwards.
func (s *SQLite) submit(ctx context.Context, queue chan<- *request, r *request) (Result, error) {
	if err := s.send(ctx, queue, r); err != nil {
		return Result{}, err
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.take() {
			return Result{}, ctx.Err()
		}
		<-r.done
	}
	result, err := r.result, r.err
	r.reuse()
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// send puts a request into a queue of the writer, who answers all that is in
// it before it ends. Close waits for the senders.
func (s *SQLite) send(ctx context.Context, queue chan<- *request, r *request) error {
	if s.options.ReadOnly {
		return ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closing {
		return ErrClosed
	}
	select {
	case queue <- r:
		return nil
	default:
	}
	select {
	case queue <- r:
		return nil
	case <-ctx.Done():
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
		if k := a.Idempotency; k != nil {
			keys++
			for _, name := range []string{k.Client, k.Scope, k.Key} {
				if err := checkName(name); err != nil {
					return fmt.Errorf("append: idempotency key: %w", err)
				}
			}
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
		// Whether it is JSON too, its caller knows, who has just made it, and
		// verify looks: here that took a fifth of the machine.
		if !utf8.Valid(e.Data) || !utf8.Valid(e.Meta) {
			return fmt.Errorf("append: stream %s: %s: data or meta is not UTF-8", a.Stream, e.Type)
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
