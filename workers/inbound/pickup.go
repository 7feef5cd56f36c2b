package inbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/remote"
)

// AfterPickup is what happens to a file on the bank's server after it was
// picked up.
type AfterPickup string

// Files are left where they are and recognized by name, size and time; after a
// restart they are read once more, and the log recognizes them. To remove or
// move files, they are renamed before they are read, which the server must
// allow. The folder "done", for files that are moved, must exist.
const (
	AfterPickupLeave  AfterPickup = "leave"
	AfterPickupRemove AfterPickup = "remove"
	AfterPickupDone   AfterPickup = "done"
)

// PickupConfig is what a Pickup needs.
type PickupConfig struct {
	Intake *Intake
	After  AfterPickup // Leave by default
	// MayBeCopy reports whether the ledger may be a copy of one that is in use: a
	// restored one is, until a person has accepted its credentials. Files are left
	// then whatever After says, as the other ledger has to get them too. Nil: it is
	// none.
	MayBeCopy func() bool
	Every     time.Duration // between polls, 30 s by default; a file is taken when a second poll finds it unchanged
	Log       *slog.Logger
	// Again is when an unfinished file is read again although nothing of it has
	// changed, 15 minutes by default: its bank may have been set up since.
	Again time.Duration
	// Within bounds a connection to a server, an hour by default.
	Within time.Duration
	// Overdue is when an unfinished file raises an alarm, 15 minutes by default.
	Overdue time.Duration
}

const (
	visitWithin = time.Hour
	readAgain   = 15 * time.Minute
)

// Pickup picks up files from the SFTP servers of our banks. A server that does
// not respond delays no other.
type Pickup struct {
	PickupConfig
	seen      map[string]*atBank // by routing number and name
	lastAfter AfterPickup        // what the last poll did with files
	overdue   atomic.Int64       // unfinished files at the last poll
	failed    atomic.Int64       // polls in a row

	mu    sync.Mutex // of banks
	banks servers
}

// atBank is a file on a bank's server as of the last poll.
type atBank struct {
	size    int64
	written time.Time
	taken   bool      // in this state it was picked up, or is not to be
	again   time.Time // when it is read again nevertheless; zero: never

	unfinished time.Time // since when it is, in this state; zero: it is not
	alarmed    bool
}

// visit is one poll of one server.
type visit struct {
	*Pickup
	routing string
	after   AfterPickup // what is done with a file now
	sftp    domain.SFTP
	conn    *remote.Conn
	there   map[string]bool // keys of seen that are on the server
	texts   []*heldAck
	bytes   int // of texts
}

// heldAck is an acknowledgement that was read and is to be applied without a
// connection, because that may take longer than the server waits.
type heldAck struct {
	at   string // its name on the server
	name string
	from provenance
	text answerText
	done Outcome
	err  error
}

// NewPickup checks the configuration.
func NewPickup(c PickupConfig) (*Pickup, error) {
	c.After, c.Every = cmp.Or(c.After, AfterPickupLeave), cmp.Or(c.Every, 30*time.Second)
	c.Within, c.Overdue = cmp.Or(c.Within, visitWithin), cmp.Or(c.Overdue, overdueAfter)
	c.Again = cmp.Or(c.Again, readAgain)
	if c.Intake == nil || c.After != AfterPickupLeave && c.After != AfterPickupRemove && c.After != AfterPickupDone {
		return nil, errors.New("a pickup needs an intake, and leaves, removes or moves what it took")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Pickup{PickupConfig: c, banks: servers{}}, nil
}

// lookAt picks up the files that are ready on one server. They are stored and
// recorded during the connection, and applied after it.
func (p *Pickup) lookAt(ctx context.Context, routing string, s domain.SFTP) error {
	v := &visit{Pickup: p, routing: routing, after: p.afterNow(), sftp: s, there: map[string]bool{}}
	if v.after != p.lastAfter {
		clear(p.seen) // what was left may be removed now
		p.lastAfter = v.after
	}
	kept := false
	err := v.connected(ctx, func() (err error) {
		kept, err = v.takeAll(ctx)
		return err
	})
	if fatal(err) || ctx.Err() != nil {
		return err
	}
	if len(v.texts) > 0 {
		err = errors.Join(err, v.acknowledge(ctx))
	}
	if kept {
		err = errors.Join(err, p.Intake.Resume(ctx))
	}
	return err
}

// connected runs do during a connection to the server, which lasts for Within
// at most: a server that sends a byte now and then must not keep the connection
// forever.
func (v *visit) connected(ctx context.Context, do func() error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, v.Within)
	defer cancel()
	if v.conn, err = remote.Dial(ctx, v.sftp); err != nil {
		return err
	}
	defer v.conn.Close()
	return do()
}

