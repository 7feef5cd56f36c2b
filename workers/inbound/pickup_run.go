package inbound

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
)

// servers are the banks' servers, by routing number. Each has a Pickup of its
// own, which remembers the files of that server.
type servers map[string]*server

type server struct {
	routing string
	pickup  *Pickup
	polling chan struct{} // holds a value during a poll
}

// serverLook is a poll of a server that has begun.
type serverLook struct {
	*server
	sftp domain.SFTP
}

// Run polls every server until ctx ends. It waits for none of them: a server is
// polled again when its last poll has ended, which also repeats what failed. A
// log that is closed for writing ends Run with its error.
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
					default: // another poll has reported it
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

// Look polls every server that is not being polled, and waits for the end of
// these polls.
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

// idle begins a poll of every server that is not being polled. It must not be
// called concurrently.
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
		s, at := bank.Delivery.SFTP, p.banks[routing]
		if bank.Delivery.Method != domain.BySFTP || s == nil || s.InboundFolder == "" {
			if at != nil {
				at.pickup.overdue.Store(0) // nobody looks there any more
				at.pickup.failed.Store(0)
			}
			continue
		}
		if at == nil {
			at = &server{routing, &Pickup{PickupConfig: p.PickupConfig, seen: map[string]*atBank{}}, make(chan struct{}, 1)}
			p.mu.Lock()
			p.banks[routing] = at
			p.mu.Unlock()
		}
		select {
		case at.polling <- struct{}{}:
			list = append(list, serverLook{at, *s})
		default: // its last poll has not ended
		}
	}
	return list, err
}

// look polls a server and ends the poll.
func (l serverLook) look(ctx context.Context) error {
	defer func() { <-l.polling }()
	err := l.pickup.lookAt(ctx, l.routing, l.sftp)
	switch {
	case err == nil:
		l.pickup.failed.Store(0)
	case ctx.Err() == nil:
		l.pickup.failed.Add(1)
	}
	return err
}
