package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// DeliveryConfig is what a Delivery needs.
type DeliveryConfig struct {
	Files      *Files
	Views      Views
	Deliverers map[string]Deliverer // by method; domain.ToOutbox is needed
	SFTP       *SFTP                // nil: nothing leaves by SFTP
	Log        *slog.Logger
}

// Delivery takes cut files to the bank, one recorded step after the other.
// What was done is decided by the log, never by where a file lies.
type Delivery struct{ DeliveryConfig }

// NewDelivery checks the configuration.
func NewDelivery(c DeliveryConfig) (*Delivery, error) {
	if c.Files == nil || c.Views == nil || c.Deliverers[domain.ToOutbox] == nil {
		return nil, errors.New("a delivery needs files, views and an outbox")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Delivery{c}, nil
}

// Method is how files of an ODFI leave, by its nine-digit routing number.
func (d *Delivery) Method(ctx context.Context, odfi string) (string, error) {
	bank, err := d.Files.Ledger.Bank(ctx, odfi)
	if err != nil {
		return "", err
	}
	if bank.Delivery.Method == "" {
		return domain.ToOutbox, nil
	}
	return bank.Delivery.Method, nil
}

// Sweep takes every file that is not delivered as far as it can go now.
func (d *Delivery) Sweep(ctx context.Context) error {
	if _, err := d.Views.KeepUp(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	files, err := d.Views.UnfinishedFiles(ctx)
	if err != nil {
		return fmt.Errorf("read which files are unfinished: %w", err)
	}
	var errs []error
	for _, f := range files {
		rests := f.State == domain.FileIsRendered && f.Method == domain.ByDownload
		if f.State != domain.FileOpen && f.State != domain.DeliveryUnknown && !rests {
			errs = append(errs, d.Deliver(ctx, f.ID))
		}
	}
	return errors.Join(errs...)
}

// Deliver takes a file as far as it can go now. It may be called at any time
// and any number of times.
func (d *Delivery) Deliver(ctx context.Context, id string) error {
	unlock, err := d.Files.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	return d.deliver(ledger.WithRequest(ctx, "", "delivery"), id)
}