// takeAll picks up every file that is ready, first those that an earlier run
// had claimed. A failure does not stop the others. kept reports whether there
// is something to apply.
func (v *visit) takeAll(ctx context.Context) (kept bool, err error) {
	files, err := v.conn.ReadDirContext(ctx, v.sftp.InboundFolder)
	if err != nil {
		return false, fmt.Errorf("list %s at %s: %w", v.sftp.InboundFolder, v.sftp.Host, err)
	}
	slices.SortStableFunc(files, func(a, b os.FileInfo) int {
		return cmp.Or(cmp.Compare(oneIf(v.claimed(b.Name())), oneIf(v.claimed(a.Name()))), a.ModTime().Compare(b.ModTime()))
	})
	var errs []error
	for _, f := range files {
		if !f.Mode().IsRegular() || !v.claimed(f.Name()) && (strings.HasPrefix(f.Name(), ".") || strings.HasSuffix(f.Name(), ".part")) {
			continue
		}
		v.there[v.key(f.Name())] = true
		if !v.ready(v.key(f.Name()), f) {
			continue
		}
		took, err := v.take(ctx, f)
		kept = kept || took
		if fatal(err) || ctx.Err() != nil {
			return kept, err
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("take %s from %s: %w", f.Name(), v.sftp.Host, err))
		}
	}
	for key := range v.seen {
		if strings.HasPrefix(key, v.routing+"/") && !v.there[key] {
			delete(v.seen, key)
		}
	}
	v.alarm()
	return kept, errors.Join(errs...)
}

// alarm counts the files that have been incomplete for too long, and logs each
// once. They stay where they are.
func (v *visit) alarm() {
	n := int64(0)
	for key, f := range v.seen {
		if f.unfinished.IsZero() || time.Since(f.unfinished) < v.Overdue {
			continue
		}
		n++
		if !f.alarmed {
			f.alarmed = true
			v.Log.Error("a file at the bank's SFTP server is unfinished", "bank", key, "size", f.size, "since", f.unfinished)
		}
	}
	v.overdue.Store(n)
}

// Failing returns how many polls of each server failed in a row, by ODFI.
func (p *Pickup) Failing() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	failing := map[string]int{}
	for odfi, s := range p.banks {
		failing[odfi] = int(s.pickup.failed.Load())
	}
	return failing
}

// Unfinished counts the files that have been incomplete for too long, on all
// servers.
func (p *Pickup) Unfinished() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.banks {
		n += int(s.pickup.overdue.Load())
	}
	return n
}

func (v *visit) key(name string) string { return v.routing + "/" + name }

func (v *visit) path(name string) string { return path.Join(v.sftp.InboundFolder, name) }

// afterNow is what is done now with a file that was picked up.
func (p *Pickup) afterNow() AfterPickup {
	if p.MayBeCopy != nil && p.MayBeCopy() {
		return AfterPickupLeave
	}
	return p.After
}

// ready reports whether a file is unchanged since the last poll, and not
// picked up yet. A claimed file was ready before.
func (v *visit) ready(key string, f os.FileInfo) bool {
	was := v.seen[key]
	if was == nil || was.size != f.Size() || !was.written.Equal(f.ModTime()) {
		v.seen[key] = &atBank{size: f.Size(), written: f.ModTime()}
		_, _, claimed := cutClaim(path.Base(key))
		return claimed && v.after != AfterPickupLeave
	}
	return !was.taken || !was.again.IsZero() && !time.Now().Before(was.again)
}
