package sqlite

import (
	"context"

	"github.com/achledger/achledger/eventstore"
)

// Append implements Store.
//
// A ctx that ends while the call waits for its turn ends the call: nothing
// was written. Once the writer has taken the call up, Append waits for the
// outcome whatever ctx says, so an error of ctx always means that nothing was
// written. The wait is bounded by one group commit.
func (s *Store) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	r := newRequest()
	r.appends = appends
	var err error
	if r.events, r.bytes, err = eventstore.Check(appends); err != nil {
		r.reuse()
		return eventstore.Result{}, err
	}
	return s.submit(ctx, s.appends, r)
}

// submit hands a request to the writer and waits for its outcome. The request
// is not to be used afterwards.
func (s *Store) submit(ctx context.Context, queue chan<- *request, r *request) (eventstore.Result, error) {
	if err := s.send(ctx, queue, r); err != nil {
		return eventstore.Result{}, err
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.take() {
			return eventstore.Result{}, ctx.Err()
		}
		<-r.done
	}
	result, err := r.result, r.err
	r.reuse()
	if err != nil {
		return eventstore.Result{}, err
	}
	return result, nil
}

// send puts a request into a queue of the writer, who answers all that is in
// it before it ends. Close waits for the senders.
func (s *Store) send(ctx context.Context, queue chan<- *request, r *request) error {
	if s.options.ReadOnly {
		return eventstore.ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closing {
		return eventstore.ErrClosed
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
