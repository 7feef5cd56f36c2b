package workers

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// lane delivers files of one ODFI, one after the other, over one connection to
// each place. A lane is held by one goroutine.
type lane struct {
	*Delivery
	odfi     string
	sessions map[session]Deliverer
}

// session identifies a server or outbox by its address and keys.
type session struct {
	method    string
	sftp      domain.SFTP
	writeOnly bool
}

// enter waits until nobody else delivers for the ODFI.
func (d *Delivery) enter(ctx context.Context, odfi string) (l *lane, leave func(), err error) {
	unlock, err := d.lanes.lock(ctx, odfi)
	if err != nil {
		return nil, nil, err
	}
	l = &lane{Delivery: d, odfi: odfi, sessions: map[session]Deliverer{}}
	return l, func() {
		for _, s := range l.sessions {
			_ = s.Close() // everything that matters has been confirmed
		}
		unlock()
	}, nil
}

// Rest waits until no delivery is under way for an ODFI or, if odfi is empty,
// for any. A delivery that begins later sees the switch as it is then.
func (d *Delivery) Rest(ctx context.Context, odfi string) error {
	odfis := []string{odfi}
	if odfi == "" {
		odfis = d.lanes.names()
	}
	for _, odfi := range odfis {
		leave, err := d.lanes.lock(ctx, odfi)
		if err != nil {
			return err
		}
		leave()
	}
	return nil
}

// pass takes files of an ODFI as far as possible now. If its server does not
// respond, the remaining files wait for the next pass.
func (d *Delivery) pass(ctx context.Context, odfi string, ids []string) error {
	ctx = ledger.WithWorker(ctx, "delivery")
	l, leave, err := d.enter(ctx, odfi)
	if err != nil {
		return err
	}
	defer leave()
	var errs []error
	unreachable := new(UnreachableError)
	for _, id := range ids {
		err := l.deliver(ctx, id)
		errs = append(errs, err)
		if errors.As(err, &unreachable) || ctx.Err() != nil {
			break
		}
		d.queues.file(id, err)
	}
	err = errors.Join(errs...)
	if errors.As(err, &unreachable) {
		d.queues.server(odfi, unreachable)
	} else {
		d.queues.server(odfi, nil)
	}
	return err
}

func (l *lane) deliver(ctx context.Context, id string) error {
	unlock, err := l.Files.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	return l.deliverLocked(ctx, id)
}

// deliverLocked is deliver for a file that is locked already.
func (l *lane) deliverLocked(ctx context.Context, id string) (err error) {
	ctx, end := traced(ctx, "deliver", id)
	defer end(&err)
	return l.steps(ctx, id, func(file domain.File) (bool, error) { return l.step(ctx, file) })
}

// connect returns a connection, kept for the files that follow.
func (l *lane) connect(ctx context.Context, way domain.DeliverySettings) (Deliverer, error) {
	key := session{method: way.Method, writeOnly: way.WriteOnly}
	if way.Method == domain.BySFTP && way.SFTP != nil {
		key.sftp = *way.SFTP
	}
	if to, ok := l.sessions[key]; ok {
		return to, nil
	}
	to, ok := l.Deliverers[way.Method]
	if way.Method == domain.BySFTP && l.SFTP != nil {
		var err error
		if to, err = l.SFTP.Dial(ctx, way); err != nil {
			return nil, err
		}
	} else if !ok {
		return nil, fmt.Errorf("nothing here delivers by %q", way.Method)
	}
	l.sessions[key] = leaderOnly{to}
	return l.sessions[key], nil
}

// toServers begins to deliver to every server of a list, serversAtOnce at most.
func (d *Delivery) toServers(ctx context.Context, list []*odfiFiles, errs []error) (wait func()) {
	var under sync.WaitGroup
	for i, of := range list {
		if of.toServer {
			under.Go(func() { errs[i] = d.passToServer(ctx, of.odfi, of.ids) })
		}
	}
	return under.Wait
}

func (d *Delivery) passToServer(ctx context.Context, odfi string, ids []string) error {
	select {
	case d.servers <- struct{}{}:
		defer func() { <-d.servers }()
		return d.pass(ctx, odfi, ids)
	case <-ctx.Done():
		return ctx.Err()
	}
}
