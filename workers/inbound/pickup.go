package inbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/remote"
)

// After says what happens to a file at the bank's server once it was taken.
type After string

// What may happen. Left files are remembered by name, size and time as long
// as the process lives; after that they are read once more, and are
// duplicates. Done moves them to the folder done, which must be there.
const (
	Leave  After = "leave"
	Remove After = "remove"
	Done   After = "done"
)

// PickupConfig is what a Pickup needs.
type PickupConfig struct {
	Desk  *Desk
	After After         // Leave by default
	Every time.Duration // between two looks, 30 s by default; a file is taken at the second that finds it as it was
	Log   *slog.Logger
}

// Pickup takes files from the SFTP servers of our banks.
type Pickup struct {
	PickupConfig
	seen map[string]*atBank // by routing number and name
}

// atBank is a file at a bank's server as the last look found it.
type atBank struct {
	size    int64
	written time.Time
	taken   bool // or nothing to be taken, as it is
}

// NewPickup checks the configuration.
func NewPickup(c PickupConfig) (*Pickup, error) {
	c.After, c.Every = cmp.Or(c.After, Leave), cmp.Or(c.Every, 30*time.Second)
	if c.Desk == nil || c.After != Leave && c.After != Remove && c.After != Done {
		return nil, errors.New("a pickup needs a desk, and leaves, removes or moves what it took")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Pickup{PickupConfig: c, seen: map[string]*atBank{}}, nil
}

// Run looks at every server until ctx ends. What failed is tried again at the
// next look. A log that is closed for writing ends Run with its error.
func (p *Pickup) Run(ctx context.Context) error {
	tick := time.NewTicker(p.Every)
	defer tick.Stop()
	for {
		err := p.Look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case fatal(err):
			return err
		case err != nil:
			p.Log.Error("taking files from a bank's SFTP server failed", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Look takes what is ready at every server. One that fails does not hold up
// the others. It must not be called twice at once.
func (p *Pickup) Look(ctx context.Context) error {
	known, err := p.Desk.Views.Receivers(ctx)
	if err != nil {
		return fmt.Errorf("list our banks: %w", err)
	}
	var errs []error
	for _, routing := range known.Banks {
		bank, err := p.Desk.Ledger.Bank(ctx, routing)
		if err != nil {
			return err
		}
		if s := bank.Delivery.SFTP; bank.Delivery.Method == domain.BySFTP && s != nil && s.InboundFolder != "" {
			err = p.lookAt(ctx, routing, *s)
		}
		if fatal(err) || ctx.Err() != nil {
			return err
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (p *Pickup) lookAt(ctx context.Context, routing string, s domain.SFTP) error {
	c, err := remote.Dial(ctx, s)
	if err != nil {
		return err
	}
	defer c.Close()
	files, err := c.ReadDirContext(ctx, s.InboundFolder)
	if err != nil {
		return fmt.Errorf("list %s at %s: %w", s.InboundFolder, s.Host, err)
	}
	there := map[string]bool{}
	var errs []error
	for _, f := range files {
		if !f.Mode().IsRegular() || strings.HasPrefix(f.Name(), ".") || strings.HasSuffix(f.Name(), ".part") {
			continue
		}
		key := routing + "/" + f.Name()
		there[key] = true
		if !p.ready(key, f) {
			continue
		}
		err := p.take(ctx, c, s, key, f)
		if fatal(err) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("take %s from %s: %w", f.Name(), s.Host, err))
		}
	}
	for key := range p.seen {
		if strings.HasPrefix(key, routing+"/") && !there[key] {
			delete(p.seen, key)
		}
	}
	return errors.Join(errs...)
}

// ready reports whether a file is as the last look found it, and not taken.
func (p *Pickup) ready(key string, f os.FileInfo) bool {
	was := p.seen[key]
	if was == nil || was.size != f.Size() || !was.written.Equal(f.ModTime()) {
		p.seen[key] = &atBank{size: f.Size(), written: f.ModTime()}
		return false
	}
	return !was.taken
}

// take reads a file and does what the desk does with it. An unfinished one is
// left alone until it changes.
func (p *Pickup) take(ctx context.Context, c *remote.Conn, s domain.SFTP, key string, f os.FileInfo) error {
	from := path.Join(s.InboundFolder, f.Name())
	content, err := c.Open(from)
	if err != nil {
		return err
	}
	defer content.Close()
	o, err := p.Desk.takeIn(ctx, f.Name(), FromSFTP, content)
	if errors.Is(err, errUnfinished) {
		p.seen[key].taken = true
		p.Log.Warn("a file at the bank's SFTP server is unfinished", "bank", key, "size", f.Size())
		return nil
	}
	if err != nil {
		return err
	}
	p.seen[key].taken = true
	p.Log.Info("file taken from the bank's SFTP server", "bank", key, "id", o.ID, "state", o.State)
	switch {
	case o.ID == "" && o.State == projections.InboundQuarantined:
		return nil // nothing of it is kept here: a person looks at it there
	case p.After == Remove:
		return c.Remove(from)
	case p.After == Done:
		return c.Rename(from, path.Join(s.InboundFolder, string(Done), f.Name()))
	default:
		return nil
	}
}
