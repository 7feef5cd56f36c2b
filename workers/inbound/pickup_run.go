package inbound

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
)

// servers are the pickups of one bank each, by routing number: what one
// remembers of its server is its own.
type servers map[string]*server

type server struct {
	routing string
	pickup  *Pickup
	turn    chan struct{} // holds a value while somebody looks
}

// serverLook is a server that is to be looked at now.
type serverLook struct {
	*server
	sftp domain.SFTP
}

// Run looks at every server until ctx ends. It waits for none of them: a
// server is looked at again when the look before has come to its end. What
// failed is tried again then. A log that is closed for writing ends Run with
// its error.
func (p *Pickup) Run(ctx context.Context) error {
	var looks sync.WaitGroup
	defer looks.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	closed := make(chan error, 1)
	tick := time.NewTicker(p.Every)
	defer tick.Stop()
	for {
		list, err := p.idle(ctx)
		p.complain(ctx, err)
		for _, l := range list {
			looks.Go(func() {
				err := l.look(ctx)
				p.complain(ctx, err)
				if fatal(err) {
					select {
					case closed <- err:
					default: // another one said so
					}
				}
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-closed:
			return err
		case <-tick.C:
		}
	}
}

func (p *Pickup) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		p.Log.Error("taking files from a bank's SFTP server failed", "err", err)
	}
}

// Look takes what is ready at every server, and waits for all that nobody
// looks at already.
func (p *Pickup) Look(ctx context.Context) error {
	list, err := p.idle(ctx)
	errs := make([]error, len(list), len(list)+1)
	var looks sync.WaitGroup
	for i, l := range list {
		looks.Go(func() { errs[i] = l.look(ctx) })
	}
	looks.Wait()
	return errors.Join(append(errs, err)...)
}

// idle takes the turn of every server that nobody looks at. It must not be
// called twice at once.
func (p *Pickup) idle(ctx context.Context) (list []serverLook, err error) {
	known, err := p.Intake.Views.Receivers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list our banks: %w", err)
	}
	for _, routing := range known.Banks {
		bank, e := p.Intake.Ledger.Bank(ctx, routing)
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		s := bank.Delivery.SFTP
		if bank.Delivery.Method != domain.BySFTP || s == nil || s.InboundFolder == "" {
			continue
		}
		at := p.banks[routing]
		if at == nil {
			at = &server{routing, &Pickup{PickupConfig: p.PickupConfig, seen: map[string]*atBank{}}, make(chan struct{}, 1)}
			p.banks[routing] = at
		}
		select {
		case at.turn <- struct{}{}:
			list = append(list, serverLook{at, *s})
		default: // the look before has not come to its end
		}
	}
	return list, err
}

// look takes what is ready at a server and gives the turn back.
func (l serverLook) look(ctx context.Context) error {
	defer func() { <-l.turn }()
	return l.pickup.lookAt(ctx, l.routing, l.sftp)
}
