package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// goneAfter is how long the primary may be unresponsive before its standby
// takes over.
const goneAfter = 3 * time.Second

// Databases are a primary and its synchronous standby.
type Databases struct {
	mu       sync.Mutex
	primary  *postgrestest.Cluster
	standby  *postgrestest.Cluster // nil while it is being made
	old      *postgrestest.Cluster // the former primary, which may still run; nil: there is none
	ports    []int                 // where a server may be; the nodes know all of them
	promoted int
	woken    int // former primaries that answered again
	accepted int // how many of those acknowledged a write
	logger   *slog.Logger
}

// standbyName is how a standby names itself to its primary.
const standbyName = "standby"

func startDatabases(logger *slog.Logger) (*Databases, error) {
	ports, err := freeport.Of(3) // a primary, its standby, and the former primary
	if err != nil {
		return nil, err
	}
	primary, err := postgrestest.StartAt(ports[0])
	if err != nil {
		return nil, err
	}
	d := &Databases{primary: primary, ports: ports, logger: logger}
	if err := d.attach(); err != nil {
		return nil, errors.Join(err, primary.Remove())
	}
	return d, nil
}

// attach makes a standby of the primary, and makes every commit wait for it.
func (d *Databases) attach() error {
	standby, err := d.primary.StandbyAt(standbyName, d.free())
	if err != nil {
		return err
	}
	if err := d.primary.Set("synchronous_standby_names", standbyName); err != nil {
		return errors.Join(err, standby.Remove())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.standby = standby
	return nil
}

// free is a port that none of the servers uses.
func (d *Databases) free() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, port := range d.ports {
		if port != d.primary.Port && (d.old == nil || port != d.old.Port) {
			return port
		}
	}
	return 0
}

// addresses are where a server may be.
func (d *Databases) addresses() (all []string) {
	for _, port := range d.ports {
		all = append(all, fmt.Sprintf("127.0.0.1:%d", port))
	}
	return all
}

// databaseURL names the ledger's database at one of some addresses, as a user.
func databaseURL(user string, hosts []string) string {
	return fmt.Sprintf("postgres://%s@%s/ledger?sslmode=disable&target_session_attrs=read-write", user, strings.Join(hosts, ","))
}

// Primary is the server that takes writes.
func (d *Databases) Primary() *postgrestest.Cluster {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.primary
}

// Standby is the server that takes over next; nil while it is being made.
func (d *Databases) Standby() *postgrestest.Cluster {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.standby
}

// Promoted counts how often a standby took over.
func (d *Databases) Promoted() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.promoted
}

// run promotes the standby when the primary does not answer, and makes another
// one, until ctx ends.
func (d *Databases) run(ctx context.Context) {
	primary, standby := time.Now(), time.Now() // when each last answered
	for ctx.Err() == nil {
		if d.Primary().Answers(ctx) {
			primary = time.Now()
		}
		if s := d.Standby(); s == nil || s.Answers(ctx) {
			standby = time.Now()
		}
		var err error
		switch now := time.Now(); {
		case now.Sub(primary) > goneAfter && d.Standby() != nil && now.Sub(standby) < goneAfter:
			err = d.takeOver()
			primary, standby = time.Now(), time.Now()
		case now.Sub(standby) > goneAfter && now.Sub(primary) < goneAfter:
			err = d.replaceStandby()
			standby = time.Now()
		}
		if old := d.Old(); old != nil && old.Answers(ctx) {
			err = errors.Join(err, d.fence(ctx))
		}
		if err != nil && ctx.Err() == nil {
			d.logger.Error("a database server could not be replaced", "err", err)
		}
		follow.Sleep(ctx, 200*time.Millisecond)
	}
}

// takeOver promotes the standby. The old primary stays as it is: no commit of
// it is acknowledged without a standby.
func (d *Databases) takeOver() error {
	d.mu.Lock()
	before, old, next := d.old, d.primary, d.standby
	d.mu.Unlock()
	if before != nil {
		if err := before.Remove(); err != nil {
			return err
		}
	}
	d.logger.Warn("the primary does not answer: the standby takes over", "primary", old.Port, "standby", next.Port)
	if err := next.Promote(); err != nil {
		return err
	}
	if err := next.Set("synchronous_standby_names", ""); err != nil {
		return fmt.Errorf("let the new primary commit alone: %w", err)
	}
	d.mu.Lock()
	d.primary, d.standby, d.old, d.promoted = next, nil, old, d.promoted+1
	d.mu.Unlock()
	return d.attach()
}

// replaceStandby replaces a standby that is gone. Until the new one follows, no
// commit is acknowledged.
func (d *Databases) replaceStandby() error {
	d.logger.Warn("the standby does not answer: another one takes its place")
	d.mu.Lock()
	gone := d.standby
	d.standby = nil
	d.mu.Unlock()
	if err := gone.Remove(); err != nil {
		return err
	}
	return d.attach()
}

// fencedAfter is how long a former primary that wakes up runs before it is
// stopped, as by a failover manager that finds another leader.
const fencedAfter = 2 * time.Second

// probe is a write that changes nothing.
const probe = `UPDATE achledger.leader SET node = node`

// Woken counts the former primaries that answered again, and how many of them
// acknowledged a write, which none may.
func (d *Databases) Woken() (woken, accepted int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.woken, d.accepted
}

// fence stops a former primary that answers again, after trying to write there.
func (d *Databases) fence(ctx context.Context) error {
	d.logger.Warn("the former primary is awake again, and is ended")
	accepts := d.Old().Commits(ctx, "ledger", probe)
	d.mu.Lock()
	if d.woken++; accepts {
		d.accepted++
	}
	d.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(fencedAfter):
	}
	d.mu.Lock()
	old := d.old
	d.old = nil
	d.mu.Unlock()
	return old.Remove()
}

// Old is the former primary, which may still run; nil while there was none.
func (d *Databases) Old() *postgrestest.Cluster {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.old
}

func (d *Databases) remove() (err error) {
	for _, c := range []*postgrestest.Cluster{d.old, d.standby, d.primary} {
		if c != nil {
			err = errors.Join(err, c.Remove())
		}
	}
	return err
}
