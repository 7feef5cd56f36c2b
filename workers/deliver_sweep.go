package workers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"github.com/achledger/achledger/domain"
)

// DeliveryConfig is what a Delivery needs.
type DeliveryConfig struct {
	Files      *Files
	Views      Views
	Deliverers map[string]Deliverer // by method; domain.ToOutbox is required
	SFTP       *SFTP                // nil: no file leaves by SFTP
	Log        *slog.Logger
}

// Delivery takes cut files to the bank in recorded steps. The log decides what
// has been done, never the place of a file. Each ODFI has its own queue,
// connection and back-off, so a bank that does not respond holds up no other.
type Delivery struct {
	DeliveryConfig
	lanes      locks // by ODFI
	queues     queues
	unrecorded copies              // that have their final name, although the log does not say so yet
	confirmed  copies              // that the bank confirmed, and that nobody tried to give their final name
	justCut    chan string         // for Run
	servers    chan struct{}       // one token for each server that is being delivered to
	memory     *semaphore.Weighted // bytes of the files in memory
	tidied     atomic.Bool         // the outbox was cleared of files of earlier processes
}

// Bounds of concurrent deliveries. A bank that does not respond keeps its token
// for half a minute at most, and then waits for its back-off.
const (
	serversAtOnce = 64
	bytesInHand   = 128 << 20
)

// NewDelivery checks the configuration.
func NewDelivery(c DeliveryConfig) (*Delivery, error) {
	if c.Files == nil || c.Views == nil || c.Deliverers[domain.ToOutbox] == nil {
		return nil, errors.New("a delivery needs files, views and an outbox")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Delivery{
		DeliveryConfig: c, queues: newQueues(), justCut: make(chan string, 64),
		servers: make(chan struct{}, serversAtOnce), memory: semaphore.NewWeighted(bytesInHand),
	}, nil
}

// Method returns how files of an ODFI leave, by its nine-digit routing number.
func (d *Delivery) Method(ctx context.Context, odfi string) (string, error) {
	bank, err := d.Files.Ledger.Bank(ctx, odfi)
	return bank.Leaves().Method, err
}

// odfiFiles are the files of an ODFI that are to be delivered.
type odfiFiles struct {
	odfi     string
	ids      []string // oldest first
	toServer bool     // any of them goes to a server
}

// unfinished lists the files to deliver, by ODFI.
func (d *Delivery) unfinished(ctx context.Context) (list []*odfiFiles, err error) {
	current, err := d.Views.CatchUpIfQuiet(ctx)
	if err != nil {
		return nil, fmt.Errorf("wait for the views: %w", err)
	}
	if current && d.tidied.CompareAndSwap(false, true) {
		d.tidy(ctx)
	}
	files, err := d.Views.UnfinishedFiles(ctx)
	if err != nil {
		return nil, fmt.Errorf("read which files are unfinished: %w", err)
	}
	byODFI := map[string]*odfiFiles{}
	for _, f := range files {
		if f.State == domain.FileOpen || f.State == domain.DeliveryUnknown {
			continue
		}
		of := byODFI[f.ODFI]
		if of == nil {
			method, err := d.Method(ctx, f.ODFI)
			if err != nil {
				return nil, err
			}
			of = &odfiFiles{odfi: f.ODFI, toServer: method == domain.BySFTP}
			byODFI[f.ODFI], list = of, append(list, of)
		}
		of.ids = append(of.ids, f.ID)
		of.toServer = of.toServer || f.State == domain.FileIsDelivering && f.Method == domain.BySFTP
	}
	return list, nil
}

// Sweep takes every undelivered file as far as possible now: files for the
// outbox in their order, and all servers concurrently.
func (d *Delivery) Sweep(ctx context.Context) error {
	list, err := d.unfinished(ctx)
	if err != nil {
		return err
	}
	errs := make([]error, len(list))
	wait := d.toServers(ctx, list, errs)
	for i, of := range list {
		if !of.toServer {
			errs[i] = d.pass(ctx, of.odfi, of.ids)
		}
	}
	wait()
	return errors.Join(errs...)
}

// Deliver takes a file as far as possible now. It may be called at any time and
// any number of times.
func (d *Delivery) Deliver(ctx context.Context, id string) error {
	file, err := d.Files.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	return d.pass(ctx, file.Opened.ODFI, []string{id})
}

// Prepare renders a cut file, with the dates that it would be delivered with
// now.
func (d *Delivery) Prepare(ctx context.Context, id string) error {
	unlock, err := d.Files.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	return d.steps(ctx, id, func(file domain.File) (bool, error) {
		if file.State != domain.FileIsCut {
			return true, nil
		}
		return d.prepare(ctx, file)
	})
}

// reserve waits until that many more bytes of files may be in memory.
func (d *Delivery) reserve(ctx context.Context, bytes int64) (release func(), err error) {
	bytes = min(cmp.Or(bytes, 1), bytesInHand)
	if err := d.memory.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return func() { d.memory.Release(bytes) }, nil
}
